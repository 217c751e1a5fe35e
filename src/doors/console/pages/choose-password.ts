import { type Fault, Secret, toFault } from '../../../model/index.ts'
import { field, notice, TOKEN_FIELD, tokenField } from '../components/fields.ts'
import type { ConsoleBroker, PendingPasswordChange } from '../console-broker.ts'
import { CHANGE_COOKIE, SESSION_COOKIE } from '../cookies.ts'
import { html, type View } from '../html.ts'
import type { Page } from '../page.ts'
import { OLD_FORM, refusal } from '../refusals.ts'
import { goTo, show } from '../reply.ts'
import { isSameText } from '../same-text.ts'

const TITLE = 'Choose a new password'
const REASONS = {
  reset: 'Your password was set for you. Before you go on, choose one that only you know.',
  expired: 'Your password has expired. Before you go on, choose another one.',
} as const

/** Where somebody who signed in has to choose another password before anything else. */
export function choosePasswordPage(broker: Pick<ConsoleBroker, 'passwordChangeOf' | 'changePassword'>): Page {
  return {
    path: '/signin/password',
    for: 'everybody',
    async get({ facts, cookie }) {
      const handle = cookie(CHANGE_COOKIE)
      const change = handle === undefined ? undefined : await broker.passwordChangeOf(handle, facts)
      return change === undefined ? goTo('/signin') : show(TITLE, form(change))
    },
    async post({ facts, form: sent, cookie, cookies }) {
      const handle = cookie(CHANGE_COOKIE)
      const change = handle === undefined ? undefined : await broker.passwordChangeOf(handle, facts)
      if (handle === undefined || change === undefined) return goTo('/signin')
      if (!isSameText(sent.text(TOKEN_FIELD), change.formToken)) return refusal(OLD_FORM)
      if (sent.text('new') !== sent.text('again')) {
        return show(TITLE, form(change, 'The two new passwords differ. Type the same one twice.'), { status: 400 })
      }
      const passwords = { oldPassword: new Secret(sent.text('old')), newPassword: new Secret(sent.text('new')) }
      try {
        const session = await broker.changePassword(handle, passwords, facts)
        const done = [cookies.clear(CHANGE_COOKIE)]
        if (session === undefined) return { ...goTo('/signin'), cookies: done }
        return { ...goTo('/console'), cookies: [...done, cookies.set(SESSION_COOKIE, session.handle)] }
      } catch (error) {
        const fault = toFault(error)
        if (fault.httpStatus >= 500) throw error
        return show(TITLE, form(change, fault.message), {
          status: fault.httpStatus,
          showsReference: true,
          because: fault,
        })
      }
    },
  }
}

function form(change: PendingPasswordChange, refused?: Fault['message']): View {
  return html`
    <div class="narrow sheet">
      <h1>${TITLE}</h1>
      <p>${REASONS[change.reason]}</p>
      <p class="lead">You are signing in as <code>${change.arn}</code>.</p>
      ${refused !== undefined && notice('refused', html`<p>${refused}</p>`)}
      <form method="post" action="/signin/password">
        ${tokenField(change)}
        ${field({ name: 'old', label: 'Current password', type: 'password', maxLength: 128, autocomplete: 'current-password', first: true })}
        ${field({ name: 'new', label: 'New password', type: 'password', maxLength: 128, autocomplete: 'new-password' })}
        ${field({ name: 'again', label: 'New password, once more', type: 'password', maxLength: 128, autocomplete: 'new-password' })}
        <div class="actions"><button class="primary">Change the password</button></div>
      </form>
    </div>
  `
}
