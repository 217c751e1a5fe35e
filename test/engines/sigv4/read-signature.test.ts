import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import { readSignature, type SignedRequest } from '../../../src/engines/sigv4/index.ts'
import { type EpochMillis, epochMillis, Fault } from '../../../src/model/index.ts'
import { NOW } from './vectors.ts'

/** What one row changes in a request that would be read; `null` leaves a field, header or parameter out. */
interface Change {
  readonly authorization?: string | null
  readonly fields?: Readonly<Record<string, string | null>>
  readonly headers?: readonly string[]
  readonly date?: string | null
  readonly now?: EpochMillis
  readonly isRegion?: (region: string) => boolean
  readonly target?: string
}

interface Refusal extends Change {
  readonly rule: string
  readonly code: string
  readonly message: string
}

const CREDENTIAL = 'AKIDEXAMPLE/20150830/us-east-1/sts/aws4_request'
const HEADER_FIELDS = { Credential: CREDENTIAL, SignedHeaders: 'host;x-amz-date', Signature: 'ab' }
const QUERY_FIELDS = {
  'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
  'X-Amz-Credential': CREDENTIAL,
  'X-Amz-Date': '20150830T123600Z',
  'X-Amz-SignedHeaders': 'host',
  'X-Amz-Signature': 'ab',
}

function present(fields: Readonly<Record<string, string | null>>): readonly [string, string][] {
  return Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
}

function authorizationOf(change: Change): string {
  const fields = present({ ...HEADER_FIELDS, ...change.fields })
  return `AWS4-HMAC-SHA256 ${fields.map(([name, value]) => `${name}=${value}`).join(', ')}`
}

function headerForm(change: Change): SignedRequest {
  const rawHeaders = ['Host', 'sts.us-east-1.amazonaws.com', ...(change.headers ?? [])]
  const date = change.date === undefined ? '20150830T123600Z' : change.date
  if (date !== null) rawHeaders.push('X-Amz-Date', date)
  const authorization = change.authorization === undefined ? authorizationOf(change) : change.authorization
  if (authorization !== null) rawHeaders.push('Authorization', authorization)
  return { method: 'POST', target: change.target ?? '/', rawHeaders, body: new Uint8Array() }
}

function queryForm(change: Change): SignedRequest {
  const rawHeaders = ['Host', 'sts.us-east-1.amazonaws.com', ...(change.headers ?? [])]
  const fields = new URLSearchParams([...present({ ...QUERY_FIELDS, ...change.fields })])
  return { method: 'GET', target: `/?${fields}`, rawHeaders, body: new Uint8Array() }
}

function read(request: SignedRequest, { now = NOW, isRegion = (region) => region === 'us-east-1' }: Change = {}) {
  return readSignature(request, { now, service: 'sts', isRegion })
}

function assertRefused(request: SignedRequest, refusal: Refusal): void {
  assert.throws(
    () => read(request, refusal),
    (error) => {
      assert.ok(error instanceof Fault)
      assert.deepEqual([error.code, error.message], [refusal.code, refusal.message])
      assert.equal(error.httpStatus, refusal.code === 'IncompleteSignature' ? 400 : 403)
      return true
    },
  )
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}

const MISSING = { code: 'MissingAuthenticationToken', message: 'Request is missing Authentication Token' }
const INCOMPLETE = 'IncompleteSignature'
const MISMATCH = 'SignatureDoesNotMatch'
const NO_CREDENTIAL = `Authorization header requires 'Credential' parameter.`
const NO_SIGNATURE = `Authorization header requires 'Signature' parameter.`
const NO_SIGNED_HEADERS = `Authorization header requires 'SignedHeaders' parameter.`
const NO_DATE = `Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.`
const HOST_UNSIGNED = `'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.`

function missing(texts: string, authorization: string): string {
  return `${texts} (Hashed with SHA-256 and encoded with Base64) Authorization=${sha256(authorization)}`
}

function withoutEqualSign(authorization: string): string {
  return `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${sha256(authorization)}'.`
}

function unreadable(date: string): string {
  return `Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`
}

/** What only a header can get wrong, in the order in which it is answered. */
const HEADER_REFUSALS: readonly Refusal[] = [
  { rule: 'no signature anywhere', authorization: null, ...MISSING },
  {
    rule: 'a signature in the header and another in the query',
    target: `/?${new URLSearchParams(QUERY_FIELDS)}`,
    code: MISMATCH,
    message: '',
  },
  {
    rule: 'any Authorization header beside an algorithm in the query',
    target: '/?X-Amz-Algorithm=x',
    authorization: 'Bearer x',
    code: MISMATCH,
    message: '',
  },
  ...['AWS4-ECDSA-P256-SHA256', 'AWS4-HMAC-SHA1', 'AWS', 'Basic', 'Bearer', 'aws4-hmac-sha256', ''].map(
    (algorithm) => ({
      rule: `the algorithm '${algorithm}'`,
      authorization: `${algorithm} Credential=a`.trimStart(),
      code: INCOMPLETE,
      message: `Unsupported AWS 'algorithm': '${algorithm || 'Credential=a'}'.`,
    }),
  ),
  {
    rule: 'an empty Authorization header',
    authorization: '',
    code: INCOMPLETE,
    message: `Unsupported AWS 'algorithm': ''.`,
  },
  ...['Credential', 'Credential=a, nonsense', 'Credential=a, Signature=b,', ',Credential=a'].map((fields) => ({
    rule: `a part without an equal-sign in '${fields}'`,
    authorization: `AWS4-HMAC-SHA256 ${fields}`,
    code: INCOMPLETE,
    message: withoutEqualSign(`AWS4-HMAC-SHA256 ${fields}`),
  })),
  {
    rule: 'an algorithm alone, and no date',
    authorization: 'AWS4-HMAC-SHA256',
    date: null,
    code: INCOMPLETE,
    message: missing(`${NO_CREDENTIAL} ${NO_SIGNATURE} ${NO_SIGNED_HEADERS} ${NO_DATE}`, 'AWS4-HMAC-SHA256'),
  },
  ...[
    { field: 'Credential', text: NO_CREDENTIAL },
    { field: 'Signature', text: NO_SIGNATURE },
    { field: 'SignedHeaders', text: NO_SIGNED_HEADERS },
  ].map(({ field, text }) => ({
    rule: `no ${field}`,
    fields: { [field]: null },
    code: INCOMPLETE,
    message: missing(text, authorizationOf({ fields: { [field]: null } })),
  })),
  {
    rule: 'names of fields in another case',
    authorization: 'AWS4-HMAC-SHA256 credential=a, signature=b, signedheaders=c',
    code: INCOMPLETE,
    message: missing(
      `${NO_CREDENTIAL} ${NO_SIGNATURE} ${NO_SIGNED_HEADERS}`,
      'AWS4-HMAC-SHA256 credential=a, signature=b, signedheaders=c',
    ),
  },
  { rule: 'no date', date: null, code: INCOMPLETE, message: missing(NO_DATE, authorizationOf({})) },
  { rule: 'host unsigned', fields: { SignedHeaders: 'x-amz-date' }, code: MISMATCH, message: HOST_UNSIGNED },
  { rule: 'Host listed in upper case', fields: { SignedHeaders: 'Host' }, code: MISMATCH, message: HOST_UNSIGNED },
  { rule: 'an empty list of signed headers', fields: { SignedHeaders: '' }, code: MISMATCH, message: HOST_UNSIGNED },
  {
    rule: 'a second X-Amz-Date',
    headers: ['X-Amz-Date', '20150830T123600Z'],
    code: INCOMPLETE,
    message: unreadable('20150830T123600Z,20150830T123600Z'),
  },
  {
    rule: 'an unreadable X-Amz-Date beside a good Date',
    headers: ['Date', 'Sun, 30 Aug 2015 12:36:00 GMT'],
    date: 'x',
    code: INCOMPLETE,
    message: unreadable('x'),
  },
  {
    rule: 'an HTTP date in X-Amz-Date',
    date: 'Sun, 30 Aug 2015 12:36:00 GMT',
    code: INCOMPLETE,
    message: unreadable('Sun, 30 Aug 2015 12:36:00 GMT'),
  },
  ...[
    'Sun, 30 Aug 2015 12:36:00 +0000',
    'Sunday, 30-Aug-15 12:36:00 GMT',
    'Sun, 30 Abc 2015 12:36:00 GMT',
    '2015-08-30',
    '',
  ].map((date) => ({
    rule: `the Date '${date}'`,
    headers: ['Date', date],
    date: null,
    code: INCOMPLETE,
    message: unreadable(date),
  })),
]

/** What only a query can get wrong, in the order in which it is answered. */
const QUERY_REFUSALS: readonly Refusal[] = [
  { rule: 'a parameter name in another case', fields: { 'X-Amz-Algorithm': null, 'x-amz-algorithm': 'x' }, ...MISSING },
  ...['AWS4-ECDSA-P256-SHA256', 'AWS4-HMAC-SHA1', ''].map((algorithm) => ({
    rule: `the algorithm '${algorithm}'`,
    fields: { 'X-Amz-Algorithm': algorithm },
    ...MISSING,
  })),
  {
    rule: 'an algorithm alone',
    fields: { 'X-Amz-Credential': null, 'X-Amz-Signature': null, 'X-Amz-SignedHeaders': null, 'X-Amz-Date': null },
    code: INCOMPLETE,
    message: `AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.`,
  },
  ...['X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date'].map((field) => ({
    rule: `no ${field}`,
    fields: { [field]: null },
    code: INCOMPLETE,
    message: `AWS query-string parameters must include '${field}'. Re-examine the query-string parameters.`,
  })),
  {
    rule: 'a date in a header instead of the query',
    fields: { 'X-Amz-Date': null },
    headers: ['X-Amz-Date', '20150830T123600Z'],
    code: INCOMPLETE,
    message: `AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.`,
  },
  { rule: 'host unsigned', fields: { 'X-Amz-SignedHeaders': 'x' }, code: MISMATCH, message: HOST_UNSIGNED },
]

/** A date that either carrier may bring. */
const DATE_REFUSALS: readonly (Omit<Refusal, 'rule' | keyof Change> & { date: string })[] = [
  ...[
    '',
    '2015-08-30T12:36:00Z',
    '20150830T123600',
    '20150830t123600z',
    '20150830T123600+0000',
    '20150230T123600Z',
    '20150631T123600Z',
    '20150800T123600Z',
    '20150030T123600Z',
    '20151330T123600Z',
    '20150830T243600Z',
    '20150830T126000Z',
    '20150830T123660Z',
    '1440938160',
  ].map((date) => ({ date, code: INCOMPLETE, message: unreadable(date) })),
  {
    date: '20150830T122059Z',
    code: MISMATCH,
    message: 'Signature expired: 20150830T122059Z is now earlier than 20150830T122100Z (20150830T123600Z - 15 min.)',
  },
  {
    date: '00010101T000000Z',
    code: MISMATCH,
    message: 'Signature expired: 00010101T000000Z is now earlier than 20150830T122100Z (20150830T123600Z - 15 min.)',
  },
  {
    date: '20150830T125101Z',
    code: MISMATCH,
    message:
      'Signature not yet current: 20150830T125101Z is still later than 20150830T125100Z (20150830T123600Z + 15 min.)',
  },
]

const REGION = 'Credential should be scoped to a valid region. '
const SERVICE = `Credential should be scoped to correct service: 'sts'. `

/** A credential that either carrier may bring. */
const CREDENTIAL_REFUSALS: readonly { credential: string; code: string; message: string }[] = [
  ...['', 'AKIDEXAMPLE', 'AKIDEXAMPLE/20150830/us-east-1/sts', `${CREDENTIAL}/x`].map((credential) => ({
    credential,
    code: INCOMPLETE,
    message: `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
  })),
  { credential: 'A/20150830/mars-1/sts/aws4_request', code: MISMATCH, message: REGION },
  { credential: 'A/20150830//sts/aws4_request', code: MISMATCH, message: REGION },
  { credential: 'A/20150830/us-east-1/iam/aws4_request', code: MISMATCH, message: SERVICE },
  { credential: 'A/20150830/us-east-1/STS/aws4_request', code: MISMATCH, message: SERVICE },
  {
    credential: 'A/20150830/us-east-1/sts/aws3_request',
    code: MISMATCH,
    message: `Credential should be scoped with a valid terminator: 'aws4_request', not 'aws3_request'. `,
  },
  {
    credential: 'A/20150829/us-east-1/sts/aws4_request',
    code: MISMATCH,
    message: `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150829' != '20150830', from '20150830T123600Z'.`,
  },
  {
    credential: 'A/b/c/d/e',
    code: MISMATCH,
    message: `${REGION}${SERVICE}Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20150830', from '20150830T123600Z'.`,
  },
]

suite('a signature that is refused before anyone asks whose it is', () => {
  for (const refusal of HEADER_REFUSALS) {
    test(`header: ${refusal.rule}`, () => assertRefused(headerForm(refusal), refusal))
  }
  for (const refusal of QUERY_REFUSALS) {
    test(`query: ${refusal.rule}`, () => assertRefused(queryForm(refusal), refusal))
  }
  for (const { date, ...answer } of DATE_REFUSALS) {
    test(`header: the date '${date}'`, () => assertRefused(headerForm({ date }), { rule: date, ...answer }))
    test(`query: the date '${date}'`, () => {
      assertRefused(queryForm({ fields: { 'X-Amz-Date': date } }), { rule: date, ...answer })
    })
  }
  for (const { credential, ...answer } of CREDENTIAL_REFUSALS) {
    test(`header: the credential '${credential}'`, () => {
      assertRefused(headerForm({ fields: { Credential: credential } }), { rule: credential, ...answer })
    })
    test(`query: the credential '${credential}'`, () => {
      assertRefused(queryForm({ fields: { 'X-Amz-Credential': credential } }), { rule: credential, ...answer })
    })
  }
})

/** Faults of a header in the order of their answers; each must hide all that follow. */
const IN_ORDER: readonly {
  fault: string
  fields?: Readonly<Record<string, string | null>>
  date?: string
  says: RegExp
}[] = [
  { fault: 'a missing part', fields: { Signature: null }, says: /requires 'Signature'/ },
  { fault: 'host unsigned', fields: { SignedHeaders: 'date' }, says: /must be a 'SignedHeader'/ },
  { fault: 'an old date', date: '20140830T123600Z', says: /^Signature expired/ },
  { fault: 'a credential of four parts', fields: { Credential: 'a/b/c/d' }, says: /exactly 5/ },
  { fault: 'a wrong scope', fields: { Credential: 'a/b/c/d/e' }, says: /^Credential should be scoped/ },
]

suite('of two faults the earlier one is answered', () => {
  for (const [position, earlier] of IN_ORDER.entries()) {
    for (const later of IN_ORDER.slice(position + 1)) {
      const fields = { ...later.fields, ...earlier.fields }
      const date = earlier.date ?? later.date ?? '20150830T123600Z'
      test(`header: ${earlier.fault}, then ${later.fault}`, () => {
        assert.throws(() => read(headerForm({ fields, date })), { message: earlier.says })
      })
      test(`query: ${earlier.fault}, then ${later.fault}`, () => {
        const renamed = Object.fromEntries(Object.entries(fields).map(([name, value]) => [`X-Amz-${name}`, value]))
        const says = earlier.fault === 'a missing part' ? /must include 'X-Amz-Signature'/ : earlier.says
        assert.throws(() => read(queryForm({ fields: { ...renamed, 'X-Amz-Date': date } })), { message: says })
      })
    }
  }

  test('an unsupported algorithm before a part without an equal-sign', () => {
    assert.throws(() => read(headerForm({ authorization: 'AWS5 nonsense' })), { message: /^Unsupported/ })
  })
  test('a part without an equal-sign before a missing part', () => {
    assert.throws(() => read(headerForm({ authorization: 'AWS4-HMAC-SHA256 nonsense' })), { message: /^Invalid key/ })
  })
  test('another algorithm in the query before missing parameters', () => {
    assert.throws(() => read(queryForm({ fields: { 'X-Amz-Algorithm': 'AWS5', 'X-Amz-Date': null } })), MISSING)
  })
  test('an unreadable date before a credential of four parts', () => {
    const fields = { Credential: 'a/b/c/d' }
    assert.throws(() => read(headerForm({ fields, date: 'x' })), { message: unreadable('x') })
  })
})

suite('a signature that is read', () => {
  const READ = {
    accessKeyId: 'AKIDEXAMPLE',
    date: '20150830',
    timestamp: '20150830T123600Z',
    region: 'us-east-1',
    service: 'sts',
    signature: 'ab',
    sessionToken: undefined,
  }

  test('from the Authorization header', () => {
    const expected = { ...READ, carrier: 'header', signedHeaders: ['host', 'x-amz-date'] }
    assert.deepEqual(read(headerForm({})), expected)
  })
  test('from the query', () => {
    assert.deepEqual(read(queryForm({})), { ...READ, carrier: 'query', signedHeaders: ['host'] })
  })
  test('without spaces after the commas, and with many', () => {
    for (const separator of [',', ',    ', ' , ']) {
      const authorization = `AWS4-HMAC-SHA256   Credential=${CREDENTIAL}${separator}SignedHeaders=host${separator}Signature=ab`
      assert.deepEqual(read(headerForm({ authorization })), { ...READ, carrier: 'header', signedHeaders: ['host'] })
    }
  })
  test('in a header the last of a repeated field wins, and unknown fields do not matter', () => {
    const authorization = `AWS4-HMAC-SHA256 Signature=first, Credential=x, Other=1, Credential=${CREDENTIAL}, SignedHeaders=host, Signature=last=`
    const { accessKeyId, signature } = read(headerForm({ authorization }))
    assert.deepEqual([accessKeyId, signature], ['AKIDEXAMPLE', 'last='])
  })
  test('in a query the first of a repeated parameter wins', () => {
    const request = queryForm({ fields: { 'X-Amz-Security-Token': 'first' } })
    const target = `${request.target}&X-Amz-Security-Token=last&X-Amz-Signature=last&X-Amz-Algorithm=last&X-Amz-Date=last`
    const { sessionToken, signature } = read({ ...request, target })
    assert.deepEqual([sessionToken, signature], ['first', 'ab'])
  })
  test('with parameter names percent-encoded', () => {
    const request = queryForm({})
    assert.equal(read({ ...request, target: request.target.replaceAll('X-Amz', '%58%2dAmz') }).carrier, 'query')
  })
  test('with an HTTP date, or a basic one, in Date', () => {
    for (const date of ['Sun, 30 Aug 2015 12:36:00 GMT', '20150830T123600Z']) {
      assert.equal(read(headerForm({ date: null, headers: ['Date', date] })).timestamp, '20150830T123600Z')
    }
  })
  test('with X-Amz-Date before Date', () => {
    assert.equal(read(headerForm({ headers: ['Date', 'yesterday'] })).timestamp, '20150830T123600Z')
  })
  test('up to fifteen minutes off, to the second', () => {
    const almostOneSecond = 999
    for (const date of ['20150830T122100Z', '20150830T125100Z']) {
      assert.equal(read(headerForm({ date }), { now: epochMillis(NOW + almostOneSecond) }).timestamp, date)
    }
  })
  test('fifteen minutes after it was presigned at most, whatever X-Amz-Expires says', () => {
    for (const expires of ['1', '604800', '-1', 'x']) {
      const request = queryForm({ fields: { 'X-Amz-Expires': expires } })
      assert.equal(read(request, { now: epochMillis(NOW + 900_000) }).carrier, 'query')
      assert.throws(() => read(request, { now: epochMillis(NOW + 901_000) }), { message: /^Signature expired/ })
    }
  })
  test('on the leap day', () => {
    const leapDay = epochMillis(Date.UTC(2016, 1, 29))
    const fields = { Credential: 'A/20160229/us-east-1/sts/aws4_request' }
    assert.equal(read(headerForm({ date: '20160229T000000Z', fields }), { now: leapDay }).date, '20160229')
  })
  test('with its session token', () => {
    const token = 'TOKEN//EXAMPLE+TOKEN=='
    assert.equal(read(headerForm({ headers: ['x-amz-security-token', token] })).sessionToken, token)
    assert.equal(read(queryForm({ fields: { 'X-Amz-Security-Token': token } })).sessionToken, token)
  })
  test('with one session token sent twice, and never with one of two different ones', () => {
    const twice = (other: string) => ['X-Amz-Security-Token', 'TOKEN', 'x-amz-security-token', other]
    assert.equal(read(headerForm({ headers: twice('TOKEN') })).sessionToken, 'TOKEN')
    assert.equal(read(headerForm({ headers: twice('OTHER') })).sessionToken, 'TOKEN,OTHER')
  })
  test('with a session token from its own carrier alone', () => {
    const header = headerForm({ target: '/?X-Amz-Security-Token=QUERY', headers: ['X-Amz-Security-Token', 'HEADER'] })
    assert.equal(read(header).sessionToken, 'HEADER')
    assert.equal(read(queryForm({ headers: ['X-Amz-Security-Token', 'HEADER'] })).sessionToken, undefined)
  })
})
