import { timeLeft } from '../components/time-left.ts'
import type { ConsoleSession } from '../console-broker.ts'
import { html, type View } from '../html.ts'
import type { SignedInPage } from '../page.ts'
import { type OwnPath, show } from '../reply.ts'

/** A page that the start page leads to. */
interface Destination {
  readonly path: OwnPath
  readonly text: string
  readonly says: string
  isFor(session: ConsoleSession): boolean
}

const DESTINATIONS: readonly Destination[] = [
  {
    path: '/console/credentials',
    text: 'Temporary credentials',
    says: 'For the command line and for programs: as environment variables, a profile, or JSON.',
    isFor: ({ caller }) => caller.kind === 'assumed-role',
  },
  {
    path: '/console/switch-role',
    text: 'Switch role',
    says: 'Go on as a role that admits you, of this account or another.',
    isFor: ({ caller }) => caller.kind === 'user' || caller.kind === 'assumed-role',
  },
  {
    path: '/console/access-keys',
    text: 'Access keys',
    says: 'Long-term keys of your own, for programs that can get no temporary ones.',
    isFor: ({ caller }) => caller.kind === 'user' || caller.kind === 'root',
  },
  {
    path: '/console/password',
    text: 'Password',
    says: 'Replace the password that you sign in with.',
    isFor: ({ caller }) => caller.kind === 'user',
  },
  {
    path: '/console/mfa',
    text: 'MFA devices',
    says: 'Apps and tokens that show one-time codes to sign in with.',
    isFor: ({ caller }) => caller.kind === 'user' || caller.kind === 'root',
  },
]

const SIGNED_IN_BY = {
  password: 'Password',
  saml: 'SAML identity provider',
  oidc: 'OpenID Connect identity provider',
  federation: 'Sign-in link',
} as const

/** The start page: who is signed in, for how long, and where to go from here. */
export const homePage: SignedInPage = {
  path: '/console',
  for: 'signed-in',
  get: ({ session, facts: { now } }) => {
    const { account, arn, signedInBy, expiresAt, switchedFrom } = session
    const destinations = DESTINATIONS.filter((each) => each.isFor(session))
    return show(
      'Start page',
      html`
        <h1>You are signed in</h1>
        <div class="sheet">
          <dl class="facts">
            <dt>As</dt><dd><code>${arn}</code></dd>
            ${switchedFrom && html`<dt>Switched from</dt><dd><code>${switchedFrom.arn}</code></dd>`}
            <dt>Account</dt><dd>${account}</dd>
            <dt>Signed in by</dt><dd>${SIGNED_IN_BY[signedInBy]}${mfaOf(switchedFrom ?? session)}</dd>
            <dt>Ends in</dt><dd>${timeLeft(expiresAt, now)}</dd>
          </dl>
        </div>
        ${destinations.length > 0 && html`<nav class="sheet" aria-label="Pages"><ul class="links">${destinations.map(link)}</ul></nav>`}
      `,
    )
  },
}

function link({ path, text, says }: Destination): View {
  return html`<li><a href=${path}>${text}</a><p class="hint">${says}</p></li>`
}

function mfaOf({ caller: { session } }: ConsoleSession): string {
  return session?.terms.mfaAt === undefined ? '' : ', with an MFA code'
}
