import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'

/** A key pair of an issuer, and how it is published. */
export interface IssuerKey {
  readonly privateKey: CryptoKey
  readonly jwk: JWK & { readonly kid: string }
}

/** An OpenID Connect issuer on loopback that does as it is told. */
export interface FakeIssuer extends AsyncDisposable {
  /** Its origin: what a broker has to allow. */
  readonly origin: string
  /** What its tokens have in `iss`. */
  readonly issuer: string
  /** The path of every request that it got. */
  readonly fetched: string[]
  /** What it publishes: may be changed at any time. */
  keys: readonly object[]
  discovery: Readonly<Record<string, unknown>>
  /** Answers in place of the issuer, by path. */
  readonly routes: Map<string, RequestListener>
  /** How long it takes for each answer; for ever when it is infinite. */
  delayMs: number
}

export const DISCOVERY = '/.well-known/openid-configuration'

/** Makes a key pair. */
export async function issuerKey(kid: string, alg = 'RS256'): Promise<IssuerKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } }
}

/** Starts an issuer that publishes these keys. @param path - of its tokens' `iss`, after the origin */
export async function startIssuer(keys: readonly IssuerKey[], path = ''): Promise<FakeIssuer> {
  const held = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    const url = request.url ?? ''
    fake.fetched.push(url)
    held.add(response)
    const answer = fake.routes.get(url) ?? published
    if (Number.isFinite(fake.delayMs)) setTimeout(() => answer(request, response), fake.delayMs)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  const issuer = `${origin}${path}`
  const published: RequestListener = ({ url = '' }, response) => {
    if (url.endsWith(DISCOVERY)) response.end(JSON.stringify(fake.discovery))
    else if (url === '/keys') response.end(JSON.stringify({ keys: fake.keys }))
    else response.writeHead(404).end()
  }
  const fake: FakeIssuer = {
    origin,
    issuer,
    fetched: [],
    keys: keys.map(({ jwk }) => jwk),
    discovery: { issuer, jwks_uri: `${origin}/keys` },
    routes: new Map(),
    delayMs: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      for (const response of held) response.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  return fake
}

/** Signs claims as an issuer does. */
export async function signed(claims: JWTPayload, { privateKey, jwk }: IssuerKey, header: object = {}): Promise<string> {
  const alg = jwk.kty === 'RSA' ? 'RS256' : `ES${{ 'P-256': 256, 'P-384': 384, 'P-521': 512 }[jwk.crv ?? '']}`
  return await new SignJWT(claims).setProtectedHeader({ alg, kid: jwk.kid, ...header }).sign(privateKey)
}
