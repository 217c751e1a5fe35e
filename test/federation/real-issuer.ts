import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import Provider, { type GrantContext } from 'oidc-provider'
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js'

/** The clients that are registered: a program on a server, one that nobody uses, and one on everybody's desktop. */
export const [APP, MACHINE, TERMINAL] = ['app', 'machine', 'terminal']

/** For whom access tokens are. */
export const RESOURCE = 'urn:example:aws'

/** Of the first two. */
export const SECRET = 'a secret that only this test knows'
const MOST_REDIRECTS = 10
const REDIRECT = 'https://app.example.com/callback'

/** An OpenID Connect provider as it is used in earnest, on loopback. */
export interface RealIssuer extends AsyncDisposable {
  readonly issuer: string
  /** How often its keys were fetched. */
  fetchedKeys: number
  /** Who signs in without being asked; where it is `undefined` a page asks for a name. */
  person: string | undefined
  /** Lets the app have people sent back there, too. */
  redirectTo(uri: string): void
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
  const kept = createMemoryAdapter()
  const redirects = [REDIRECT]
  let current: readonly JWK[] = []
  const server = createServer((request, response) => {
    if (request.url === '/jwks') real.fetchedKeys += 1
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${port}`
  const real: RealIssuer = {
    issuer,
    fetchedKeys: 0,
    person: undefined,
    redirectTo(uri) {
      redirects.push(uri)
      real.useKeys(...current)
    },
    useKeys(...keys) {
      current = keys
      const provider = new Provider(issuer, { ...configuration(keys, redirects), adapter: kept })
      const serve = provider.callback()
      answer = (request, response) => {
        if (!request.url?.startsWith('/interaction/')) serve(request, response)
        else void interact(provider, real.person, request, response)
      }
    },
    async signIn(accountId) {
      real.person = accountId
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

/** What happens between a person and the provider: a name is asked for, and whatever is asked of the person is granted. */
async function interact(
  provider: Provider,
  person: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (prompt.name === 'consent') {
    const grant = new provider.Grant({ accountId: session?.accountId ?? '', clientId: params.client_id })
    grant.addOIDCScope(params.scope)
    const consent = { grantId: await grant.save() }
    return await provider.interactionFinished(request, response, { consent })
  }
  const name = request.method === 'POST' ? new URLSearchParams(await text(request)).get('name') : person
  if (name) return await provider.interactionFinished(request, response, { login: { accountId: name } })
  const form = '<form method="post"><label>Name <input name="name"></label><button>Sign in</button></form>'
  response.writeHead(200, { 'Content-Type': 'text/html' }).end(page(form))
}

function page(body: string): string {
  return `<!doctype html><html lang="en"><title>Provider</title><body>${body}</body></html>`
}

async function codeFrom(start: string): Promise<string> {
  const { search, searchParams } = await followTo(start, REDIRECT)
  const code = searchParams.get('code')
  if (code === null) throw new Error(search)
  return code
}

/** Follows redirects with cookies, as a browser does, until they lead to an address that begins so. */
export async function followTo(start: string, destination: string): Promise<URL> {
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
    if (url.href.startsWith(destination)) return url
  }
  throw new Error('redirected in a circle')
}

function configuration(keys: readonly JWK[], redirects: readonly string[]): object {
  const client = { client_secret: SECRET, id_token_signed_response_alg: 'RS256' }
  return {
    jwks: { keys },
    clients: [
      { ...client, client_id: APP, redirect_uris: redirects },
      { ...client, client_id: MACHINE, redirect_uris: [], response_types: [], grant_types: ['client_credentials'] },
      {
        client_id: TERMINAL,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      },
    ],
    cookies: { keys: [SECRET] },
    claims: { openid: ['sub', 'https://aws.amazon.com/tags'] },
    conformIdTokenClaims: false,
    interactions: { url: (_: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId, 'https://aws.amazon.com/tags': { principal_tags: { Team: ['core'] } } }),
    }),
    async loadExistingGrant({ oidc: { provider, client, session, result } }: GrantContext) {
      const granted = result?.consent?.grantId
      if (granted !== undefined) return await provider.Grant.find(granted)
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope('openid')
      await grant.save()
      return grant
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true },
      // As they come, these pages load fonts from elsewhere.
      deviceFlow: {
        enabled: true,
        userCodeInputSource: (context: { body: string }, form: string) => {
          context.body = page(`${form}<button type="submit" form="op.deviceInputForm">Continue</button>`)
        },
        userCodeConfirmSource: (context: { body: string }, form: string, _: unknown, __: unknown, code: string) => {
          context.body = page(
            `<p>${code}</p>${form}<button type="submit" form="op.deviceConfirmForm">Continue</button>`,
          )
        },
        successSource: (context: { body: string }) => {
          context.body = page('<p>Signed in</p>')
        },
      },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: '', audience: 'sts.amazonaws.com', accessTokenFormat: 'jwt' }),
      },
    },
  }
}
