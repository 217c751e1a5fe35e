import type { ConsoleBroker } from './console-broker.ts'
import type { SignedInVisit } from './page.ts'
import { goTo, type OwnPath, type Reply } from './reply.ts'

type Visit = Pick<SignedInVisit, 'session' | 'facts'>
type Broker = Pick<ConsoleBroker, 'states'>

/** Goes on with a page that says once what has been done. It is not in the address: a link of anybody could say it, too. */
export async function goToSay(
  path: OwnPath,
  says: string,
  { session, facts }: Visit,
  { states }: Broker,
): Promise<Reply> {
  await states.keepUnder(session.handle, 'done', { path, says }, facts.now)
  return goTo(path)
}

/** What has been done, where this page is the one to say it. */
export async function justDone(
  path: OwnPath,
  { session, facts }: Visit,
  { states }: Broker,
): Promise<string | undefined> {
  const done = await states.take('done', session.handle, facts.now)
  return done?.path === path ? done.says : undefined
}
