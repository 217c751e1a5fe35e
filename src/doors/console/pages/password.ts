import { Fault } from '../../../model/index.ts'
import { inIam, orRefusal } from '../acting.ts'
import { field, notice, tokenField } from '../components/fields.ts'
import { passwordRules } from '../components/password-rules.ts'
import type { ConsoleBroker } from '../console-broker.ts'
import { goToSay, justDone } from '../done.ts'
import { forKinds } from '../for-kinds.ts'
import { html, type View } from '../html.ts'
import type { SignedInPage, SignedInVisit } from '../page.ts'
import { FOR_USERS } from '../refusals.ts'
import { type Reply, show } from '../reply.ts'

const TITLE = 'Password'
const PATH = '/console/password'
const NOT_FOR_ROOT = {
  ...FOR_USERS,
  what: 'Roles have no password, and the password of the root user is set in a directory file.',
  next: 'To look after the password of a user, sign in as that user.',
} as const

type Broker = Pick<ConsoleBroker, 'act' | 'states'>

const CHANGED = 'Your password is changed. Other sign-ins of yours go on until they end.'

/** Where users replace their passwords. */
export function passwordPage(broker: Broker): SignedInPage {
  return forKinds(['user'], NOT_FOR_ROOT, {
    path: PATH,
    for: 'signed-in',
    get: (visit) => page(visit, broker),
    async post(visit) {
      const { form } = visit
      if (form.text('new') !== form.text('again')) {
        return await page(visit, broker, 'The two new passwords differ. Type the same one twice.')
      }
      const params = { OldPassword: form.text('old'), NewPassword: form.text('new') }
      const changed = await orRefusal(inIam(broker, visit)('ChangePassword', params))
      return changed instanceof Fault ? await page(visit, broker, changed) : await goToSay(PATH, CHANGED, visit, broker)
    },
  })
}

async function page(visit: SignedInVisit, broker: Broker, refused?: Fault | string): Promise<Reply> {
  const { session } = visit
  const done = refused === undefined ? await justDone(PATH, visit, broker) : undefined
  const policy = await orRefusal(inIam(broker, visit)('GetAccountPasswordPolicy'))
  const said = refused instanceof Fault ? refused.message : refused
  const view = html`
    <div class="narrow sheet">
      <h1>${TITLE}</h1>
      ${said !== undefined && notice('refused', html`<p>${said}</p>`)}
      ${done !== undefined && notice('done', html`<p>${done}</p>`)}
      ${passwordRules(policy)}
      ${changeForm(session)}
      <p class="below"><a href="/console">Start page</a></p>
    </div>
  `
  if (refused === undefined) return show(TITLE, view)
  if (typeof refused === 'string') return show(TITLE, view, { status: 400 })
  return show(TITLE, view, { status: refused.httpStatus, showsReference: true, because: refused })
}

function changeForm(session: SignedInVisit['session']): View {
  return html`
    <form method="post" action=${PATH}>
      ${tokenField(session)}
      ${field({ name: 'old', label: 'Current password', type: 'password', maxLength: 128, autocomplete: 'current-password' })}
      ${field({ name: 'new', label: 'New password', type: 'password', maxLength: 128, autocomplete: 'new-password' })}
      ${field({ name: 'again', label: 'New password, once more', type: 'password', maxLength: 128, autocomplete: 'new-password' })}
      <div class="actions"><button class="primary">Change the password</button></div>
    </form>
  `
}
