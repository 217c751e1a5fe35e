import type { ConsoleBroker } from '../console-broker.ts'
import { SESSION_COOKIE } from '../cookies.ts'
import type { SignedInPage } from '../page.ts'
import { goTo } from '../reply.ts'

/** The end of a role that was switched to: the browser goes on as who signed in. */
export function switchBackPage(broker: Pick<ConsoleBroker, 'switchBack'>): SignedInPage {
  return {
    path: '/console/switch-back',
    for: 'signed-in',
    get: () => goTo('/console'),
    async post({ session, cookies }) {
      const original = await broker.switchBack(session)
      if (original === undefined) return goTo('/console')
      return { ...goTo('/console'), cookies: [cookies.set(SESSION_COOKIE, original.handle)] }
    },
  }
}
