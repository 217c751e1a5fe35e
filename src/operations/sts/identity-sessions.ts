import type { RoleView } from '../../domain/directory/index.ts'
import {
  type Arn,
  assumedRoleArn,
  type EpochMillis,
  type IdentityCaller,
  PLAIN_TERMS,
  ValidationError,
} from '../../model/index.ts'
import type { Access } from '../../pipeline/authorization/index.ts'
import type { BrokerParts } from '../../pipeline/index.ts'
import { answeredCredentials } from './answered-credentials.ts'
import { type AskedTerms, checkAskedTerms, contextOfTerms } from './asked-terms.ts'
import { settleTerms } from './settle-terms.ts'

/** Policies come with the request, marks from the provider. */
export function termsOf(
  { policy, policyArns }: Pick<AskedTerms, 'policy' | 'policyArns'>,
  { tags, transitiveTagKeys, sourceIdentity }: IdentityCaller,
): AskedTerms {
  return { policy, policyArns, tags, transitiveTagKeys, sourceIdentity }
}

/** What is asked of a role by whom an identity provider vouches for. */
export interface AskedOfRole extends Pick<AskedTerms, 'policy' | 'policyArns'> {
  readonly roleArn: Arn
  readonly sessionName: string
}

/** The accesses that exchanging a proof of an identity for a role needs: to assume it, and to mark the session. */
export function accessesOf(action: string, asked: AskedOfRole, caller: IdentityCaller): readonly Access[] {
  const context = contextOfTerms(termsOf(asked, caller), PLAIN_TERMS)
  context.set('sts:rolesessionname', asked.sessionName)
  const resource = asked.roleArn.text
  const accesses = [{ action, resource, context }]
  if (caller.tags.length > 0) accesses.push({ action: 'sts:TagSession', resource, context })
  if (caller.sourceIdentity !== undefined) accesses.push({ action: 'sts:SetSourceIdentity', resource, context })
  return accesses
}

/** The session of a role that is to be made. */
interface IdentitySession {
  readonly caller: IdentityCaller
  /** As it was permitted. */
  readonly role: RoleView | undefined
  readonly asked: AskedOfRole
  readonly now: EpochMillis
  /** Asked for: more than the role gives is refused. */
  readonly durationSeconds: number
  /** Given, which may be less than was asked for. */
  readonly lifetimeMs: number
  /** Of the caller's condition keys, which stay with the session. */
  readonly keeps: (key: string) => boolean
  /** Done when nothing is left that could refuse. @throws Fault */
  readonly claim?: () => Promise<void>
}

/**
 * Settles what a session would be limited and marked by. Call after authorization: before, its refusals would tell that the
 * role exists.
 * @throws {@link ValidationError}, and what the terms are refused with
 */
export async function settleForIdentity(
  { caller, role, asked, durationSeconds }: Pick<IdentitySession, 'caller' | 'role' | 'asked' | 'durationSeconds'>,
  { directory }: Pick<BrokerParts, 'directory'>,
) {
  if (role === undefined) throw new Error('a role was permitted that does not exist')
  if (durationSeconds > role.maxSessionDurationSeconds) {
    throw new ValidationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
  }
  const wanted = termsOf(asked, caller)
  checkAskedTerms(wanted)
  return { role, ...(await settleTerms(wanted, PLAIN_TERMS, role.account, directory)) }
}

/**
 * Makes the session, and gives what both actions answer of it.
 * @throws as {@link settleForIdentity}
 */
export async function mintForIdentity(session: IdentitySession, broker: BrokerParts) {
  const { sessions, directory } = broker
  const { caller, asked, now, lifetimeMs } = session
  const { role, terms, packedPolicySize } = await settleForIdentity(session, broker)
  const { account, roleName, uniqueId: roleId } = role
  const { sessionName } = asked
  await session.claim?.()
  const { credentials } = sessions.mint({
    account,
    holder: { kind: 'assumed-role', roleName, roleId, sessionName, chainDepth: 0 },
    issuedAt: now,
    lifetimeMs,
    terms: { ...terms, carriedKeys: carriedKeys(caller, session.keeps) },
  })
  return {
    AssumedRoleUser: {
      AssumedRoleId: `${roleId}:${sessionName}`,
      Arn: assumedRoleArn(directory.partition, account, roleName, sessionName),
    },
    Credentials: answeredCredentials(credentials),
    PackedPolicySize: packedPolicySize,
    SourceIdentity: terms.sourceIdentity,
  }
}

function carriedKeys(
  { provider, keys }: IdentityCaller,
  keeps: (key: string) => boolean,
): Record<string, string | readonly string[]> {
  const carried: Record<string, string | readonly string[]> = { 'aws:federatedprovider': provider }
  for (const [key, value] of keys) if (keeps(key)) carried[key] = value
  return carried
}
