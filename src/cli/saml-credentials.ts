import { createHash } from 'node:crypto'
import { Secret } from '../model/index.ts'
import { systemRandom } from '../platform/random.ts'
import { ask, refusal } from './ask.ts'
import { CliError } from './cli-error.ts'
import { textAt } from './json-members.ts'
import type { LoginCache, SessionCredentials } from './login-cache.ts'
import type { SamlSettings } from './login-settings.ts'
import { type BrowserSignIn, type SignInContext, type SignInWay, signInByBrowser } from './sign-in.ts'

/** Where the broker sends browsers back to, on any port. */
const BACK = 'http://127.0.0.1/'
const VERIFIER_BYTES = 32

/** What only this process knows of a sign-in, and what tells its answer from others. */
interface Proof {
  readonly state: string
  readonly verifier: Secret
}

/**
 * Credentials of a sign-in at a SAML provider: the broker's pages lead there and back, and give this process a code for
 * them. Keeps what comes of it.
 * @throws {@link CliError} with the broker's words
 */
export async function samlCredentials(
  login: SamlSettings,
  cache: LoginCache,
  { browser }: SignInWay,
  context: SignInContext,
): Promise<SessionCredentials> {
  return await signInByBrowser(atBroker(login), { browser, redirectUri: BACK }, context, async (credentials) => {
    await cache.write({ login, subject: '', refreshToken: undefined, credentials })
    return { result: credentials, who: undefined }
  })
}

function atBroker({ saml, role, endpoint }: SamlSettings): BrowserSignIn<SessionCredentials, Proof> {
  return {
    async begin(redirectUri) {
      const verifier = systemRandom.bytes(VERIFIER_BYTES).toString('base64url')
      const challenge = createHash('sha256').update(verifier).digest('base64url')
      const url = new URL(`${endpoint}/saml/login/${saml.split('/').map(encodeURIComponent).join('/')}`)
      url.search = String(new URLSearchParams({ port: new URL(redirectUri).port, challenge, role }))
      return { url, proof: { state: challenge, verifier: new Secret(verifier) } }
    },

    async finish(query, { verifier }) {
      const url = new URL(`${endpoint}/terminal/redeem`)
      const code = new URLSearchParams(query).get('code') ?? ''
      const body = String(new URLSearchParams({ code, verifier: verifier.reveal() }))
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
      const answer = await ask(url, { method: 'POST', headers, body })
      if (answer.status !== 200) throw refusal(answer, url)
      return credentialsIn(answer.json, url)
    },
  }
}

function credentialsIn(json: unknown, { origin }: URL): SessionCredentials {
  const [accessKeyId, expiration] = [textAt(json, 'AccessKeyId'), textAt(json, 'Expiration')]
  const [secretAccessKey, sessionToken] = [textAt(json, 'SecretAccessKey'), textAt(json, 'SessionToken')]
  if (!accessKeyId || !secretAccessKey || !sessionToken || !expiration || Number.isNaN(Date.parse(expiration))) {
    throw new CliError(`${origin} answered the code without credentials`)
  }
  return {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken),
    expiration: new Date(expiration).toISOString(),
  }
}
