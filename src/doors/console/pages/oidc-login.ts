import { AccessDenied, IdpCommunicationError, replaceUnseen, Throttling, toFault } from '../../../model/index.ts'
import { rolePicker } from '../components/role-picker.ts'
import type { ConsoleBroker } from '../console-broker.ts'
import { type Cookies, LOGIN_COOKIE, SESSION_COOKIE } from '../cookies.ts'
import { html } from '../html.ts'
import type { Page, Visit } from '../page.ts'
import { NOT_FOUND, notSignedIn, type Refusal, refusal } from '../refusals.ts'
import { goTo, leaveFor, type OwnPath, type Reply, show } from '../reply.ts'

type OidcBroker = Pick<ConsoleBroker, 'oidc' | 'signIn' | 'signOut'>
type Failure = Extract<Awaited<ReturnType<ConsoleBroker['oidc']['begin']>>, { outcome: 'failed' }>

const CHOOSE = 'Choose a role'
const LONGEST_SAID = 300
/** What an answer of a provider may say. @see https://www.rfc-editor.org/rfc/rfc9207#section-2 */
const ANSWERS = ['code', 'state', 'iss', 'error', 'error_description'] as const
/** A provider's answer stands in the address of this page, and in no other. */
const SECRET_ADDRESS = { 'Referrer-Policy': 'no-referrer' } as const

/**
 * Begins a sign-in at an OpenID Connect provider: `/login/NAME`. It changes nothing but what is waited for. Where somebody is
 * signed in whom another site sent, they are asked first: that site could have them act as whom the provider knows.
 */
export function oidcLoginPage({ oidc }: OidcBroker): Page {
  return {
    path: '/login/:name',
    for: 'everybody',
    async get({ facts, path: { name = '' }, cookies, session, cameBy }) {
      const isAsked = cameBy === 'program' || (cameBy === 'another-site' && session !== undefined)
      if (isAsked && oidc.doors.includes(name)) return asking(name, session)
      const begun = await oidc.begin(name, facts)
      if (begun === undefined) return refusal(NO_DOOR)
      if (begun.outcome === 'failed') return failed(begun, name)
      return { ...leaveFor(begun.url), cookies: [cookies.set(LOGIN_COOKIE, begun.handle)] }
    },
  }
}

/**
 * Where the provider sends browsers back to. What they bring is worth something to the browser alone that began, once,
 * and only at the door that it began at: so opening it does nothing for anybody else, though it is opened by GET.
 */
export function oidcCallbackPage(broker: OidcBroker): Page {
  return {
    path: '/login/:name/callback',
    for: 'everybody',
    async get(visit) {
      const { facts, path, query, cookies, cookie } = visit
      const { name = '' } = path
      const answer: Record<string, string> = {}
      for (const each of ANSWERS) if (query.has(each)) answer[each] = query.text(each)
      const reply = await orRefused(name, async () => {
        const finished = await broker.oidc.finish(name, answer, cookie(LOGIN_COOKIE), facts)
        if (finished === undefined) return refusal(NO_DOOR)
        if (finished.outcome === 'not-begun') return refusal(notBegun(name))
        if (finished.outcome === 'cut-short') {
          return { ...refusal({ ...CUT_SHORT, link: again(name) }), because: finished.because }
        }
        if (finished.outcome === 'failed') return failed(finished, name, answer)
        if (finished.outcome === 'for-browser') return await signedIn(finished.sessionToken, visit, broker)
        return { ...goTo(`/login/${name}/roles`), cookies: [cookies.set(LOGIN_COOKIE, finished.handle)] }
      })
      return { ...reply, cookies: reply.cookies ?? [cookies.clear(LOGIN_COOKIE)], headers: SECRET_ADDRESS }
    },
  }
}

/** Where one of several roles is chosen. */
export function oidcRolesPage(broker: OidcBroker): Page {
  return {
    path: '/login/:name/roles',
    for: 'everybody',
    get: ({ facts, path: { name = '' }, cookie }) =>
      orRefused(name, async () => {
        const offer = await broker.oidc.offered(name, cookie(LOGIN_COOKIE) ?? '', facts)
        if (offer === undefined) return refusal(broker.oidc.doors.includes(name) ? notBegun(name) : NO_DOOR)
        const { accounts, isWhole } = offer
        return show(
          CHOOSE,
          html`
            <h1>${CHOOSE}</h1>
            ${!isWhole && html`<p>There are more roles than could be looked through. If yours is missing, ask your administrator to name it in the configuration.</p>`}
            ${rolePicker({ action: `/login/${name}/roles`, accounts, hidden: [] })}
          `,
        )
      }),
    post: (visit) => {
      const { facts, path, form, cookie, cookies } = visit
      const { name = '' } = path
      return orRefused(name, async () => {
        const roleArn = form.text('roleIndex')
        const sessionToken = await broker.oidc.choose(name, cookie(LOGIN_COOKIE) ?? '', roleArn, facts)
        if (sessionToken !== undefined) return await signedIn(sessionToken, visit, broker)
        const gone = refusal(broker.oidc.doors.includes(name) ? notBegun(name) : NO_DOOR)
        return { ...gone, cookies: [cookies.clear(LOGIN_COOKIE)] }
      })
    },
  }
}

function asking(name: string, session: Visit['session']): Reply {
  const title = 'Sign in?'
  return show(
    title,
    html`
      <h1>${title}</h1>
      ${session && html`<p>You are signed in as <code>${session.arn}</code>. If you go on, your identity provider says who you are, and this sign-in ends.</p>`}
      <p>If you did not mean to sign in, close this page: nothing has been done.</p>
      <p><a class="button" href=${`/login/${name}`}>Go on to ${name}</a></p>
    `,
  )
}

async function signedIn(
  sessionToken: string,
  { facts, session, cookies }: Pick<Visit, 'facts' | 'session'> & { readonly cookies: Pick<Cookies, 'set' | 'clear'> },
  broker: OidcBroker,
): Promise<Reply> {
  const { handle } = await broker.signIn(sessionToken, 'oidc', facts)
  // Nobody would know of it any more.
  if (session !== undefined) await broker.signOut(session.handle)
  return {
    ...goTo('/console/credentials'),
    cookies: [cookies.clear(LOGIN_COOKIE), cookies.set(SESSION_COOKIE, handle)],
  }
}

async function orRefused(name: string, answer: () => Promise<Reply>): Promise<Reply> {
  try {
    return await answer()
  } catch (error) {
    const fault = toFault(error)
    if (fault.httpStatus >= 500) throw error
    if (fault instanceof IdpCommunicationError) return { ...refusal({ ...DOWN, link: again(name) }), because: fault }
    if (fault instanceof Throttling) return { ...refusal({ ...BUSY, link: again(name) }), because: fault }
    if (fault instanceof AccessDenied) return { ...refusal({ ...NO_ROLE, link: again(name) }), because: fault }
    return notSignedIn(fault, again(name))
  }
}

const NO_DOOR: Refusal = {
  ...NOT_FOUND,
  title: 'No sign-in begins here',
  what: 'There is no way to sign in at this address.',
  next: 'Check the address that your administrator gave you: /login/NAME.',
  link: { path: '/signin', text: 'Sign in by password' },
}
const NO_ROLE = {
  status: 403,
  title: 'You are not signed in',
  what: 'Your identity provider knows you, but there is no role here that lets you in.',
  next: 'If there should be one, tell your administrator the reference below.',
} as const
const CUT_SHORT = {
  ...NO_ROLE,
  what: 'Your identity provider knows you, but none of the roles that were looked through lets you in. There are more roles than could be looked through.',
  next: 'If there should be one, tell your administrator the reference below, and that it has to be named in the configuration.',
} as const
const BUSY = {
  status: 503,
  title: 'Too many people sign in right now',
  what: 'More people sign in here than is allowed at a time. You are not signed in.',
  next: 'Wait a few seconds and sign in again.',
} as const
const DOWN = {
  status: 503,
  title: 'Your identity provider does not answer',
  what: 'The identity provider where you sign in cannot be reached right now, or not in time. You are not signed in.',
  next: 'Wait a little and try again. If it goes on, tell your administrator the reference below.',
} as const
const UNUSABLE = {
  status: 502,
  title: 'Your identity provider cannot be used',
  what: 'The identity provider where you sign in answered something that is not taken here. You are not signed in.',
  next: 'Tell your administrator the reference below: the log says what it was.',
} as const
const REFUSED = {
  status: 403,
  title: 'Your identity provider did not let you in',
  what: 'The identity provider where you sign in says no, or you did. You are not signed in.',
  next: 'Try again. If it does not help, tell your administrator the reference below: the log says what the provider said.',
} as const

const MISMATCH = {
  status: 400,
  title: 'You are not signed in',
  what: 'What came back from your identity provider does not belong to the sign-in that was begun in this browser, or does not say who you are.',
  next: 'Begin again. If it does not help, tell your administrator the reference below: the log says what it was.',
} as const

function notBegun(name: string): Refusal {
  return {
    status: 400,
    title: 'You are not signed in',
    what: 'This sign-in was not begun in this browser, is over already, or took too long.',
    next: 'Begin again here, in one window, and at the address that your administrator gave you.',
    link: again(name),
  }
}

/** @param answer - what the provider answered, if it did: it says no only to a sign-in that was begun here */
function failed({ failure, because }: Failure, name: string, answer: Readonly<Record<string, string>> = {}): Reply {
  const link = again(name)
  switch (failure) {
    case 'unreachable':
      return { ...refusal({ ...DOWN, link }), because }
    case 'unusable':
      return { ...refusal({ ...UNUSABLE, link }), because }
    case 'refused':
      return { ...refusal({ ...REFUSED, ...saidBy(answer), link }), because }
    default:
      return { ...refusal({ ...MISMATCH, link }), because }
  }
}

/** What a provider says of its no, in one line. Whoever could put other words there is the provider itself. */
function saidBy({ error, error_description: description = '' }: Readonly<Record<string, string>>) {
  if (error === undefined) return undefined
  const words = replaceUnseen([error, description].filter((text) => text !== '').join(': '), () => ' ')
  return { what: `The identity provider where you sign in says: ${words.slice(0, LONGEST_SAID)}` }
}

/** Only ever the name of a door that there is. */
function again(name: string): { readonly path: OwnPath; readonly text: string } {
  return { path: `/login/${name}`, text: 'Sign in again' }
}
