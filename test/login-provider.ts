import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { type FakeIssuer, type IssuerKey, issuerKey, signed, startIssuer } from './fake-issuer.ts'

/** The client that is registered. */
export const CLIENT_ID = 'terminal'

/** What came to one of the endpoints that take forms. */
export interface Form {
  readonly fields: Readonly<Record<string, string>>
  readonly headers: IncomingHttpHeaders
}

/** What one of them answers; as JSON unless it is text. */
export interface FormAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** A provider on loopback at which nobody has to sign in, and that does as it is told. */
export interface LoginProvider extends AsyncDisposable {
  readonly fake: FakeIssuer
  readonly issuer: string
  readonly key: IssuerKey
  /** Of all that came to the endpoints. */
  readonly forms: Form[]
  /** Answers an endpoint: `/token`, `/device`, `/revoke`. */
  on(path: string, answer: (form: Form) => FormAnswer | Promise<FormAnswer>): void
  /** An ID token for the client that is right in everything, but for what is said. */
  idToken(over?: Record<string, unknown>): Promise<string>
  /** What the token endpoint gives. */
  tokens(over?: Record<string, unknown>): Promise<FormAnswer>
}

/** Starts a provider. */
export async function startLoginProvider(): Promise<LoginProvider> {
  const key = await issuerKey('first')
  const fake = await startIssuer([key])
  const { issuer, origin } = fake
  fake.discovery = {
    ...fake.discovery,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    device_authorization_endpoint: `${origin}/device`,
    revocation_endpoint: `${origin}/revoke`,
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'offline_access'],
  }
  const forms: Form[] = []
  const provider: LoginProvider = {
    fake,
    issuer,
    key,
    forms,
    on(path, answer) {
      fake.routes.set(
        path,
        listener(async (form) => await answer(form), forms),
      )
    },
    async idToken(over = {}) {
      const now = Math.floor(Date.now() / 1000)
      const claims = { iss: issuer, sub: 'alice', aud: CLIENT_ID, iat: now, exp: now + 300, ...over }
      return await signed(Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined)), key)
    },
    async tokens(over = {}) {
      return { body: { access_token: 'access', token_type: 'Bearer', id_token: await provider.idToken(over) } }
    },
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  }
  return provider
}

function listener(answer: (form: Form) => Promise<FormAnswer>, forms: Form[]): RequestListener {
  return (request, response) => {
    void text(request).then(async (body) => {
      const form = { fields: Object.fromEntries(new URLSearchParams(body)), headers: request.headers }
      forms.push(form)
      write(response, await answer(form))
    })
  }
}

function write(response: ServerResponse, { status = 200, headers = {}, body }: FormAnswer): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
