import type { AuditTrail } from '../../domain/audit/index.ts'
import { type Directory, planKeyRevocation, planRevokingOlder } from '../../domain/directory/index.ts'
import { builtInIssuer } from '../../domain/federation/index.ts'
import { type EpochMillis, NoSuchEntity, parseArn, ValidationError } from '../../model/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'
import type { DirectoryChange } from '../../platform/storage/index.ts'
import { findPrincipal } from './find-principal.ts'
import { membersOf } from './members.ts'

const KINDS = ['session', 'access-key', 'role', 'principal', 'provider'] as const

/** What to revoke: one session, what an access key can do, or every session of a principal or of a provider. */
interface RevokeSessionsInput {
  readonly kind: (typeof KINDS)[number]
  /** A session's id or access key id, an access key id, or an ARN (of a principal `ALIAS/NAME` will do). */
  readonly target: string
}

/** What was done. */
interface RevokedSessions {
  /** What it was done to, as it is called in full. */
  readonly target: string
  /** In a sentence: what ends now, and what does not. */
  readonly effect: string
  /** Roles whose sessions were made with the target, and go on: to be revoked by themselves. */
  readonly roles: readonly string[]
}

/** What carries out one kind of revocation. */
interface Revocation {
  readonly changes: readonly DirectoryChange[]
  readonly target: string
  readonly effect: string
}

/** Records of one key that are looked through for the roles it led to. */
const MOST_LOOKED_AT = 2_000

/**
 * Takes back credentials before they expire, at once on this node and on the others as soon as they see the change log.
 * Sessions of a role or user lose their permissions as at AWS, by a policy; the others stop to prove anybody. Sessions
 * that were made with what is revoked are not: it tells which roles they are of, as far as the audit trail knows.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
 */
export const revokeSessions = defineOperatorOperation<RevokeSessionsInput, RevokedSessions>({
  action: 'rolecall:RevokeSessions',
  grants: true,
  requires: () => [{ action: 'rolecall:RevokeSessions', resource: '*' }],

  async perform({ input, facts }, { directory, audit }, recordFirst) {
    const roles = await rolesAssumedWith(input, audit)
    const outcome = ({ target, effect }: Revocation) => ({ target, effect, roles })
    const plan = () => planned(input, facts.now, directory)
    return outcome(await directory.change(plan, (each) => recordFirst(outcome(each))))
  },

  details: (input, output) => ({ requestParameters: { ...input }, responseElements: output && { ...output } }),
})

const SAYS = `Send {"kind": "${KINDS.join('" or "')}", "target": "..."}: what is to be revoked.`

/** Reads the input as it comes through the operator's door. @throws ValidationError */
export function readRevokeSessions(value: unknown): RevokeSessionsInput {
  const { kind: wanted, target } = membersOf(value, ['kind', 'target'], SAYS)
  const kind = KINDS.find((known) => known === wanted)
  if (kind === undefined || typeof target !== 'string' || target === '') throw new ValidationError(SAYS)
  return { kind, target }
}

async function planned(
  { kind, target }: RevokeSessionsInput,
  now: EpochMillis,
  directory: Directory,
): Promise<Revocation> {
  switch (kind) {
    case 'session':
      return await ofSession(target, now, directory)
    case 'access-key':
      return target.startsWith('ASIA')
        ? await ofSession(target, now, directory)
        : await ofAccessKey(target, now, directory)
    case 'role':
    case 'principal':
      return await ofPrincipal(target, kind, now, directory)
    case 'provider':
      return await ofProvider(target, now, directory)
  }
}

async function ofSession(target: string, now: EpochMillis, directory: Directory): Promise<Revocation> {
  if (!/^(?:ASIA[A-Z2-7]{16}|[\w-]{22})$/.test(target)) {
    throw new ValidationError(
      `${target} is neither the id of a session nor a temporary access key: the audit trail has both.`,
    )
  }
  const changes = await directory.planRevocation(`session/${target}`, now)
  return { changes, target, effect: 'The session proves nobody any more; those that were made with it go on.' }
}

async function ofAccessKey(target: string, now: EpochMillis, directory: Directory): Promise<Revocation> {
  const changes = await planKeyRevocation(target, now, directory)
  if (changes === undefined) throw new NoSuchEntity(`There is no access key ${target}.`)
  return {
    changes,
    target,
    effect:
      'The key is inactive for good. Sessions that were made with it go on: revoke --principal ends those of the user, revoke --role those of each role.',
  }
}

async function ofPrincipal(
  target: string,
  kind: 'role' | 'principal',
  now: EpochMillis,
  directory: Directory,
): Promise<Revocation> {
  const found = await findPrincipal(target, directory)
  if (found?.kind === 'root' && kind === 'principal') {
    const changes = await directory.planRevocation(`root/${found.account}`, now)
    return {
      changes,
      target,
      effect: 'Sessions that root asked for until now, federated ones too, prove nobody any more.',
    }
  }
  const principal = found?.kind === 'role' ? found.role : found?.kind === 'user' && kind === 'principal' && found.user
  if (!principal) throw new NoSuchEntity(`There is no ${kind === 'role' ? 'role' : 'user, role or root'} ${target}.`)
  return {
    changes: await planRevokingOlder(principal, now, directory),
    target: principal.arn,
    effect:
      'Sessions that were issued until now are denied everything; later ones are not touched, nor are those of roles that were assumed with them.',
  }
}

async function ofProvider(target: string, now: EpochMillis, directory: Directory): Promise<Revocation> {
  // Also one that is gone already: its sessions are not.
  const isProvider = /^(?:oidc|saml)-provider\//.test(parseArn(target)?.resource ?? '') || builtInIssuer(target)
  if (!isProvider) {
    throw new ValidationError(`${target} is not the ARN of an OIDC or SAML provider.`)
  }
  const changes = await directory.planRevocation(`provider/${target}`, now)
  return { changes, target, effect: 'Sessions that began at the provider until now prove nobody any more.' }
}

async function rolesAssumedWith({ kind, target }: RevokeSessionsInput, audit: AuditTrail): Promise<readonly string[]> {
  if (kind !== 'session' && kind !== 'access-key') return []
  const query = { accessKeyId: target, eventName: 'AssumeRole', refused: false, limit: MOST_LOOKED_AT }
  const { entries } = await audit.find(query)
  return [...new Set(entries.flatMap(({ resources }) => resources.map(({ name }) => name)))]
}
