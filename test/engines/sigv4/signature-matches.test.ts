import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import { signatureOf } from '../../../src/engines/sigv4/canonical-request.ts'
import { canonicalHeaders } from '../../../src/engines/sigv4/headers.ts'
import {
  deriveSigningKey,
  presignRequest,
  type SignedRequest,
  type Signer,
  signRequest,
} from '../../../src/engines/sigv4/index.ts'
import { ACCESS_KEY_ID, NOW, REGION, SECRET_ACCESS_KEY, TIMESTAMP } from './vectors.ts'
import { accepts } from './verify.ts'

const HOST = ['Host', 'sts.us-east-1.amazonaws.com']
const SIGNER: Signer = {
  accessKeyId: ACCESS_KEY_ID,
  secretAccessKey: SECRET_ACCESS_KEY,
  region: REGION,
  service: 'sts',
}
const FORM: SignedRequest = {
  method: 'POST',
  target: '/',
  rawHeaders: HOST,
  body: Buffer.from('Action=GetCallerIdentity&Version=2011-06-15'),
}
const BUSY: SignedRequest = { ...FORM, rawHeaders: [...HOST, 'A-First', '1', 'X-Custom', '2'] }
const LINK: SignedRequest = {
  method: 'GET',
  target: '/?Action=GetCallerIdentity&Version=2011-06-15',
  rawHeaders: HOST,
  body: new Uint8Array(),
}

function signed(request: SignedRequest = FORM, signer = SIGNER): SignedRequest {
  const added = Object.entries(signRequest(request, signer, NOW)).flat()
  return { ...request, rawHeaders: [...request.rawHeaders, ...added] }
}

function presigned(request: SignedRequest = LINK, signer = SIGNER): SignedRequest {
  return { ...request, target: presignRequest(request, signer, NOW, 60) }
}

function withHeaders(request: SignedRequest, ...headers: readonly string[]): SignedRequest {
  return { ...request, rawHeaders: [...request.rawHeaders, ...headers] }
}

/** The request with its `Authorization` header rewritten. */
function rewritten(request: SignedRequest, rewrite: (authorization: string) => string): SignedRequest {
  const [last = ''] = request.rawHeaders.slice(-1)
  return { ...request, rawHeaders: [...request.rawHeaders.slice(0, -1), rewrite(last)] }
}

/** The form as a client would send it that signed it with the right key and just this list of headers. */
function signedWith(...signedHeaders: readonly string[]): SignedRequest {
  const { rawHeaders } = withHeaders(BUSY, 'X-Amz-Date', TIMESTAMP)
  const occasion = { timestamp: TIMESTAMP, date: TIMESTAMP.slice(0, 8), region: REGION, service: 'sts' }
  const parts = {
    method: 'POST',
    target: '/',
    headers: canonicalHeaders(rawHeaders),
    signedHeaders,
    payloadHash: BODY_HASH,
  }
  const signature = signatureOf(parts, '', occasion, deriveSigningKey(SECRET_ACCESS_KEY, occasion))
  const credential = `${ACCESS_KEY_ID}/${occasion.date}/${REGION}/sts/aws4_request`
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
  return { ...FORM, rawHeaders: [...rawHeaders, 'Authorization', authorization] }
}

const BODY_HASH = createHash('sha256').update(FORM.body).digest('hex')
const TEMPORARY: Signer = { ...SIGNER, sessionToken: 'TOKEN' }

const REFUSED: Readonly<Record<string, SignedRequest>> = {
  'an x-amz-* header that is not signed': withHeaders(signed(), 'X-Amz-Meta', '1'),
  'an x-amz-* header that is not signed, in any case': withHeaders(signed(), 'x-aMZ-Meta', '1'),
  'a session token appended to the headers after signing': withHeaders(signed(), 'X-Amz-Security-Token', 'TOKEN'),
  'two different session tokens': withHeaders(signed(FORM, TEMPORARY), 'X-Amz-Security-Token', 'OTHER'),
  'an x-amz-* header beside a presigned URL that does not sign it': withHeaders(presigned(), 'X-Amz-Meta', '1'),
  'a listed header that is absent, though signed as if it were there': signedWith('host', 'x-absent', 'x-amz-date'),
  'a signed header that was taken away': { ...signed(BUSY), rawHeaders: signed(BUSY).rawHeaders.toSpliced(2, 2) },
  'a listed header that came a second time': withHeaders(signed(BUSY), 'x-custom', '2'),
  'the values of a repeated header in another order': {
    ...signed(withHeaders(BUSY, 'X-Custom', '3')),
    rawHeaders: signed(withHeaders(BUSY, 'X-Custom', '3'))
      .rawHeaders.with(5, '3')
      .with(7, '2'),
  },
  'signed headers that are listed out of order': signedWith('host', 'a-first', 'x-amz-date'),
  'a signed header that is listed twice': signedWith('host', 'x-amz-date', 'x-amz-date'),
  'an x-amz-* header left out and another listed twice': withHeaders(
    signedWith('host', 'x-amz-date', 'x-amz-date'),
    'X-Amz-Meta',
    '1',
  ),
  'an empty name among the signed headers': signedWith('', 'host', 'x-amz-date'),
  'signed headers that are listed in upper case': rewritten(signed(BUSY), (text) =>
    text.replace('x-custom', 'X-Custom'),
  ),
  'x-amz-content-sha256 of another body': signed(withHeaders(FORM, 'X-Amz-Content-Sha256', '0'.repeat(64))),
  'x-amz-content-sha256 in upper case': signed(withHeaders(FORM, 'X-Amz-Content-Sha256', BODY_HASH.toUpperCase())),
  'x-amz-content-sha256 twice': signed(
    withHeaders(FORM, 'X-Amz-Content-Sha256', BODY_HASH, 'X-Amz-Content-Sha256', BODY_HASH),
  ),
  'an unsigned payload': signed(withHeaders(FORM, 'X-Amz-Content-Sha256', 'UNSIGNED-PAYLOAD')),
  'a streamed payload': signed(withHeaders(FORM, 'X-Amz-Content-Sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD')),
  'a body with a presigned URL, even a signed one': presigned(FORM),
  'a body that was added to a presigned URL': { ...presigned(), body: FORM.body },
  'a session token in the URL that is not the signed one': {
    ...presigned(LINK, TEMPORARY),
    target: presigned(LINK, TEMPORARY).target.replace('TOKEN', 'OTHER'),
  },
  'X-Amz-Expires changed after signing': { ...presigned(), target: presigned().target.replace('=60', '=61') },
  'a parameter appended to a presigned URL': { ...presigned(), target: `${presigned().target}&DurationSeconds=1` },
  'a parameter X-Amz-Signature beside a signature in the header': { ...signed(), target: '/?X-Amz-Signature=x' },
  'more than 1,000 query parameters': signed({ ...FORM, target: `/?${'a&'.repeat(1_001)}` }),
  'a signature in upper case': rewritten(signed(), (text) => text.slice(0, -64) + text.slice(-64).toUpperCase()),
  'a signature that is too short': rewritten(signed(), (text) => text.slice(0, -1)),
  'a signature with something after it': rewritten(signed(), (text) => `${text}0`),
  'a signature that is empty': rewritten(signed(), (text) => text.slice(0, -64)),
  'a signature that is no hexadecimal': rewritten(signed(), (text) => text.slice(0, -64) + 'z'.repeat(64)),
  'a signature of 64 characters that are more bytes': rewritten(
    signed(),
    (text) => text.slice(0, -64) + '\u0161'.repeat(64),
  ),
}

const ACCEPTED: Readonly<Record<string, SignedRequest>> = {
  'a signed form': signed(),
  'a signed link': presigned(),
  'a form of which no more is signed than has to be': signedWith('host', 'x-amz-date'),
  'a form signed with a session token': signed(FORM, TEMPORARY),
  'a link signed with a session token': presigned(LINK, TEMPORARY),
  'a link with its session token appended after signing': {
    ...presigned(),
    target: `${presigned().target}&X-Amz-Security-Token=TOKEN`,
  },
  'one session token sent twice': withHeaders(signed(FORM, TEMPORARY), 'X-Amz-Security-Token', 'TOKEN'),
  'headers that are not signed': withHeaders(signed(), 'User-Agent', 'x', 'X-Amzn-Trace-Id', 'y'),
  'x-amz-content-sha256 of the body': signed(withHeaders(FORM, 'X-Amz-Content-Sha256', BODY_HASH)),
  'another spelling of the same query': {
    ...signed({ ...FORM, target: '/?a=b%20c&d&e=%2Ff' }),
    target: '/?e=/f&&%64=&a=b+c',
  },
  'another way to the same path': { ...signed({ ...FORM, target: '/a/' }), target: '/x/..//./a/' },
  'bytes in a header that are no ASCII': signed(withHeaders(FORM, 'X-Custom', 'caf\u00e9 \u00a0')),
  'a percent sign that starts no escape': {
    ...signed({ ...FORM, target: '/?a=100%25&b=%25zz&c=%254z' }),
    target: '/?a=100%&b=%zz&c=%4z',
  },
  '1,000 query parameters': signed({ ...FORM, target: `/?${'a&'.repeat(1_000)}` }),
}

suite('a signature does not match', () => {
  for (const [rule, request] of Object.entries(REFUSED)) test(rule, () => assert.equal(accepts(request), false))

  test('bytes that are no UTF-8 for other such bytes', () => {
    const request = signed({ ...FORM, target: '/?a=%FE' })
    assert.equal(accepts(request), true)
    assert.equal(accepts({ ...request, target: '/?a=%FF' }), false)
  })
})

suite('a signature matches', () => {
  for (const [rule, request] of Object.entries(ACCEPTED)) test(rule, () => assert.equal(accepts(request), true))
})
