import { tokenField } from '../components/fields.ts'
import type { ConsoleBroker } from '../console-broker.ts'
import { SESSION_COOKIE } from '../cookies.ts'
import { html } from '../html.ts'
import type { SignedInPage } from '../page.ts'
import { goTo, show } from '../reply.ts'
import { nameOf } from '../who.ts'

/** The end of a sign-in. Opening it asks, because a link of anybody could open it. */
export function signOutPage(broker: Pick<ConsoleBroker, 'signOut'>): SignedInPage {
  return {
    path: '/signout',
    for: 'signed-in',
    get: ({ session }) =>
      show(
        'Sign out',
        html`
          <div class="narrow sheet">
            <h1>Sign out?</h1>
            <p>You are signed in as ${nameOf(session)}. Credentials that you have taken away work until they end.</p>
            <form method="post" action="/signout">
              ${tokenField(session)}
              <div class="actions"><button class="primary">Sign out</button></div>
            </form>
          </div>
        `,
      ),
    post: async ({ session, cookies }) => {
      await broker.signOut(session.handle)
      return { ...goTo('/signin?signed-out'), cookies: [cookies.clear(SESSION_COOKIE)] }
    },
  }
}
