import { createHmac, createPublicKey, webcrypto } from 'node:crypto'
import { CompactEncrypt, CompactSign, FlattenedSign, generateKeyPair, UnsecuredJWT } from 'jose'
import { type IssuerKey, signed } from '../../fake-issuer.ts'
import { TARGET } from '../cast.ts'
import type { Params } from '../wire-client.ts'
import { CLIENT, rawSigned, roleArn, type Setting } from './setting.ts'

/** A token that proves nobody, and what AWS answers. */
export interface Attack {
  readonly rule: string
  token(setting: Setting): string | Promise<string>
  readonly params?: Params
  readonly code: string
  readonly message: string | RegExp
}

const NOT_A_JWT = 'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)'
const NO_KEY =
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"
const AUDIENCE = 'Incorrect token audience'
const NO_PROVIDER = /^No OpenIDConnect provider found in your account for /
const TAGS = 'principal_tags passed in claim is not in correct format.'

const now = (): number => Math.floor(Date.now() / 1000)
const refused = (
  rule: string,
  token: Attack['token'],
  message: string | RegExp = NOT_A_JWT,
  params?: Params,
): Attack => ({ rule, token, message, code: 'InvalidIdentityToken', ...(params && { params }) })
const expired = (rule: string, token: Attack['token'], message: RegExp): Attack => ({
  ...refused(rule, token, message),
  code: 'ExpiredTokenException',
})
const claiming = (rule: string, over: Record<string, unknown>, message: string | RegExp): Attack =>
  refused(rule, (set) => set.token(over), message)
const withHeader = (rule: string, header: object, message: string = NOT_A_JWT): Attack =>
  refused(rule, (set) => rawSigned(JSON.stringify(header), JSON.stringify(set.claims()), set.rsa), message)
/** The claims as text, changed by hand, and truly signed. */
const written = (
  rule: string,
  write: (text: string) => string | Buffer,
  message: string | RegExp = NOT_A_JWT,
): Attack =>
  refused(
    rule,
    (set) => rawSigned('{"alg":"RS256","kid":"rsa"}', write(JSON.stringify(set.claims())), set.rsa),
    message,
  )
/** The token as text, changed after it was signed. */
const changed = (rule: string, change: (token: string) => string, message: string = NOT_A_JWT): Attack =>
  refused(rule, async (set) => change(await set.token()), message)
const hmac = (rule: string, secretOf: (key: IssuerKey) => string | Buffer): Attack =>
  refused(rule, (set) => {
    const input = `${part({ alg: 'HS256', kid: 'rsa' })}.${part(set.claims())}`
    return `${input}.${createHmac('sha256', secretOf(set.rsa)).update(input).digest('base64url')}`
  })
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const publicKey = ({ jwk }: IssuerKey) => createPublicKey({ key: jwk, format: 'jwk' })
const tagged = (tags: object, transitive?: unknown): Record<string, unknown> => ({
  'https://aws.amazon.com/tags': { principal_tags: tags, transitive_tag_keys: transitive },
})
const spelled = (rule: string, spell: (issuer: string) => unknown): Attack =>
  refused(rule, (set) => set.token({ iss: spell(set.main.issuer) }), NO_PROVIDER)

async function ecSigned(set: Setting, sign: (input: string) => Promise<Buffer> | Buffer): Promise<string> {
  const input = `${part({ alg: 'ES256', kid: 'ec' })}.${part(set.claims())}`
  return `${input}.${(await sign(input)).toString('base64url')}`
}

/** An ECDSA signature as most programs write it, which is not how tokens have it. */
function derOf(raw: Buffer): Buffer {
  const integer = (bytes: Buffer) => Buffer.concat([Buffer.from([2, bytes.length + 1, 0]), bytes])
  const body = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))])
  return Buffer.concat([Buffer.from([0x30, body.length]), body])
}

/** Tokens with which nobody gets anything, and for which nothing is fetched. */
export const ATTACKS: readonly Attack[] = [
  // Algorithms.
  refused('alg none without a signature', (set) => new UnsecuredJWT(set.claims()).encode()),
  ...['none', 'None', 'nOnE', 'NONE', ''].map((alg) =>
    refused(`alg "${alg}" with a signature`, async (set) => {
      const [, payload, signature] = (await set.token()).split('.')
      return `${part({ alg, kid: 'rsa' })}.${payload}.${signature}`
    }),
  ),
  hmac('HS256 with the public key as PEM', (key) => publicKey(key).export({ type: 'spki', format: 'pem' })),
  hmac('HS256 with the public key as DER', (key) => publicKey(key).export({ type: 'spki', format: 'der' })),
  hmac('HS256 with the public key as JWK', ({ jwk }) => JSON.stringify(jwk)),
  hmac('HS256 with the modulus', ({ jwk }) => Buffer.from(jwk.n ?? '', 'base64url')),
  hmac('HS256 with an empty secret', () => ''),
  ...['HS384', 'HS512', 'PS256', 'PS384', 'PS512', 'EdDSA', 'Ed25519', 'ES256K', 'RS1', 'rs256', 'RS256 ', 'dir'].map(
    (alg) => withHeader(`alg ${alg}`, { alg, kid: 'rsa' }),
  ),
  ...[null, 256, ['RS256'], { a: 1 }].map((alg) => withHeader(`alg ${JSON.stringify(alg)}`, { alg, kid: 'rsa' })),
  withHeader('no alg', { kid: 'rsa' }),
  withHeader('alg __proto__', { alg: '__proto__', kid: 'rsa' }),
  withHeader('alg constructor', { alg: 'constructor', kid: 'rsa' }),
  withHeader('ES256 with the id of an RSA key', { alg: 'ES256', kid: 'rsa' }, NO_KEY),
  withHeader('RS256 with the id of an EC key', { alg: 'RS256', kid: 'ec' }, NO_KEY),
  withHeader('ES384 with the id of a P-256 key', { alg: 'ES384', kid: 'ec' }, NO_KEY),
  withHeader('RS384 over a signature of RS256', { alg: 'RS384', kid: 'rsa' }, NO_KEY),

  // Signatures.
  refused('an ECDSA signature of zeros', (set) => ecSigned(set, () => Buffer.alloc(64)), NO_KEY),
  refused('an ECDSA signature of ones', (set) => ecSigned(set, () => Buffer.alloc(64, 0xff)), NO_KEY),
  refused(
    'an ECDSA signature in DER',
    (set) =>
      ecSigned(set, async (input) => {
        const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
        return derOf(Buffer.from(await webcrypto.subtle.sign(algorithm, set.ec.privateKey, Buffer.from(input))))
      }),
    NO_KEY,
  ),
  changed(
    'a signature with another first byte',
    (token) => token.replace(/\.([^.]{4})([^.]*)$/, (_, four, rest) => `.${four === 'AAAA' ? 'BBBB' : 'AAAA'}${rest}`),
    NO_KEY,
  ),
  changed('half a signature', (token) => token.replace(/[^.]{102}$/, ''), NO_KEY),
  changed('no signature', (token) => token.replace(/[^.]*$/, '')),
  refused(
    'the signature of another token',
    async (set) => {
      const [header, payload] = (await set.token({ sub: 'admin' })).split('.')
      return `${header}.${payload}.${(await set.token()).split('.')[2]}`
    },
    NO_KEY,
  ),
  refused("a stranger's key under the id of a known one", (set) => signed(set.claims(), set.attackerKey), NO_KEY),
  refused("another provider's key of the same account", (set) => signed(set.claims(), set.secondKey), NO_KEY),
  refused(
    "another provider's key under the id of a known one",
    (set) => signed(set.claims(), set.secondKey, { kid: 'rsa' }),
    NO_KEY,
  ),

  // Keys that a header brings along.
  ...(['jwk', 'jku', 'x5u', 'x5c'] as const).map((name) =>
    refused(
      `a key of the sender's own in ${name}`,
      (set) => {
        const url = `${set.attacker.origin}/keys`
        const own = { jwk: set.attackerKey.jwk, jku: url, x5u: url, x5c: ['MIIB'] }
        return signed(set.claims(), set.attackerKey, { [name]: own[name] })
      },
      NO_KEY,
    ),
  ),
  ...['http://169.254.169.254/latest/meta-data/', 'file:///etc/passwd'].map((jku) =>
    refused(`a jku of ${jku}`, (set) => signed(set.claims(), set.attackerKey, { jku, kid: 'unknown' }), NO_KEY),
  ),

  // Names of keys.
  ...[
    '../../etc/passwd',
    "' OR 1=1 --",
    'x'.repeat(10_000),
    '',
    '__proto__',
    'constructor',
    'RSA',
    'rsa ',
    'rsa\0',
    '%72sa',
  ].map((kid) =>
    refused(`the key id ${JSON.stringify(kid.slice(0, 20))}`, (set) => signed(set.claims(), set.rsa, { kid }), NO_KEY),
  ),
  ...[7, null, ['rsa'], { rsa: 1 }, true].map((kid) =>
    withHeader(`the key id ${JSON.stringify(kid)}`, { alg: 'RS256', kid }),
  ),

  // What changes how a token is read.
  withHeader('crit', { alg: 'RS256', kid: 'rsa', crit: ['x'], x: 1 }),
  withHeader('an empty crit', { alg: 'RS256', kid: 'rsa', crit: [] }),
  withHeader('b64 false', { alg: 'RS256', kid: 'rsa', b64: false, crit: ['b64'] }),
  withHeader('zip', { alg: 'RS256', kid: 'rsa', zip: 'DEF' }),
  ...['logout+jwt', 'dpop+jwt', 'secevent+jwt', 'JWE', '', 7, null].map((typ) =>
    withHeader(`typ ${JSON.stringify(typ)}`, { alg: 'RS256', kid: 'rsa', typ }),
  ),
  withHeader('a token inside a token', { alg: 'RS256', kid: 'rsa', cty: 'JWT' }),
  withHeader('a content type that cannot be made a text', { alg: 'RS256', kid: 'rsa', cty: [{ toString: 1 }] }),
  withHeader('an algorithm that cannot be made a text', { alg: { toString: 1 }, kid: 'rsa' }),
  refused('a token as the payload of another', async (set) =>
    new CompactSign(Buffer.from(await set.token()))
      .setProtectedHeader({ alg: 'RS256', kid: 'rsa' })
      .sign(set.rsa.privateKey),
  ),
  refused('an encrypted token of five parts', async (set) => {
    const { publicKey: key } = await generateKeyPair('RSA-OAEP')
    const header = { alg: 'RSA-OAEP', enc: 'A256GCM' }
    return new CompactEncrypt(Buffer.from(await set.token())).setProtectedHeader(header).encrypt(key)
  }),
  refused('a token in the JSON serialisation', async (set) => {
    const payload = Buffer.from(JSON.stringify(set.claims()))
    return JSON.stringify(
      await new FlattenedSign(payload).setProtectedHeader({ alg: 'RS256', kid: 'rsa' }).sign(set.rsa.privateKey),
    )
  }),

  // Text that is no token.
  refused('a word', () => 'token'),
  refused('dots', () => '.'.repeat(20_000)),
  refused('an access token that is opaque', () => 'ya29.a0AfH6SMBx'),
  refused('four parts', async (set) => `${await set.token()}.x`),
  changed('padding', (token) => `${token}=`),
  changed('the alphabet of plain base64', (token) => token.replace(/\.[^.]{4}([^.]*)$/, '.+/+/$1')),
  changed('a space before', (token) => ` ${token}`),
  changed('a line break inside', (token) => token.replace('.', '.\n')),
  changed('spare bits at the end of a part', (token) => {
    const last = token.at(-1) ?? ''
    // 256 bytes leave four spare bits.
    return `${token.slice(0, -1)}${{ A: 'B', Q: 'R', g: 'h', w: 'x' }[last] ?? '?'}`
  }),
  refused('a header that is a list', (set) => rawSigned('["RS256"]', JSON.stringify(set.claims()), set.rsa)),
  refused('a header that is no JSON', (set) => rawSigned('{alg:RS256}', JSON.stringify(set.claims()), set.rsa)),
  written('claims that are a list', () => '[]'),
  written('claims that are null', () => 'null'),
  written('claims that are a text', (text) => JSON.stringify(text)),
  written('claims that are no JSON', (text) => `${text}x`),
  written('a comment among the claims', (text) => text.replace('{', '{/**/')),
  written('invalid UTF-8', (text) =>
    Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"x":"'), Buffer.from([0xff]), Buffer.from('"}')]),
  ),
  written('a byte order mark', (text) => `\ufeff${text}`),
  written('UTF-16', (text) => Buffer.from(text, 'utf16le')),
  written('half a surrogate pair', (text) => text.replace('{', '{"x":"\\ud800",')),
  written('half a surrogate pair in a name', (text) => text.replace('{', '{"\\udc00":1,')),

  // Members that stand there twice.
  ...['sub', 'aud', 'iss', 'exp'].map((name) =>
    written(`${name} twice`, (text) => text.replace(/}$/, `,"${name}":"admin"}`)),
  ),
  written('sub twice, once written with an escape', (text) => text.replace(/}$/, ',"s\\u0075b":"admin"}')),
  written('a member twice deep inside', (text) => text.replace('{', '{"x":{"y":{"a":1,"a":1}},')),
  written('__proto__ twice', (text) => text.replace('{', '{"__proto__":1,"__proto__":2,')),
  refused('alg twice', (set) =>
    rawSigned('{"alg":"none","alg":"RS256","kid":"rsa"}', JSON.stringify(set.claims()), set.rsa),
  ),

  // Too much.
  written('nesting without end', (text) => text.replace('{', `{"x":${'['.repeat(5000)}${']'.repeat(5000)},`)),
  written('objects in objects', (text) => text.replace('{', `{"x":${'{"x":'.repeat(1500)}1${'}'.repeat(1500)},`)),
  written('1,500 claims', (text) =>
    text.replace('{', `{${Array.from({ length: 1500 }, (_, at) => `"${at}":1,`).join('')}`),
  ),

  // Whose it is.
  claiming('no iss', { iss: undefined }, 'Missing a required claim: iss'),
  claiming('an issuer that nobody registered', { iss: 'https://idp.example.com' }, NO_PROVIDER),
  refused(
    "a stranger's issuer, with its own key",
    (set) => signed(set.claims({ iss: set.attacker.issuer }), set.attackerKey),
    NO_PROVIDER,
  ),
  spelled('the issuer with a slash more', (issuer) => `${issuer}/`),
  spelled('the issuer with a slash less', (issuer) => issuer.replace('/main', '')),
  spelled('the issuer in upper case', (issuer) => issuer.toUpperCase()),
  spelled('the issuer with an upper-case path', (issuer) => issuer.replace('main', 'Main')),
  spelled('the issuer with another scheme', (issuer) => issuer.replace('http:', 'https:')),
  spelled('the issuer without scheme', (issuer) => issuer.replace('http://', '')),
  spelled('the issuer on another port', (issuer) => issuer.replace(/:[0-9]+/, ':443')),
  spelled('the issuer without port', (issuer) => issuer.replace(/:[0-9]+/, '')),
  spelled('the issuer by another name', (issuer) => issuer.replace('127.0.0.1', 'localhost')),
  spelled('the issuer with escapes', (issuer) => issuer.replace('main', 'm%61in')),
  spelled('the issuer with dots in its path', (issuer) => issuer.replace('main', 'x/../main')),
  spelled('the issuer with a user', (issuer) => issuer.replace('//', '//user@')),
  spelled('the issuer with a query', (issuer) => `${issuer}?x`),
  spelled('the issuer with a fragment', (issuer) => `${issuer}#x`),
  spelled('the issuer with a space', (issuer) => `${issuer} `),
  spelled('the issuer with a NUL', (issuer) => `${issuer}\0`),
  spelled('the issuer with a letter of another script', (issuer) => issuer.replace('a', 'а')),
  spelled('the issuer with a dot after its host', (issuer) => issuer.replace('127.0.0.1', '127.0.0.1.')),
  spelled('an empty issuer', () => ''),
  spelled('an issuer of 10,000 characters', (issuer) => issuer + 'x'.repeat(10_000)),
  claiming('a list of issuers', { iss: ['https://idp.example.com'] }, NOT_A_JWT),
  claiming('an issuer that is an object', { iss: { url: 'x' } }, NOT_A_JWT),
  claiming('an issuer that is a number', { iss: 7 }, NOT_A_JWT),
  refused("the issuer of another account's provider", (set) => set.token(), NO_PROVIDER, {
    RoleArn: roleArn('Open', TARGET),
  }),
  refused('an account that there is not', (set) => set.token(), NO_PROVIDER, {
    RoleArn: roleArn('Open', '999999999999'),
  }),
  refused('an account with the path of a provider in it', (set) => set.token({ iss: 'http://main' }), NO_PROVIDER, {
    RoleArn: 'arn:aws:iam::111111111111/127.0.0.1:role/Open',
  }),

  // For whom it is.
  claiming('no aud', { aud: undefined }, 'Missing a required claim: aud'),
  claiming('aud null', { aud: null }, 'Missing a required claim: aud'),
  ...[
    'other',
    '',
    [],
    7,
    true,
    { client: 1 },
    [[CLIENT]],
    [CLIENT, 7],
    `${CLIENT} `,
    'Client',
    CLIENT.slice(0, -1),
  ].map((aud) => claiming(`aud ${JSON.stringify(aud)}`, { aud }, AUDIENCE)),
  claiming(
    'two audiences without azp',
    { aud: [CLIENT, 'other'] },
    'Token audience contains more than one audience while authorized party is not present',
  ),
  ...['other', '', 7, [CLIENT], false].map((azp) => claiming(`azp ${JSON.stringify(azp)}`, { azp }, AUDIENCE)),

  // About whom it is.
  claiming('no sub', { sub: undefined }, 'Missing a required claim: sub'),
  claiming('sub null', { sub: null }, 'Missing a required claim: sub'),
  ...['', 'x'.repeat(256), { a: 1 }, ['alice'], true, 1.5, 'ali\nce', 'ali\0ce', '\u202eecila', 'a\u2028b'].map((sub) =>
    claiming(`sub ${JSON.stringify(sub).slice(0, 20)}`, { sub }, 'Invalid value for claim: sub'),
  ),

  // When.
  claiming('no exp', { exp: undefined }, 'Missing a required claim: exp'),
  claiming('no iat', { iat: undefined }, 'Missing a required claim: iat'),
  ...[-1, 1.5, '1e9', '', 'soon', true, [1], {}, ' 1', '-1'].map((exp) =>
    claiming(`exp ${JSON.stringify(exp)}`, { exp }, 'Invalid value for claim: exp'),
  ),
  written('exp 1e999', (text) => text.replace(/"exp":[0-9]+/, '"exp":1e999')),
  written('an infinite number elsewhere', (text) => text.replace('{', '{"x":-1e999,')),
  claiming('exp beyond what can be counted', { exp: 2 ** 60 }, 'Invalid value for claim: exp'),
  claiming('nbf that is no time', { nbf: 'soon' }, 'Invalid value for claim: nbf'),
  ...['.0', '.00000000000000000001', '.5', 'e0', 'E0'].flatMap((tail) =>
    ['exp', 'iat'].map((name) =>
      written(
        `${name} as a number that ends with ${tail}`,
        (text) => text.replace(new RegExp(`"${name}":[0-9]+`), `$&${tail}`),
        `Invalid value for claim: ${name}`,
      ),
    ),
  ),
  written('sub -0', (text) => text.replace('"alice"', '-0'), 'Invalid value for claim: sub'),
  written('sub 1e2', (text) => text.replace('"alice"', '1e2'), 'Invalid value for claim: sub'),
  written(
    'sub a number that is rounded',
    (text) => text.replace('"alice"', '9007199254740993'),
    'Invalid value for claim: sub',
  ),

  // What conditions compare.
  claiming('an email beyond measure', { email: 'x'.repeat(1025) }, 'Invalid value for claim: email'),
  claiming('a list of emails', { email: ['alice@example.com'] }, 'Invalid value for claim: email'),
  refused('iat more than five minutes ahead', (set) => set.token({ iat: now() + 302 }), 'Token issued in the future.'),
  refused('nbf more than five minutes ahead', (set) => set.token({ nbf: now() + 302 }), 'Token issued in the future.'),
  expired(
    'exp more than five minutes ago',
    (set) => set.token({ iat: now() - 600, exp: now() - 301 }),
    /^Token expired: current date\/time [0-9]{10} must be before the expiration date\/time [0-9]{10}$/,
  ),
  expired('exp at the beginning of time', (set) => set.token({ exp: 0 }), /^Token expired: .* date\/time 0$/),
  expired(
    'iat more than a day ago',
    (set) => set.token({ iat: now() - 86_400 - 301, exp: now() + 300 }),
    /^Token too old: 8670[0-9]$/,
  ),

  // What it asks the session to be marked by.
  claiming(
    'tags that are a list',
    { 'https://aws.amazon.com/tags': [] },
    'Session tags passed in claim are not in correct format.',
  ),
  claiming(
    'tags that are null',
    { 'https://aws.amazon.com/tags': null },
    'Session tags passed in claim are not in correct format.',
  ),
  claiming(
    'tags as a text',
    { 'https://aws.amazon.com/tags': '{}' },
    'Session tags passed in claim are not in correct format.',
  ),
  claiming('principal_tags that are a list', { 'https://aws.amazon.com/tags': { principal_tags: [] } }, TAGS),
  ...[
    tagged({ Team: ['a', 'b'] }),
    tagged({ Team: [] }),
    tagged({ Team: 'a' }),
    tagged({ Team: [7] }),
    tagged({ Team: [['a']] }),
    tagged({ 'aws:Team': ['a'] }),
    tagged({ 'AWS:Team': ['a'] }),
    tagged({ '': ['a'] }),
    tagged({ ['x'.repeat(129)]: ['a'] }),
    tagged({ Team: ['x'.repeat(257)] }),
    tagged({ 'T*': ['a'] }),
    tagged({ Team: ['a'], team: ['b'] }),
    tagged({ Team: ['a'], Ｔｅａｍ: ['b'] }),
    tagged({ Team: ['a'] }, ['Other']),
    tagged({ Team: ['a'] }, ['Ｔｅａｍ']),
    tagged({ Team: ['a'] }, 'Team'),
    tagged({ Team: ['a'] }, [7]),
    tagged(Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, ['v']]))),
    { ...tagged({ Team: ['a'] }), 'https://aws.amazon.com/tags/principal_tags/Team': 'b' },
    { 'https://aws.amazon.com/tags/principal_tags/Team': ['b'] },
    { 'https://aws.amazon.com/tags/principal_tags/': 'b' },
  ].map((tags) => claiming(`tags ${JSON.stringify(tags).slice(28, 100)}`, tags, TAGS)),
  ...['aws:x', 'AWS:x', 'x', 'x'.repeat(65), 'a b', ['Admin'], 7, null, ''].map((identity) =>
    claiming(
      `source identity ${JSON.stringify(identity).slice(0, 20)}`,
      { 'https://aws.amazon.com/source_identity': identity },
      'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"',
    ),
  ),
  claiming('amr that is an object', { amr: { mfa: true } }, 'Invalid value for claim: amr'),
  ...[roleArn('Other'), [roleArn('Other')], `${roleArn('Other')};${roleArn('Bare')}`].map((roles) =>
    claiming(
      `roles ${JSON.stringify(roles).slice(0, 40)}`,
      { 'https://aws.amazon.com/roles': roles },
      'The target role ARN is not present in the roles claim of the identity token',
    ),
  ),
  ...['', [], 'Open', [roleArn('*')], ['*'], ['Open']].map((roles) =>
    claiming(
      `roles ${JSON.stringify(roles)}`,
      { 'https://aws.amazon.com/roles': roles },
      'The roles claim contains no valid role ARNs',
    ),
  ),
  ...[7, { a: 1 }, [7]].map((roles) =>
    claiming(
      `roles ${JSON.stringify(roles)}`,
      { 'https://aws.amazon.com/roles': roles },
      'The roles claim is not in a supported format',
    ),
  ),
  refused(
    'a JWT as a token of Login with Amazon',
    (set) => set.token(),
    'Provided Token is not a Login With Amazon token',
    {
      ProviderId: 'www.amazon.com',
    },
  ),
]
