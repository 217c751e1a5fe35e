import { type AccountCaller, type EpochMillis, InvalidClientTokenId } from '../../model/index.ts'
import { callerOfSession, type SessionSources } from './caller-of-session.ts'
import type { Proven } from './proven.ts'

/**
 * Proves who acts from a browser that is signed in, by the session that is kept for it. Whether the browser holds its
 * handle is for whoever kept it to say. It counts exactly as long as its session does for a signature: another password
 * ends none, as at AWS, and whoever has to end them revokes them.
 * @param region - that answers: nothing in the request names one
 * @throws ExpiredToken when it is over
 * @throws {@link InvalidClientTokenId} when it does not count, whatever the reason
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/console_controlling-access.html
 */
export async function byConsoleSession(
  sessionToken: string,
  region: string,
  now: EpochMillis,
  sources: SessionSources,
): Promise<Proven<AccountCaller>> {
  const opened = sources.sessions.open(sessionToken)
  if (opened === undefined) throw new InvalidClientTokenId('the session token does not open')
  // Nothing of an account that is closed or gone counts.
  if (!(await sources.directory.isOpen(opened.session.account))) throw new InvalidClientTokenId('no such open account')
  const caller = await callerOfSession({ ...opened.session, fromConsole: true }, now, sources)
  return { caller, region, presigned: false }
}
