import { Secret, toFault } from '../../../model/index.ts'
import type { ConsoleBroker } from '../console-broker.ts'
import { SESSION_COOKIE } from '../cookies.ts'
import type { Form } from '../form.ts'
import { ownTarget } from '../own-target.ts'
import type { Page, StrangersVisit } from '../page.ts'
import { type Refusal, refusal } from '../refusals.ts'
import { goTo, type Reply, send } from '../reply.ts'

type FederationBroker = Pick<ConsoleBroker, 'origin' | 'signIn' | 'signinTokens'>

const DEFAULT_TARGET = '/console'
/** Credentials and tokens stand in addresses here, because AWS's clients put them there: no other request names them. */
const UNNAMED = { 'Referrer-Policy': 'no-referrer' }

/**
 * What programs ask that make links to the console: a token for credentials (`getSigninToken`), and the link itself
 * (`login`).
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
 */
export function federationPage(broker: FederationBroker): Page {
  const answer = async (visit: StrangersVisit, asked: Form): Promise<Reply> => {
    const reply = await answerTo(visit, asked, broker)
    return { ...reply, headers: { ...reply.headers, ...UNNAMED } }
  }
  return {
    path: '/federation',
    for: 'strangers',
    get: (visit) => answer(visit, visit.query),
    post: (visit) => answer(visit, visit.form),
  }
}

async function answerTo(visit: StrangersVisit, asked: Form, broker: FederationBroker): Promise<Reply> {
  switch (asked.text('Action')) {
    case 'getSigninToken':
      return await getSigninToken(visit, asked, broker)
    case 'login':
      return await login(visit, asked, broker)
    case 'logout':
      // A link of anybody could lead here: the page asks.
      return goTo('/signout')
    default:
      return refusal({ ...NOT_DONE, what: 'Action has to be getSigninToken, login or logout.' })
  }
}

const NOT_DONE = {
  status: 400,
  title: 'The request cannot be answered',
  next: 'Check what the program sends that made it.',
} as const satisfies Partial<Refusal>

async function getSigninToken({ facts }: StrangersVisit, asked: Form, broker: FederationBroker): Promise<Reply> {
  const shown = credentialsIn(asked.text('Session'))
  if (shown === undefined) {
    return refusal({ ...NOT_DONE, what: 'Session has to be JSON with sessionId, sessionKey and sessionToken.' })
  }
  try {
    const duration = asked.has('SessionDuration') ? asked.text('SessionDuration') : undefined
    const SigninToken = await broker.signinTokens.issue(shown, duration, facts)
    return send('application/json', JSON.stringify({ SigninToken }))
  } catch (error) {
    return refused(error, NOT_DONE)
  }
}

async function login({ facts, cookies }: StrangersVisit, asked: Form, broker: FederationBroker): Promise<Reply> {
  const taken = await broker.signinTokens.take(asked.text('SigninToken'), facts)
  if (taken === undefined) return refusal(OVER)
  try {
    const { handle } = await broker.signIn(taken.sessionToken, 'federation', facts, taken.until)
    const target = ownTarget(asked.text('Destination'), broker.origin) ?? DEFAULT_TARGET
    return { ...goTo(target), cookies: [cookies.set(SESSION_COOKIE, handle)] }
  } catch (error) {
    return refused(error, OVER)
  }
}

const OVER: Refusal = {
  status: 400,
  title: 'This link is over',
  what: 'It was followed before, is older than 15 minutes, or what it was made for has ended.',
  next: 'Go back to where you got it and get another one.',
}

function refused(error: unknown, { status, title, next }: Pick<Refusal, 'status' | 'title' | 'next'>): Reply {
  const fault = toFault(error)
  if (fault.httpStatus >= 500) throw error
  return { ...refusal({ status, title, what: fault.message, next }), because: fault }
}

/** `undefined` for what is no JSON of the three texts. */
function credentialsIn(text: string): Parameters<FederationBroker['signinTokens']['issue']>[0] | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof json !== 'object' || json === null) return undefined
  const of = (name: string): string | undefined => {
    const value: unknown = Object.getOwnPropertyDescriptor(json, name)?.value
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const [accessKeyId, secret, token] = [of('sessionId'), of('sessionKey'), of('sessionToken')]
  if (accessKeyId === undefined || secret === undefined || token === undefined) return undefined
  return { accessKeyId, secretAccessKey: new Secret(secret), sessionToken: new Secret(token) }
}
