import { createHash, randomBytes } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import Provider, { type GrantContext } from 'oidc-provider'

/** The clients that are registered. */
export const [APP, MACHINE] = ['app', 'machine']

/** For whom access tokens are. */
export const RESOURCE = 'urn:example:aws'

const SECRET = 'a secret that only this test knows'
const MOST_REDIRECTS = 10
const REDIRECT = 'https://app.example.com/callback'

/** An OpenID Connect provider as it is used in earnest, on loopback. */
export interface RealIssuer extends AsyncDisposable {
  readonly issuer: string
  /** How often its keys were fetched. */
  fetchedKeys: number
  /** Publishes these keys from now on and signs with the first. */
  useKeys(...keys: readonly JWK[]): void
  /** The ID token of somebody who signs in to the app: authorization code with PKCE, whatever the browser would do. */
  signIn(accountId: string): Promise<string>
  /** The access token of a machine, by its own credentials. */
  asMachine(): Promise<string>
}

/** A private key as a provider is given it. */
export async function providerKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: 'RS256' }
}

/** Starts a provider that signs with that key. */
export async function startRealIssuer(key: JWK): Promise<RealIssuer> {
  let answer: RequestListener
  const server = createServer((request, response) => {
    if (request.url === '/jwks') real.fetchedKeys += 1
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${port}`
  let person = ''
  const real: RealIssuer = {
    issuer,
    fetchedKeys: 0,
    useKeys(...keys) {
      const provider = new Provider(issuer, configuration(keys))
      const serve = provider.callback()
      answer = (request, response) => {
        // The page where somebody would type a password.
        if (!request.url?.startsWith('/interaction/')) serve(request, response)
        else void provider.interactionFinished(request, response, { login: { accountId: person } })
      }
    },
    async signIn(accountId) {
      person = accountId
      const verifier = randomBytes(32).toString('base64url')
      const asked = new URLSearchParams({
        client_id: APP,
        response_type: 'code',
        scope: 'openid',
        redirect_uri: REDIRECT,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      })
      const code = await codeFrom(`${issuer}/auth?${asked}`)
      return await tokenFrom(APP, 'id_token', {
        grant_type: 'authorization_code',
        code,
        redirect_uri: REDIRECT,
        code_verifier: verifier,
      })
    },
    asMachine: () => tokenFrom(MACHINE, 'access_token', { grant_type: 'client_credentials', resource: RESOURCE }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  real.useKeys(key)
  return real

  async function tokenFrom(client: string, name: string, form: Record<string, string>): Promise<string> {
    const answered = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${Buffer.from(`${client}:${encodeURIComponent(SECRET)}`).toString('base64')}` },
      body: new URLSearchParams(form),
    })
    const tokens = (await answered.json()) as Record<string, unknown>
    const token = tokens[name]
    if (typeof token !== 'string') throw new Error(JSON.stringify(tokens))
    return token
  }
}

/** Follows redirects with cookies, as a browser does, until they lead back to the app. */
async function codeFrom(start: string): Promise<string> {
  const cookies = new Map<string, string>()
  let url = new URL(start)
  for (let step = 0; step < MOST_REDIRECTS; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answered = await fetch(url, { redirect: 'manual', headers: { cookie } })
    for (const set of answered.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    const location = answered.headers.get('location')
    if (location === null) throw new Error(`${answered.status} ${await answered.text()}`)
    url = new URL(location, url)
    if (!url.href.startsWith(REDIRECT)) continue
    const code = url.searchParams.get('code')
    if (code === null) throw new Error(url.search)
    return code
  }
  throw new Error('redirected in a circle')
}

function configuration(keys: readonly JWK[]): object {
  const client = { client_secret: SECRET, id_token_signed_response_alg: 'RS256' }
  return {
    jwks: { keys },
    clients: [
      { ...client, client_id: APP, redirect_uris: [REDIRECT] },
      { ...client, client_id: MACHINE, redirect_uris: [], response_types: [], grant_types: ['client_credentials'] },
    ],
    cookies: { keys: [SECRET] },
    claims: { openid: ['sub', 'https://aws.amazon.com/tags'] },
    conformIdTokenClaims: false,
    interactions: { url: (_: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId, 'https://aws.amazon.com/tags': { principal_tags: { Team: ['core'] } } }),
    }),
    async loadExistingGrant({ oidc: { provider, client, session } }: GrantContext) {
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope('openid')
      await grant.save()
      return grant
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: '', audience: 'sts.amazonaws.com', accessTokenFormat: 'jwt' }),
      },
    },
  }
}
