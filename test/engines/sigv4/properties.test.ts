import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { SignatureV4 } from '@smithy/signature-v4'
import { readSignature, type SignedRequest, signatureMatches } from '../../../src/engines/sigv4/index.ts'
import { SigningKey } from '../../../src/engines/sigv4/signing-key.ts'
import { Fault } from '../../../src/model/index.ts'
import { fc } from '../../fast-check.ts'
import { Sha256 } from '../../sha256.ts'
import { ACCESS_KEY_ID, NOW, REGION, SECRET_ACCESS_KEY } from './vectors.ts'
import { accepts } from './verify.ts'

interface Call {
  readonly method: string
  readonly path: string
  readonly query: Record<string, string | string[]>
  readonly headers: Record<string, string>
  readonly body: Uint8Array
  readonly sessionToken: string | undefined
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const plain = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 8 })
const anyText = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.toWellFormed())
const segment = fc.oneof(plain, fc.constantFrom('', '.', '..', ' ', '%20', '%', '\u1234', "!'()*:@,;=&$+~"))
const headerValue = fc.string({
  unit: fc.constantFrom(' ', '\t', '"', ',', ';', '\u00e9', '\u00a0', '\u1234', ...letters),
  maxLength: 30,
})
const headerName = fc.constantFrom('Content-Type', 'x-amz-meta-a', 'X-Amz-Target', 'x-k8s-aws-id', 'amz-sdk-request')

function call(parts: { segment: fc.Arbitrary<string>; text: fc.Arbitrary<string> }): fc.Arbitrary<Call> {
  // The SDK copies a query member by member into a plain object, so it loses what is named `__proto__` after signing it.
  const name = parts.text.filter((text) => !/^x-amz-|^__proto__$/i.test(text))
  return fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
    path: fc.array(parts.segment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`),
    query: fc.dictionary(name, fc.oneof(parts.text, fc.array(parts.text, { minLength: 1, maxLength: 3 })), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
    headers: fc.dictionary(headerName, headerValue, { maxKeys: 3, noNullPrototype: true }),
    body: fc.uint8Array({ maxLength: 40 }),
    sessionToken: fc.option(fc.base64String({ minLength: 4, maxLength: 40 }), { nil: undefined }),
  })
}

const anyCall = call({ segment, text: anyText })
const plainCall = call({ segment: plain, text: plain })
/** How a client may write a space. */
const space = fc.constantFrom('+', '%20')

function signerFor({ sessionToken }: Call): SignatureV4 {
  const credentials = {
    accessKeyId: ACCESS_KEY_ID,
    secretAccessKey: SECRET_ACCESS_KEY.reveal(),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  }
  return new SignatureV4({ service: 'sts', region: REGION, credentials, sha256: Sha256, applyChecksum: false })
}

function asSdkRequest({ method, path, query, headers, body }: Call) {
  const allHeaders = { host: 'localhost:7600', ...headers }
  return { method, protocol: 'http:', hostname: 'localhost', path, query, headers: allHeaders, body }
}

/** What would arrive: one character per byte, the query escaped by the client's library. */
function arriving(signed: Awaited<ReturnType<SignatureV4['sign']>>, body: Uint8Array, spaceAs = '%20'): SignedRequest {
  const escaped = (text: string) => encodeURIComponent(text).replaceAll('%20', spaceAs)
  const pairs: string[] = []
  for (const [name, value] of Object.entries(signed.query ?? {})) {
    for (const each of [value].flat()) pairs.push(`${escaped(name)}=${escaped(each ?? '')}`)
  }
  const target = Buffer.from(signed.path).toString('latin1') + (pairs.length > 0 ? `?${pairs.join('&')}` : '')
  const rawHeaders = Object.entries(signed.headers).flat()
  return {
    method: signed.method,
    target,
    rawHeaders: rawHeaders.map((text) => Buffer.from(text).toString('latin1')),
    body,
  }
}

async function signedByHeader(call: Call, spaceAs?: string): Promise<SignedRequest> {
  const signed = await signerFor(call).sign(asSdkRequest(call), { signingDate: new Date(NOW) })
  return arriving(signed, call.body, spaceAs)
}

async function signedByQuery(call: Call, spaceAs?: string): Promise<SignedRequest> {
  const body = new Uint8Array()
  const options = { signingDate: new Date(NOW), expiresIn: 60 }
  return arriving(await signerFor(call).presign(asSdkRequest({ ...call, body }), options), body, spaceAs)
}

/** Writes another letter or digit in place of one, so that no other spelling of the same request can come of it. */
function changeOne(text: string, where: number): string | undefined {
  const places = [...text.matchAll(/[A-Za-z0-9]/g)].map((match) => match.index)
  const place = places[where % places.length]
  if (place === undefined) return undefined
  return `${text.slice(0, place)}${/q/i.test(text.charAt(place)) ? 'R' : 'Q'}${text.slice(place + 1)}`
}

/** Every request that differs from `request` in one changed character or byte at about `where`. */
function changed(request: SignedRequest, where: number): Record<string, SignedRequest> {
  const changes: Record<string, SignedRequest> = {}
  const method = changeOne(request.method, where)
  if (method !== undefined) changes['method'] = { ...request, method }
  const target = changeOne(request.target, where)
  if (target !== undefined) changes['target'] = { ...request, target }
  for (const [index, text] of request.rawHeaders.entries()) {
    const other = changeOne(text, where)
    if (other === undefined) continue
    const name = index % 2 === 0 ? text : request.rawHeaders[index - 1]
    changes[`header ${name}${index % 2 === 0 ? ' renamed' : ''}`] = {
      ...request,
      rawHeaders: request.rawHeaders.with(index, other),
    }
  }
  if (request.body.length > 0) {
    const place = where % request.body.length
    changes['body'] = { ...request, body: request.body.with(place, (request.body[place] ?? 0) ^ 1) }
    changes['body cut'] = { ...request, body: request.body.subarray(1) }
  }
  return changes
}

function isAccepted(request: SignedRequest): boolean {
  try {
    return accepts(request)
  } catch (error) {
    assert.ok(error instanceof Fault)
    return false
  }
}

suite('whatever the AWS SDK signs is accepted', () => {
  test('in headers', async () => {
    await fc.assert(
      fc.asyncProperty(anyCall, space, async (call, spaceAs) => {
        assert.equal(accepts(await signedByHeader(call, spaceAs)), true)
      }),
    )
  })
  test('in the URL', async () => {
    await fc.assert(
      fc.asyncProperty(anyCall, space, async (call, spaceAs) => {
        assert.equal(accepts(await signedByQuery(call, spaceAs)), true)
      }),
    )
  })
})

suite('one changed byte never verifies', () => {
  for (const [form, sign] of Object.entries({ header: signedByHeader, query: signedByQuery })) {
    test(`in the ${form} form`, async () => {
      await fc.assert(
        fc.asyncProperty(plainCall, fc.nat(), async (call, where) => {
          const request = await sign(call)
          assert.equal(accepts(request), true)
          for (const [what, change] of Object.entries(changed(request, where))) {
            assert.equal(isAccepted(change), false, what)
          }
        }),
      )
    })
  }
})

/** Texts near enough to a signature to get past the first checks, and texts that are not. */
const fragment = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    'AWS4-HMAC-SHA256 ',
    'AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=',
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A/20150830/us-east-1/sts/aws4_request&X-Amz-SignedHeaders=host',
    '&X-Amz-Date=20150830T123600Z&X-Amz-Signature=',
    'Credential=',
    'SignedHeaders=host',
    '20150830T123600Z',
    ...['%', '%f', '%FF', '/', '?', '&', '=', ';', ',', ' ', '\r\n ', '..', '__proto__'],
  ),
)
const soup = fc.array(fragment, { maxLength: 6 }).map((fragments) => fragments.join(''))
const soupHeader = fc.oneof(
  soup,
  fc.constantFrom('Host', 'Authorization', 'X-Amz-Date', 'Date', 'X-Amz-Security-Token'),
)
const anyRequest: fc.Arbitrary<SignedRequest> = fc.record({
  method: soup,
  target: fc.oneof(
    soup,
    soup.map((text) => `/?${text}`),
  ),
  rawHeaders: fc.array(fc.oneof(soup, soupHeader), { maxLength: 9 }),
  body: fc.uint8Array({ maxLength: 8 }),
})

suite('nothing but a fault comes of anything', () => {
  const key = new SigningKey(new Uint8Array(32))

  test('when it is read', () => {
    fc.assert(
      fc.property(anyRequest, (request) => assert.equal(isAccepted(request), false)),
      { numRuns: 2_000 },
    )
  })
  test('when it is compared', () => {
    const presented = fc.record({
      carrier: fc.constantFrom('header', 'query'),
      accessKeyId: soup,
      date: soup,
      timestamp: soup,
      region: soup,
      service: soup,
      signedHeaders: fc.array(soupHeader),
      signature: soup,
      sessionToken: fc.option(soup, { nil: undefined }),
    })
    fc.assert(
      fc.property(presented, anyRequest, (what, request) => {
        assert.equal(signatureMatches(what, request, key), false)
      }),
      { numRuns: 1_000 },
    )
  })
  test('in time that grows with its length, and no faster', () => {
    const many = 200_000
    const query = (text: string): SignedRequest => ({ ...EMPTY, target: `/?X-Amz-Algorithm=AWS4-HMAC-SHA256&${text}` })
    const header = (...rawHeaders: readonly string[]): SignedRequest => ({ ...EMPTY, rawHeaders })
    const hostile = [
      query('a=1&'.repeat(many)),
      query('%'.repeat(many)),
      query('+'.repeat(many)),
      query(
        `X-Amz-Credential=${'/'.repeat(many)}&X-Amz-Signature=&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host`,
      ),
      { ...EMPTY, target: '/..'.repeat(many) },
      { ...EMPTY, target: '/a'.repeat(many) },
      header('Authorization', `AWS4-HMAC-SHA256${' '.repeat(many)}x`),
      header('Authorization', `AWS4-HMAC-SHA256 ${','.repeat(many)}`),
      header('Authorization', `AWS4-HMAC-SHA256 ${'Credential=a,'.repeat(many)}`),
      header('Authorization', `AWS4-HMAC-SHA256 SignedHeaders=${'a;'.repeat(many)}`),
      header('Date', ' '.repeat(many)),
      header('X-Custom', `${' \t'.repeat(many)}x`),
      { ...EMPTY, rawHeaders: Array<string>(many).fill('x-amz-security-token') },
    ]
    const signedHeaders = Array<string>(many).fill('host')
    for (const request of hostile) {
      const started = performance.now()
      assert.throws(() => readSignature(request, { now: NOW, service: 'sts', isRegion: () => true }), Fault)
      for (const carrier of ['header', 'query'] as const) {
        const presented = { ...PRESENTED, carrier, signedHeaders }
        assert.equal(signatureMatches(presented, request, key), false)
        assert.equal(signatureMatches({ ...presented, signedHeaders: [] }, request, key), false)
      }
      // Quadratic work on texts of this length takes minutes.
      assert.ok(performance.now() - started < 5_000)
    }
  })
})

const EMPTY: SignedRequest = { method: 'GET', target: '/', rawHeaders: [], body: new Uint8Array() }
const PRESENTED = {
  accessKeyId: '',
  date: '20150830',
  timestamp: '20150830T123600Z',
  region: REGION,
  service: 'sts',
  signature: '',
  sessionToken: '',
}
