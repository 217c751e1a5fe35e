import { StoreUnavailable } from '../../platform/storage/index.ts'
import type { ConsoleBroker } from './console-broker.ts'
import type { SignedInVisit } from './page.ts'
import { goTo, type OwnPath, type Reply } from './reply.ts'

type Visit = Pick<SignedInVisit, 'session' | 'facts'>
/** Of what browsers hold, this much. */
interface Keeping<Needed extends keyof ConsoleBroker['states']> {
  readonly states: Pick<ConsoleBroker['states'], Needed>
}

/**
 * Goes on with a page that says once what has been done. It is not in the address: a link of anybody could say it, too.
 * Where that cannot be kept the page says nothing of it: it is done.
 */
export async function goToSay(
  path: OwnPath,
  says: string,
  { session, facts }: Visit,
  { states }: Keeping<'keepUnder'>,
): Promise<Reply> {
  try {
    await states.keepUnder(session.handle, 'done', { path, says }, facts.now)
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
  }
  return goTo(path)
}

/** What has been done, where this page is the one to say it. */
export async function justDone(
  path: OwnPath,
  { session, facts }: Visit,
  { states }: Keeping<'take'>,
): Promise<string | undefined> {
  const done = await states.take('done', session.handle, facts.now)
  return done?.path === path ? done.says : undefined
}
