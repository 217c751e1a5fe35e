import { Secret, toFault } from '../../../model/index.ts'
import { notice } from '../components/fields.ts'
import { rolePicker } from '../components/role-picker.ts'
import type { ConsoleBroker } from '../console-broker.ts'
import { SAML_COOKIE, SESSION_COOKIE } from '../cookies.ts'
import type { Form } from '../form.ts'
import { html, type View } from '../html.ts'
import { ownTarget } from '../own-target.ts'
import type { Page, StrangersVisit } from '../page.ts'
import { notSignedIn } from '../refusals.ts'
import { goTo, type Reply, show } from '../reply.ts'
import type { SamlOffer, SamlSignIns } from '../saml-sign-ins.ts'

type SamlBroker = Pick<ConsoleBroker, 'saml' | 'origin' | 'signIn' | 'signOut'>
type Outcome = Awaited<ReturnType<SamlSignIns['choose']>>

const DEFAULT_TARGET = '/console/credentials'

/**
 * Where identity providers send browsers with their responses, and what tools post to that sign in for people: AWS's
 * `https://signin.aws.amazon.com/saml`. One role is taken at once. Of several one is chosen, by the same form once more
 * with `roleIndex`.
 */
export function samlPage(broker: SamlBroker): Page {
  return {
    path: '/saml',
    for: 'strangers',
    post: ({ facts, form, cookies }) =>
      orRefused(async () => {
        const offer = await broker.saml.offered(new Secret(form.text('SAMLResponse')), facts)
        // What was begun in a browser ends in it: whether it is this one tells its cookie, which came with a form of ours.
        if (offer.begun !== undefined) return picker(offer, form, '/saml/role', broker.origin)
        const roleArn = form.has('roleIndex') ? form.text('roleIndex') : onlyRole(offer)
        if (roleArn === undefined) return picker(offer, form, '/saml', broker.origin)
        const outcome = await broker.saml.choose(offer, { roleArn, browser: undefined }, facts)
        return await done(outcome, { facts, form, cookies }, broker)
      }),
  }
}

/** Where the role is chosen of a sign-in that was begun here. */
export function samlRolePage(broker: SamlBroker): Page {
  return {
    path: '/saml/role',
    for: 'everybody',
    post: ({ facts, form, cookies, cookie, session }) =>
      orRefused(async () => {
        const offer = await broker.saml.offered(new Secret(form.text('SAMLResponse')), facts)
        const choice = { roleArn: form.text('roleIndex'), browser: cookie(SAML_COOKIE) }
        const outcome = await broker.saml.choose(offer, choice, facts)
        // Nobody would know of it any more.
        if (outcome.outcome === 'for-browser' && session !== undefined) await broker.signOut(session.handle)
        return await done(outcome, { facts, form, cookies }, broker)
      }),
  }
}

function onlyRole({ accounts }: SamlOffer): string | undefined {
  const [role, second] = accounts.flatMap(({ roles }) => roles)
  return second === undefined ? role?.arn : undefined
}

/** The roles to choose from. It repeats the response, as AWS's page does: tools that read it post it again. */
function picker(offer: SamlOffer, form: Form, action: '/saml' | '/saml/role', origin: string): Reply {
  const { person, accounts, begun } = offer
  const isForTerminal = begun?.terminal !== undefined
  const isOne = onlyRole(offer) !== undefined
  const title = isForTerminal ? 'Sign in your terminal' : isOne ? 'Sign in' : 'Choose a role'
  const relayState = ownTarget(form.text('RelayState'), origin) ?? ''
  const hidden = { SAMLResponse: form.text('SAMLResponse'), RelayState: relayState, name: '', portal: '' }
  return show(
    title,
    html`
      <h1>${title}</h1>
      <p>You are <strong>${person}</strong> to your identity provider.</p>
      ${isForTerminal && forTerminal()}
      ${rolePicker({
        action,
        accounts,
        sendsItself: begun !== undefined && isOne && !isForTerminal,
        hidden: Object.entries(hidden).map(
          ([name, value]) => html`<input type="hidden" name=${name} value=${value} />`,
        ),
      })}
    `,
  )
}

/** Nobody gets credentials by what a link began. */
function forTerminal(): View {
  return notice(
    'warning',
    html`<p><strong>A program on this machine asks for credentials of this role.</strong></p>
      <p>Continue only if you have just run <code>rolecall login</code> yourself.</p>`,
  )
}

async function done(
  outcome: Outcome,
  { facts, form, cookies }: Pick<StrangersVisit, 'facts' | 'form' | 'cookies'>,
  broker: SamlBroker,
): Promise<Reply> {
  const over = cookies.clear(SAML_COOKIE)
  if (outcome.outcome === 'for-browser') {
    const { handle } = await broker.signIn(outcome.sessionToken, 'saml', facts)
    const target = ownTarget(form.text('RelayState'), broker.origin) ?? DEFAULT_TARGET
    return { ...goTo(target), cookies: [over, cookies.set(SESSION_COOKIE, handle)] }
  }
  const back = new URL(`http://127.0.0.1:${outcome.port}/`)
  back.search = String(new URLSearchParams({ code: outcome.code, state: outcome.state }))
  const view = html`
    <h1>Go back to your terminal</h1>
    <p>If it does not go on by itself: <a href=${back.href}>hand over the credentials</a>, within a minute.</p>
  `
  // No redirect: where a form was sent, browsers hold those to `form-action 'self'`.
  return { ...show('Signed in', view), headers: { Refresh: `0; url=${back.href}` }, cookies: [over] }
}

async function orRefused(answer: () => Promise<Reply>): Promise<Reply> {
  try {
    return await answer()
  } catch (error) {
    const fault = toFault(error)
    if (fault.httpStatus >= 500) throw error
    return notSignedIn(fault)
  }
}
