import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Answer,
  noSuchOperation,
  type QueryCall,
  type QueryOptions,
  type Received,
  readQueryCall,
} from '../../../src/engines/wire/index.ts'
import { Fault } from '../../../src/model/index.ts'
import { fc } from '../../fast-check.ts'

const STRICT: QueryOptions = { cors: false, redirectMissingAction: false, maxParameters: 1000 }
const LIKE_AWS: QueryOptions = { ...STRICT, redirectMissingAction: true }
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' }

interface Request {
  readonly method?: string
  readonly target?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

function received({ method = 'GET', target = '/', headers = {}, body = '' }: Request): Received {
  return { method, target, rawHeaders: Object.entries(headers).flat(), body: Buffer.from(body) }
}

function post(body: string, headers: Readonly<Record<string, string>> = FORM): Request {
  return { method: 'POST', headers, body }
}

function read(request: Request, options = STRICT): QueryCall {
  const call = readQueryCall(received(request), options)
  assert.ok('action' in call, 'expected a call')
  return call
}

function answered(request: Request, options = STRICT): Answer {
  const answer = readQueryCall(received(request), options)
  assert.ok('status' in answer, 'expected an answer')
  return answer
}

function refused(request: Request, options = STRICT): Fault {
  try {
    readQueryCall(received(request), options)
  } catch (error) {
    assert.ok(error instanceof Fault)
    return error
  }
  return assert.fail('expected a fault')
}

const FAULTS: readonly (readonly [rule: string, Request, code: string, message: RegExp])[] = [
  ['a GET without parameters', {}, 'MissingAction', /^The request is missing an action/],
  ['a GET with parameters but no Action', { target: '/?Version=2011-06-15' }, 'MissingAction', /missing an action/],
  ['Action in another case', { target: '/?action=GetCallerIdentity' }, 'MissingAction', /missing an action/],
  ['a form POST without Action', post('Version=2011-06-15'), 'MissingAction', /missing an action/],
  ['a POST without a content type', post('Action=A', {}), 'MissingAction', /missing an action/],
  ['a JSON POST', post('Action=A', { 'content-type': 'application/json' }), 'MissingAction', /missing an action/],
  [
    'a multipart POST',
    post('Action=A', { 'content-type': 'multipart/form-data' }),
    'MissingAction',
    /missing an action/,
  ],
  [
    'a content type that only begins like a form',
    post('Action=A', { 'content-type': 'application/x-www-form-urlencodedx' }),
    'MissingAction',
    /missing an action/,
  ],
  ['a non-form POST with Action in the URL', { method: 'POST', target: '/?Action=A' }, 'MissingAction', /missing/],
  ['PUT', { method: 'PUT', target: '/?Action=A' }, 'MissingAction', /missing an action/],
  ['DELETE', { method: 'DELETE', target: '/?Action=A' }, 'MissingAction', /missing an action/],
  ['HEAD', { method: 'HEAD', target: '/?Action=A' }, 'MissingAction', /missing an action/],
  ['an OPTIONS that is no preflight', { method: 'OPTIONS' }, 'MissingAction', /missing an action/],
  [
    'a lone % at the end of the query',
    { target: '/?Action=A&x=%' },
    'MalformedQueryString',
    /^Incomplete trailing escape % sequence$/,
  ],
  [
    'one hex digit at the end of a value',
    { target: '/?x=%4&Action=A' },
    'MalformedQueryString',
    /^Incomplete trailing escape % sequence$/,
  ],
  [
    'no hex digits in the query',
    { target: '/?x=%zzz' },
    'MalformedQueryString',
    /^Illegal hex character in escape % pattern: %zz$/,
  ],
  [
    'a plus inside an escape',
    { target: '/?x=%+11' },
    'MalformedQueryString',
    /^Illegal hex character in escape % pattern: %\+1$/,
  ],
  [
    'a bad escape in a name',
    { target: '/?%g0=1' },
    'MalformedQueryString',
    /^Illegal hex character in escape % pattern: %g0$/,
  ],
  ['a bad escape in a body', post('Action=A&x=%'), 'MalformedQueryString', /^Incomplete trailing escape % sequence$/],
  [
    'another path with an action',
    { target: '/x?Action=A' },
    'SignatureDoesNotMatch',
    /^The request signature we calculated does not match/,
  ],
  [
    'another path with an action in the body',
    { ...post('Action=A'), target: '/x' },
    'SignatureDoesNotMatch',
    /^The request signature/,
  ],
  [
    '1,001 parameters',
    post(`Action=A${'&x=1'.repeat(1000)}`),
    'ValidationError',
    /^A request can have at most 1000 parameters\.$/,
  ],
  [
    '1,001 parameters in URL and body together',
    { ...post(`Action=A${'&x=1'.repeat(500)}`), target: `/?${'x=1&'.repeat(500)}` },
    'ValidationError',
    /at most 1000/,
  ],
]

for (const [rule, request, code, message] of FAULTS) {
  test(`${code} answers ${rule}`, () => {
    const fault = refused(request)
    assert.equal(fault.code, code)
    assert.match(fault.message, message)
  })
}

const BARE: readonly (readonly [rule: string, Request, QueryOptions, Answer])[] = [
  [
    'a path without an action is unknown',
    { target: '/nothing' },
    STRICT,
    { status: 404, headers: {}, body: '<UnknownOperationException/>' },
  ],
  [
    'a form POST without an action to a path is unknown',
    { ...post('x=1'), target: '/x' },
    STRICT,
    { status: 404, headers: {}, body: '<UnknownOperationException/>' },
  ],
  [
    'two slashes are another path',
    { target: '//' },
    STRICT,
    { status: 404, headers: {}, body: '<UnknownOperationException/>' },
  ],
  [
    'an absolute target is another path',
    { target: 'http://a/' },
    STRICT,
    { status: 404, headers: {}, body: '<UnknownOperationException/>' },
  ],
  [
    'an empty target is another path',
    { target: '' },
    STRICT,
    { status: 404, headers: {}, body: '<UnknownOperationException/>' },
  ],
  [
    'HEAD of an unknown path has no body',
    { method: 'HEAD', target: '/nothing' },
    STRICT,
    { status: 404, headers: {}, body: '' },
  ],
  [
    'a bad escape in the path has an empty answer',
    { target: '/%zz?Action=A' },
    STRICT,
    { status: 400, headers: {}, body: '' },
  ],
  [
    'no action redirects where asked to',
    { target: '/' },
    LIKE_AWS,
    { status: 302, headers: { Location: 'https://aws.amazon.com/iam' }, body: '' },
  ],
  [
    'the redirect of a GET keeps its query string',
    { target: '/?a=b%20c' },
    LIKE_AWS,
    { status: 302, headers: { Location: 'https://aws.amazon.com/iam?a=b%20c' }, body: '' },
  ],
  [
    'the redirect of a POST drops its query string',
    { method: 'POST', target: '/?a=b' },
    LIKE_AWS,
    { status: 302, headers: { Location: 'https://aws.amazon.com/iam' }, body: '' },
  ],
  [
    'other methods redirect',
    { method: 'PATCH', target: '/?Action=A' },
    LIKE_AWS,
    { status: 302, headers: { Location: 'https://aws.amazon.com/iam' }, body: '' },
  ],
  [
    'a redirect repeats nothing a header cannot hold',
    { target: '/?a=\r\nb' },
    LIKE_AWS,
    { status: 302, headers: { Location: 'https://aws.amazon.com/iam' }, body: '' },
  ],
]

for (const [rule, request, options, expected] of BARE) {
  test(rule, () => assert.deepEqual(answered(request, options), expected))
}

test('a preflight is answered only where pages may call', () => {
  const preflight = {
    method: 'OPTIONS',
    headers: { Origin: 'https://a.example', 'Access-Control-Request-Method': 'POST' },
  }
  assert.equal(refused(preflight).code, 'MissingAction')
  const answer = answered(preflight, { ...STRICT, cors: true })
  assert.equal(answer.status, 200)
  assert.equal(answer.body, '')
  assert.equal(answer.headers['Access-Control-Allow-Origin'], '*')
  assert.equal(answer.headers['Access-Control-Max-Age'], '172800')
  assert.match(answer.headers['Access-Control-Allow-Headers'] ?? '', /^authorization, /)
})

test('OPTIONS without an origin or without a method is no preflight', () => {
  const cors = { ...STRICT, cors: true }
  assert.equal(refused({ method: 'OPTIONS', headers: { Origin: 'https://a.example' } }, cors).code, 'MissingAction')
  assert.equal(
    refused({ method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } }, cors).code,
    'MissingAction',
  )
})

const VERSION = 'Version=2011-06-15'
const FORMS: readonly (readonly [rule: string, Request])[] = [
  ['a form POST', post(`Action=GetCallerIdentity&${VERSION}`)],
  [
    'a form POST without charset',
    post(`Action=GetCallerIdentity&${VERSION}`, { 'content-type': 'application/x-www-form-urlencoded' }),
  ],
  [
    'a form POST in any case',
    post(`Action=GetCallerIdentity&${VERSION}`, { 'CONTENT-TYPE': 'Application/X-WWW-Form-URLEncoded ; x=y' }),
  ],
  ['a GET', { target: `/?Action=GetCallerIdentity&${VERSION}` }],
  ['a GET with empty pairs', { target: `/?&&Action=GetCallerIdentity&${VERSION}&&` }],
  ['a POST with some parameters in the URL', { ...post('Action=GetCallerIdentity'), target: `/?${VERSION}` }],
  ['a POST with all parameters in the URL', { ...post(''), target: `/?Action=GetCallerIdentity&${VERSION}` }],
  ['escaped names and values', { target: '/?%41ction=Get%43aller%49dentity&Version=2011%2d06%2D15' }],
  ['exactly 1,000 parameters', post(`Action=GetCallerIdentity&${VERSION}${'&x=1'.repeat(998)}`)],
]

for (const [rule, request] of FORMS) {
  test(`${rule} is a call`, () => {
    const { action, version } = read(request)
    assert.deepEqual({ action, version }, { action: 'GetCallerIdentity', version: '2011-06-15' })
  })
}

const VALUES: readonly (readonly [rule: string, query: string, value: string | undefined])[] = [
  ['the first of two values wins', 'x=1&x=2', '1'],
  ['an empty first value wins too', 'x=&x=2', ''],
  ['a name without = is empty', 'x', ''],
  ['only the first = divides', 'x=a=b', 'a=b'],
  ['+ is a space', 'x=a+b', 'a b'],
  ['an escaped + is a plus', 'x=a%2Bb+c', 'a+b c'],
  ['escapes are UTF-8', 'x=%C3%A9%F0%9F%98%80', 'é😀'],
  ['escapes that are no UTF-8 become U+FFFD', 'x=%ff+a%C3%A9', '\uFFFD aé'],
  ['an escaped NUL is a character', 'x=%00', '\0'],
  ['an absent parameter is undefined', 'y=1', undefined],
]

for (const [rule, query, value] of VALUES) {
  test(`${rule}, in a URL and in a body`, () => {
    assert.equal(read({ target: `/?Action=A&${query}` }).params.text('x'), value)
    assert.equal(read(post(`Action=A&${query}`)).params.text('x'), value)
  })
}

test('parameters of the URL come before those of the body', () => {
  assert.equal(read({ ...post('Action=FromBody'), target: '/?Action=FromUrl' }).action, 'FromUrl')
})

test('the body of a GET is no form', () => {
  assert.equal(read({ target: '/?Action=A', headers: FORM, body: 'x=1' }).params.text('x'), undefined)
})

test('a body is UTF-8', () => {
  assert.equal(read(post('Action=A&x=é')).params.text('x'), 'é')
})

const UNKNOWN: readonly (readonly [query: string, message: string])[] = [
  ['Action=Nope&Version=2011-06-15', 'Could not find operation Nope for version 2011-06-15'],
  ['Action=AssumeRole&Version=2000-01-01', 'Could not find operation AssumeRole for version 2000-01-01'],
  ['Action=AssumeRole', 'Could not find operation AssumeRole for version NO_VERSION_SPECIFIED'],
  ['Action=AssumeRole&Version=', 'Could not find operation AssumeRole for version '],
  ['Action=&Version=2011-06-15', 'Could not find operation  for version 2011-06-15'],
]

for (const [query, message] of UNKNOWN) {
  test(`InvalidAction answers ${query}`, () => {
    const fault = noSuchOperation(read({ target: `/?${query}` }))
    assert.deepEqual([fault.code, fault.httpStatus, fault.message], ['InvalidAction', 400, message])
  })
}

test('InvalidAction repeats the beginning of long names only', () => {
  const fault = noSuchOperation({ action: 'A'.repeat(200_000), version: 'V'.repeat(200_000) })
  assert.equal(fault.message, `Could not find operation ${'A'.repeat(128)}... for version ${'V'.repeat(128)}...`)
})

for (const piece of ['%FF', '+', '%41', '%C3%A9+', '%F0%9F%98%80', '+%FFé']) {
  test(`a body full of ${piece} is read in a few milliseconds`, () => {
    const request = post(`Action=A&x=${piece.repeat(262_144 / Buffer.byteLength(piece))}`)
    assert.ok(fastest(() => read(request)) < 6)
  })
}

/** The fastest of several runs, in milliseconds: what the work costs when nothing else disturbs it. */
function fastest(work: () => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < 20; run++) {
    const before = performance.now()
    work()
    best = Math.min(best, performance.now() - before)
  }
  return best
}

test('names of object internals are names like any other', () => {
  const { params } = read({ target: '/?Action=A&__proto__=1&constructor.prototype.x=2&__proto__.polluted=3' })
  assert.equal(params.text('__proto__'), '1')
  assert.equal(params.text('constructor'), undefined)
  assert.equal(params.text('toString'), undefined)
  assert.equal('polluted' in {}, false)
})

test('a name of very many steps is unknown, and costs nothing', () => {
  const { params } = read(post(`Action=A&${'a.'.repeat(100_000)}a=1&b=2`))
  assert.equal(params.text('a'), undefined)
  assert.equal(params.text('b'), '2')
})

test('whatever arrives, a call, an answer or a fault comes of it', () => {
  const anything = fc.record({
    method: fc.constantFrom('GET', 'POST', 'OPTIONS', 'HEAD', 'PUT', ''),
    target: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((query) => `/?${query}`),
    ),
    rawHeaders: fc.oneof(fc.array(fc.string()), fc.constant(Object.entries(FORM).flat())),
    body: fc.uint8Array({ maxLength: 300 }),
  })
  fc.assert(
    fc.property(anything, fc.boolean(), fc.boolean(), (request, cors, redirectMissingAction) => {
      try {
        readQueryCall(request, { cors, redirectMissingAction, maxParameters: 20 })
      } catch (error) {
        assert.ok(error instanceof Fault)
      }
    }),
    { numRuns: 1000 },
  )
})

test('what URLSearchParams writes is read as it was meant', () => {
  const wellFormed = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed())
  fc.assert(
    fc.property(wellFormed, (value) => {
      const form = new URLSearchParams({ Action: 'A', x: value }).toString()
      assert.equal(read(post(form)).params.text('x'), value)
    }),
  )
})
