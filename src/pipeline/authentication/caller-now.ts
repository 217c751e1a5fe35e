import { type AccountCaller, type EpochMillis, InvalidClientTokenId } from '../../model/index.ts'
import { activeKey, callerOfKey } from './caller-of-key.ts'
import { callerOfSession, type SessionSources } from './caller-of-session.ts'

/**
 * A caller who was proven, as they are by now: their name, path or tags may have changed since, or what they signed with
 * no longer count. The signature itself is not looked at again.
 * @param now - the instant that expiry is judged by: the one it was judged by before
 * @throws {@link InvalidClientTokenId} when the key or session does not count any more, or is somebody else's
 */
export async function callerNow(
  { account, accessKeyId, session, userId }: AccountCaller,
  now: EpochMillis,
  sources: Pick<SessionSources, 'directory' | 'endedEarly'>,
): Promise<AccountCaller> {
  const { directory } = sources
  if (!(await directory.isOpen(account))) throw new InvalidClientTokenId('no such open account')
  const caller =
    session === undefined
      ? await callerOfKey(await activeKey(accessKeyId, directory), directory)
      : await callerOfSession(session, now, sources)
  if (caller.account !== account || caller.userId !== userId) {
    throw new InvalidClientTokenId('the key is of somebody else by now')
  }
  return caller
}
