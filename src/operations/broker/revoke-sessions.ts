import { type Directory, planRevokingOlder } from '../../domain/directory/index.ts'
import { type EpochMillis, NoSuchEntity, parseArn, ValidationError } from '../../model/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'
import type { DirectoryChange } from '../../platform/storage/index.ts'
import { findPrincipal } from './find-principal.ts'

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
}

/** What carries out one kind of revocation. */
interface Revocation extends RevokedSessions {
  readonly changes: readonly DirectoryChange[]
}

/**
 * Takes back credentials before they expire, at once on this node and on the others as soon as they see the change log.
 * Sessions of a role or user lose their permissions as at AWS, by a policy; the others stop to prove anybody.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
 */
export const revokeSessions = defineOperatorOperation<RevokeSessionsInput, RevokedSessions>({
  action: 'rolecall:RevokeSessions',
  grants: true,
  requires: () => [{ action: 'rolecall:RevokeSessions', resource: '*' }],

  async perform({ input, facts }, { directory }) {
    const { changes, target, effect } = await planned(input, facts.now, directory)
    await directory.commit(changes)
    return { target, effect }
  },

  details: (input, output) => ({ requestParameters: { ...input }, responseElements: output && { ...output } }),
})

/** Reads the input as it comes through the operator's door. @throws ValidationError */
export function readRevokeSessions(value: unknown): RevokeSessionsInput {
  if (typeof value === 'object' && value !== null && 'kind' in value && 'target' in value) {
    const kind = KINDS.find((known) => known === value.kind)
    const { target } = value
    if (kind !== undefined && typeof target === 'string' && target !== '') return { kind, target }
  }
  throw new ValidationError(`Send {"kind": "${KINDS.join('" or "')}", "target": "..."}: what is to be revoked.`)
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
      return target.startsWith('ASIA') ? await ofSession(target, now, directory) : await ofAccessKey(target, directory)
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
  return { changes, target, effect: 'The session proves nobody any more.' }
}

async function ofAccessKey(target: string, directory: Directory): Promise<Revocation> {
  const changes = await directory.planDeactivation(target)
  if (changes === undefined) throw new NoSuchEntity(`There is no access key ${target}.`)
  return {
    changes,
    target,
    effect: 'The key is inactive. Sessions that were made with it go on: revoke --principal ends those too.',
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
    return { changes, target, effect: 'Sessions of root that were issued until now prove nobody any more.' }
  }
  const principal = found?.kind === 'role' ? found.role : found?.kind === 'user' && kind === 'principal' && found.user
  if (!principal) throw new NoSuchEntity(`There is no ${kind === 'role' ? 'role' : 'user, role or root'} ${target}.`)
  return {
    changes: await planRevokingOlder(principal, now, directory),
    target: principal.arn,
    effect: 'Sessions that were issued until now are denied everything; later ones are not touched.',
  }
}

async function ofProvider(target: string, now: EpochMillis, directory: Directory): Promise<Revocation> {
  // Also one that is gone already: its sessions are not.
  if (!/^(?:oidc|saml)-provider\//.test(parseArn(target)?.resource ?? '')) {
    throw new ValidationError(`${target} is not the ARN of an OIDC or SAML provider.`)
  }
  const changes = await directory.planRevocation(`provider/${target}`, now)
  return { changes, target, effect: 'Sessions that began at the provider until now prove nobody any more.' }
}
