import {
  type PresentedSignature,
  readSignature,
  type SignedRequest,
  signatureMatches,
} from '../../engines/sigv4/index.ts'
import {
  type AccountCaller,
  type EpochMillis,
  InvalidClientTokenId,
  type Secret,
  SignatureDoesNotMatch,
} from '../../model/index.ts'
import type { Clock } from '../../platform/clock.ts'
import { activeKey, callerOfKey } from './caller-of-key.ts'
import { callerOfSession, type SessionSources } from './caller-of-session.ts'
import type { Proven } from './proven.ts'
import type { SigningKeys } from './signing-keys.ts'

/** What proving a signature consults: who has which key, and what time it is. */
export interface SignatureSources extends SessionSources {
  readonly signingKeys: SigningKeys
  /** Real time: it judges when a request was signed. */
  readonly wireClock: Clock
  isRegion(region: string): boolean
}

interface Claim {
  readonly caller: AccountCaller
  readonly secretAccessKey: Secret
}

const TEMPORARY = 'ASIA'
const MAX_KEY_ID = 128

/**
 * Proves who signed a request. The order shows on the wire: shape, date and scope; then whose key it is and whether it
 * still counts (expiry before the role's existence); then the signature itself.
 * @param service - the signing name of the service that was asked
 * @param now - the instant that expiry is judged by
 * @throws {@link InvalidClientTokenId} for every key or token that does not count, whatever the reason
 * @throws `ExpiredToken` when the session is over: a stranger with a stale token learns only that it is stale
 * @throws {@link SignatureDoesNotMatch} when the secret was another one, or the request was changed
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
export async function bySignature(
  request: SignedRequest,
  service: string,
  now: EpochMillis,
  parts: SignatureSources,
): Promise<Proven<AccountCaller>> {
  const terms = { now: parts.wireClock.now(), service, isRegion: parts.isRegion }
  const presented = readSignature(request, terms)
  // AWS's ids have at most 128 characters: what is longer is not looked up, let alone remembered.
  if (presented.accessKeyId.length > MAX_KEY_ID) throw new InvalidClientTokenId('no such key')
  const isTemporary = presented.accessKeyId.startsWith(TEMPORARY)
  const claim = isTemporary ? await claimOfSession(presented, now, parts) : await claimOfKey(presented, parts)
  // Whatever the credential is: nothing of an account that is closed or gone counts.
  if (!(await parts.directory.isOpen(claim.caller.account))) throw new InvalidClientTokenId('no such open account')
  if (!signatureMatches(presented, request, parts.signingKeys.of(claim.secretAccessKey, presented))) {
    throw new SignatureDoesNotMatch(undefined, { detail: `not signed with the secret of ${presented.accessKeyId}` })
  }
  // AWS looks at a token beside a long-term key last.
  if (!isTemporary && presented.sessionToken !== undefined) {
    throw new InvalidClientTokenId('a session token came with a long-term key')
  }
  return { caller: claim.caller, region: presented.region, presigned: presented.carrier === 'query' }
}

async function claimOfSession(
  { accessKeyId, sessionToken }: PresentedSignature,
  now: EpochMillis,
  parts: SignatureSources,
): Promise<Claim> {
  if (sessionToken === undefined) throw new InvalidClientTokenId('a temporary key came without its session token')
  const opened = parts.sessions.open(sessionToken)
  if (opened === undefined) throw new InvalidClientTokenId('the session token does not open')
  if (opened.session.accessKeyId !== accessKeyId) throw new InvalidClientTokenId('the session token is of another key')
  return { caller: await callerOfSession(opened.session, now, parts), secretAccessKey: opened.secretAccessKey }
}

async function claimOfKey({ accessKeyId }: PresentedSignature, { directory }: SignatureSources): Promise<Claim> {
  const key = await activeKey(accessKeyId, directory)
  return { caller: await callerOfKey(key, directory), secretAccessKey: key.secretAccessKey }
}
