import { gzipSync } from 'node:zlib'
import { DISCOVERY, type FakeIssuer, type IssuerKey } from '../../fake-issuer.ts'

/** Others that an issuer can point at. */
export interface Neighbours {
  /** A server on loopback that nobody allowed. */
  readonly closed: FakeIssuer
  /** The issuer of another provider. */
  readonly other: FakeIssuer
}

/** An issuer that publishes something else than it should. */
export interface HostileIssuer {
  readonly rule: string
  /** Its tokens are signed with that key, which it publishes where nothing else is done. */
  prepare(issuer: FakeIssuer, key: IssuerKey, neighbours: Neighbours): void
  readonly code: 'InvalidIdentityToken' | 'IDPCommunicationError'
  /** The paths that are fetched from it: the first is always discovery. */
  readonly fetched: readonly string[]
}

const JWKS = '/keys'
const BOMB = gzipSync(Buffer.alloc(10_000_000))
const METADATA = 'http://169.254.169.254/latest/meta-data/'

type Prepare = HostileIssuer['prepare']

const discovering = (rule: string, change: (issuer: FakeIssuer, neighbours: Neighbours) => object): HostileIssuer => ({
  rule,
  prepare: (issuer, _, neighbours) => {
    issuer.discovery = { ...issuer.discovery, ...change(issuer, neighbours) }
  },
  code: 'InvalidIdentityToken',
  fetched: [DISCOVERY],
})
const answering = (
  rule: string,
  path: string,
  answer: (response: Parameters<Parameters<FakeIssuer['routes']['set']>[1]>[1]) => void,
  code: HostileIssuer['code'] = 'InvalidIdentityToken',
): HostileIssuer => ({
  rule,
  prepare: (issuer) => issuer.routes.set(path, (_, response) => answer(response)),
  code,
  fetched: path === DISCOVERY ? [DISCOVERY] : [DISCOVERY, JWKS],
})
const publishing = (rule: string, keysOf: (key: IssuerKey) => readonly object[]): HostileIssuer => ({
  rule,
  prepare: (issuer, key) => {
    issuer.keys = keysOf(key)
  },
  code: 'InvalidIdentityToken',
  fetched: [DISCOVERY, JWKS],
})
const keysAt = (rule: string, url: (issuer: FakeIssuer, neighbours: Neighbours) => unknown): HostileIssuer =>
  discovering(rule, (issuer, neighbours) => ({ jwks_uri: url(issuer, neighbours) }))

const numbered = (count: number, key: (index: number) => object) =>
  Array.from({ length: count }, (_, index) => key(index))
const redirectTo = (location: string): Parameters<typeof answering>[2] => {
  return (response) => response.writeHead(302, { location }).end()
}
const endless: Parameters<typeof answering>[2] = (response) => {
  const pour = (): void => {
    while (!response.destroyed && response.write('['.repeat(65_536)));
  }
  response.on('drain', pour)
  pour()
}

/** Issuers whose tokens are refused, whoever signed them. */
export const HOSTILE_ISSUERS: readonly HostileIssuer[] = [
  // Where discovery leads.
  answering('discovery that redirects to the metadata of a machine', DISCOVERY, redirectTo(METADATA)),
  answering('discovery that redirects to itself', DISCOVERY, redirectTo('/other')),
  answering('no discovery', DISCOVERY, (response) => response.writeHead(404).end()),
  answering('discovery that fails', DISCOVERY, (response) => response.writeHead(500).end(), 'IDPCommunicationError'),
  answering('a page for discovery', DISCOVERY, (response) => response.end('<html></html>')),
  answering('a list for discovery', DISCOVERY, (response) => response.end('[]')),
  answering(
    'discovery of more than 64 KiB',
    DISCOVERY,
    (response) => response.end(`{"x":"${'x'.repeat(65_536)}"}`),
    'IDPCommunicationError',
  ),
  answering('discovery that says issuer twice', DISCOVERY, (response) => response.end('{"issuer":"a","issuer":"b"}')),
  answering(
    'discovery that goes over to another protocol',
    DISCOVERY,
    ({ socket }) => socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    'IDPCommunicationError',
  ),
  answering(
    'keys that go over to another protocol',
    JWKS,
    ({ socket }) => socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    'IDPCommunicationError',
  ),
  answering('discovery that is busy', DISCOVERY, (response) => response.writeHead(429).end(), 'IDPCommunicationError'),
  answering('discovery that hangs up', DISCOVERY, (response) => response.destroy(), 'IDPCommunicationError'),
  answering(
    'discovery that is packed',
    DISCOVERY,
    (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}')),
    'IDPCommunicationError',
  ),
  discovering('discovery of an issuer with a slash more', ({ issuer }) => ({ issuer: `${issuer}/` })),
  discovering('discovery of an issuer in other case', ({ issuer }) => ({ issuer: issuer.toUpperCase() })),
  discovering('discovery of an issuer of another name', ({ issuer }) => ({
    issuer: issuer.replace('127.0.0.1', 'localhost'),
  })),
  discovering('discovery of another issuer', (_, { other }) => ({ issuer: other.issuer })),
  discovering('discovery without issuer', () => ({ issuer: undefined })),
  discovering('discovery with a list of issuers', ({ issuer }) => ({ issuer: [issuer] })),

  // Where the keys are.
  keysAt('no jwks_uri', () => undefined),
  keysAt('a jwks_uri that is a list', ({ origin }) => [`${origin}${JWKS}`]),
  keysAt('a jwks_uri without host', () => JWKS),
  keysAt('a jwks_uri of a file', () => 'file:///etc/passwd'),
  keysAt('a jwks_uri of another scheme', () => 'gopher://127.0.0.1/keys'),
  keysAt('a jwks_uri that holds the keys', () => 'data:application/json,{"keys":[]}'),
  keysAt('a jwks_uri in the metadata of a machine', () => METADATA),
  keysAt('a jwks_uri in the metadata of a machine, by https', () => METADATA.replace('http', 'https')),
  keysAt('a jwks_uri on this machine', () => 'https://127.0.0.1/keys'),
  keysAt('a jwks_uri on this machine, spelled as a number', () => 'https://2130706433/keys'),
  keysAt('a jwks_uri on this machine, in IPv6', () => 'https://[::1]/keys'),
  keysAt('a jwks_uri in a private network', () => 'https://10.0.0.1/keys'),
  keysAt('a jwks_uri in plain http', () => 'http://idp.example.com/keys'),
  keysAt('a jwks_uri with a port', () => 'https://idp.example.com:8443/keys'),
  keysAt('a jwks_uri with a password', ({ origin }) => `${origin.replace('//', '//user:secret@')}${JWKS}`),
  keysAt('a jwks_uri at a server that nobody allowed', (_, { closed }) => `${closed.origin}${JWKS}`),
  keysAt("a jwks_uri at another provider's issuer", (_, { other }) => `${other.origin}${JWKS}`),

  // What is there.
  answering('keys behind a redirect', JWKS, redirectTo('/more')),
  answering('a page for keys', JWKS, (response) => response.end('<html></html>')),
  answering('an empty object for keys', JWKS, (response) => response.end('{}')),
  answering('an object of keys', JWKS, (response) => response.end('{"keys":{}}')),
  answering('keys in invalid UTF-8', JWKS, (response) => response.end(Buffer.from([0x7b, 0xff]))),
  answering('keys that never end', JWKS, endless, 'IDPCommunicationError'),
  answering(
    'keys of more than 512 KiB',
    JWKS,
    (response) => response.end(`{"keys":[${'{},'.repeat(200_000)}{}]}`),
    'IDPCommunicationError',
  ),
  answering('brackets without end', JWKS, (response) => response.end('['.repeat(500_000))),
  answering(
    'a bomb',
    JWKS,
    (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB),
    'IDPCommunicationError',
  ),

  // Keys that are none.
  publishing('no key', () => []),
  publishing('things that are no keys', () => [
    [],
    { kty: 7 },
    { kty: 'RSA' },
    JSON.parse('{"__proto__":{"kty":"RSA"}}'),
  ]),
  publishing('a key without name', ({ jwk: { kid: _, ...jwk } }) => [jwk, { ...jwk, kid: 7 }]),
  publishing('a key to encrypt with', ({ jwk }) => [{ ...jwk, use: 'enc' }]),
  publishing('a key to sign with', ({ jwk }) => [{ ...jwk, key_ops: ['sign'] }]),
  publishing('a key that is published whole', ({ jwk }) => [{ ...jwk, d: 'AQAB' }]),
  publishing('a shared secret', ({ jwk }) => [{ kty: 'oct', kid: jwk.kid, k: jwk.n }]),
  publishing('an RSA key of 1,024 bits', ({ jwk }) => [{ ...jwk, n: Buffer.alloc(128, 0xff).toString('base64url') }]),
  publishing('an RSA key of 32,768 bits', ({ jwk }) => [{ ...jwk, n: Buffer.alloc(4096, 0xff).toString('base64url') }]),
  publishing('an RSA key with an exponent as long as itself', ({ jwk }) => [{ ...jwk, e: jwk.n }]),
  publishing('an RSA key with the exponent 1', ({ jwk }) => [{ ...jwk, e: 'AQ' }]),
  publishing('an RSA key with the exponent 0', ({ jwk }) => [{ ...jwk, e: 'AA' }]),
  publishing('an RSA key with an even modulus', ({ jwk }) => [
    { ...jwk, n: Buffer.alloc(256, 0xfe).toString('base64url') },
  ]),
  publishing('a key that its certificate contradicts', ({ jwk }) => [{ ...jwk, x5c: ['MIIB'] }]),
  publishing('a key as a certificate alone', ({ jwk: { kid, kty } }) => [{ kid, kty, x5c: ['MIIB'] }]),
  publishing('a key that a later one of its name replaces', ({ jwk }) => [
    jwk,
    { ...jwk, n: Buffer.alloc(256, 0xfd).toString('base64url') },
  ]),
  publishing('101 RSA keys', ({ jwk }) => [jwk, ...numbered(100, (index) => ({ ...jwk, kid: `k${index}` }))]),
  publishing('10,000 keys', ({ jwk }) => [jwk, ...numbered(10_000, (index) => ({ kty: 'RSA', kid: `${index}` }))]),
]

/** A prepared issuer that keeps whoever asks waiting. */
export const HANGING: Prepare = (issuer) => {
  issuer.delayMs = Number.POSITIVE_INFINITY
}
