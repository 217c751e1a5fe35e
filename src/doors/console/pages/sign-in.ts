import { AccessDenied, type Fault, Secret, SignInRefused } from '../../../model/index.ts'
import { field, notice } from '../components/fields.ts'
import type { ConsoleBroker } from '../console-broker.ts'
import { CHANGE_COOKIE, SESSION_COOKIE } from '../cookies.ts'
import { html, type View } from '../html.ts'
import type { Page } from '../page.ts'
import { goTo, type Reply, show } from '../reply.ts'

/** What the form shows again after a refusal. */
interface Typed {
  readonly account: string
  readonly userName: string
  readonly asRoot: boolean
}

/** Where users, and root, sign in by password, and whence everybody else is sent to sign in. */
export function signInPage(broker: Pick<ConsoleBroker, 'login' | 'signOut' | 'oidc'>): Page {
  const { doors } = broker.oidc
  return {
    path: '/signin',
    for: 'everybody',
    get({ session, query }) {
      if (session !== undefined) return goTo('/console')
      const typed = { account: query.text('account'), userName: '', asRoot: query.text('as') === 'root' }
      return show(
        'Sign in',
        form(typed, doors, query.has('signed-out') && notice('done', html`<p>You are signed out.</p>`)),
      )
    },
    async post({ facts, form: sent, cookies, session }) {
      const typed = { account: sent.text('account'), userName: sent.text('user'), asRoot: sent.text('as') === 'root' }
      // Devices show their codes in two groups.
      const code = sent.text('code').replaceAll(' ', '')
      try {
        const login = await broker.login(
          {
            account: typed.account.trim(),
            userName: typed.asRoot ? undefined : typed.userName.trim(),
            password: new Secret(sent.text('password')),
            code: code === '' ? undefined : code,
          },
          facts,
        )
        // Nobody would know of it any more.
        if (session !== undefined) await broker.signOut(session.handle)
        return login.outcome === 'signed-in'
          ? { ...goTo('/console'), cookies: [cookies.set(SESSION_COOKIE, login.session.handle)] }
          : { ...goTo('/signin/password'), cookies: [cookies.set(CHANGE_COOKIE, login.change.handle)] }
      } catch (error) {
        if (error instanceof SignInRefused || error instanceof AccessDenied) return refused(typed, doors, error)
        throw error
      }
    },
  }
}

function refused(typed: Typed, doors: readonly string[], fault: Fault): Reply {
  const next =
    fault instanceof SignInRefused
      ? 'Check the account, the name, the password and, if you have an MFA device, its code. After many wrong passwords, wait a few minutes.'
      : 'Ask an administrator of your account for a new one.'
  const said = notice('refused', html`<p><strong>${fault.message}</strong></p><p>${next}</p>`)
  return show('Sign in', form(typed, doors, said), { status: 403, showsReference: true, because: fault })
}

/** The code is asked for at once: that it is asked for after the password would say that the password was right. */
function form({ account, userName, asRoot }: Typed, doors: readonly string[], said: View): View {
  const first = account === '' ? 'account' : asRoot || userName !== '' ? 'password' : 'user'
  return html`
    <div class="narrow sheet">
      <h1>${asRoot ? 'Sign in as the root user' : 'Sign in'}</h1>
      ${said}
      ${asRoot && notice('warning', html`<p>The root user may do everything in its account. Use it only for what nobody else can do.</p>`)}
      <form method="post" action="/signin">
        ${asRoot && html`<input type="hidden" name="as" value="root" />`}
        ${field({ name: 'account', label: 'Account number or alias', value: account, maxLength: 63, autocomplete: 'organization', first: first === 'account' })}
        ${!asRoot && field({ name: 'user', label: 'User name', value: userName, maxLength: 64, autocomplete: 'username', first: first === 'user' })}
        ${field({ name: 'password', label: 'Password', type: 'password', maxLength: 128, autocomplete: 'current-password', first: first === 'password' })}
        ${field({ name: 'code', label: 'MFA code', optional: true, maxLength: 8, digits: true, autocomplete: 'one-time-code', hint: 'If you have an MFA device: the six digits that it shows now.' })}
        <div class="actions"><button class="primary">Sign in</button></div>
      </form>
      <p class="below">${asRoot ? html`<a href="/signin">Sign in as a user</a>` : html`<a href="/signin?as=root">Sign in as the root user</a>`}</p>
      ${!asRoot && doors.length > 0 && elsewhere(doors)}
    </div>
  `
}

/** The doors of the configuration: their names are letters, digits and dashes. */
function elsewhere(doors: readonly string[]): View {
  return html`
    <nav class="elsewhere" aria-labelledby="elsewhere">
      <h2 id="elsewhere">Or sign in with</h2>
      <ul class="links">${doors.map((name) => html`<li><a class="button" href=${`/login/${name}`}>${name}</a></li>`)}</ul>
    </nav>
  `
}
