import { hash, timingSafeEqual } from 'node:crypto'
import { type AccountCaller, type EpochMillis, InvalidClientTokenId, type Secret } from '../../model/index.ts'
import { callerOfSession, type SessionSources } from './caller-of-session.ts'
import type { Proven } from './proven.ts'

/** A temporary credential that somebody shows whole, instead of signing with it. It may be anything. */
export interface ShownCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly sessionToken: Secret
}

/**
 * Proves who shows a temporary credential: its three parts have to belong together, and its session to count.
 * @param region - that answers: nothing in the request names one
 * @throws ExpiredToken when it is over
 * @throws {@link InvalidClientTokenId} when it does not count, whatever the reason
 */
export async function byShownCredentials(
  { accessKeyId, secretAccessKey, sessionToken }: ShownCredentials,
  region: string,
  now: EpochMillis,
  sources: SessionSources,
): Promise<Proven<AccountCaller>> {
  const opened = sources.sessions.open(sessionToken.reveal())
  const belongs =
    opened !== undefined &&
    opened.session.accessKeyId === accessKeyId &&
    isSame(opened.secretAccessKey.reveal(), secretAccessKey.reveal())
  if (!belongs) throw new InvalidClientTokenId('the credentials do not belong together')
  if (!(await sources.directory.isOpen(opened.session.account))) throw new InvalidClientTokenId('no such open account')
  return { caller: await callerOfSession(opened.session, now, sources), region, presigned: false }
}

/** Digests, because the comparison takes equal lengths. */
function isSame(expected: string, shown: string): boolean {
  return timingSafeEqual(hash('sha256', expected, 'buffer'), hash('sha256', shown, 'buffer'))
}
