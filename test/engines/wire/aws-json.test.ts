import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Envelope,
  isJsonCall,
  type Received,
  readJsonBody,
  readJsonCall,
  renderJsonFault,
  renderJsonResult,
} from '../../../src/engines/wire/index.ts'
import {
  AccessDenied,
  type Fault,
  InternalFailure,
  InvalidClientTokenId,
  MalformedInput,
  SignatureDoesNotMatch,
  UnknownOperation,
} from '../../../src/model/index.ts'
import { fc } from '../../fast-check.ts'

const TARGET = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents'
const JSON_TYPE = 'application/x-amz-json-1.1'
const ENVELOPE: Envelope = { format: 'xml', requestId: 'the-id', extendedRequestId: '', cors: false }

function received(headers: Readonly<Record<string, string>>, { method = 'POST', target = '/' } = {}): Received {
  return { method, target, rawHeaders: Object.entries(headers).flat(), body: Buffer.from('{}') }
}

function membersOf(json: string) {
  return readJsonBody(Buffer.from(json))
}

for (const [rule, headers, where] of [
  ['no target', { 'Content-Type': JSON_TYPE }, {}],
  ['an empty target', { 'Content-Type': JSON_TYPE, 'X-Amz-Target': '' }, {}],
  ['a target without a service', { 'Content-Type': JSON_TYPE, 'X-Amz-Target': 'LookupEvents' }, {}],
  ['a target that begins with its dot', { 'Content-Type': JSON_TYPE, 'X-Amz-Target': '.LookupEvents' }, {}],
  ['JSON 1.0', { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': TARGET }, {}],
  ['JSON without AWS', { 'Content-Type': 'application/json', 'X-Amz-Target': TARGET }, {}],
  ['two content types', { 'Content-Type': JSON_TYPE, 'content-type': 'text/plain', 'X-Amz-Target': TARGET }, {}],
  ['no content type', { 'X-Amz-Target': TARGET }, {}],
  ['another path', { 'Content-Type': JSON_TYPE, 'X-Amz-Target': TARGET }, { target: '/x' }],
] as const) {
  test(`${rule} is no operation`, () => {
    const request = received(headers, where)
    assert.ok(isJsonCall(request))
    assert.throws(() => readJsonCall(request), UnknownOperation)
  })
}

test('a form, and whatever is not posted, is not for this dialect', () => {
  assert.equal(isJsonCall(received({ 'Content-Type': JSON_TYPE, 'X-Amz-Target': TARGET }, { method: 'GET' })), false)
  const form = { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Amz-Target': TARGET }
  assert.equal(isJsonCall(received(form)), false)
  assert.equal(isJsonCall(received({ 'Content-Type': 'text/plain' })), false)
})

test('a target names service and operation', () => {
  const request = received(
    { 'content-type': `${JSON_TYPE}; charset=utf-8`, 'x-amz-target': TARGET },
    { target: '/?a=b' },
  )
  assert.deepEqual(readJsonCall(request), {
    service: 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101',
    operation: 'LookupEvents',
  })
})

for (const body of [
  '',
  ' ',
  'x',
  '{',
  '[]',
  'null',
  '1',
  '"a"',
  '{}{}',
  '{"a":1,}',
  "{'a':1}",
  '[{}]',
  '{"a":01}',
  'NaN',
]) {
  test(`the body ${JSON.stringify(body)} is refused`, () => {
    assert.throws(() => membersOf(body), MalformedInput)
  })
}

test('a body that is no UTF-8 is refused', () => {
  assert.throws(() => readJsonBody(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), MalformedInput)
})

test('a member of another type is refused, whatever the type', () => {
  const values = ['1', '1.5', '1e400', '-1e400', 'true', '[]', '{}', '"text"', '[[1]]', '2147483648', '-0.5']
  for (const value of values) {
    const members = membersOf(`{"a":${value}}`)
    if (value !== '"text"') assert.throws(() => members.text('a'), MalformedInput, value)
    if (value !== '1') assert.throws(() => members.integer('a'), MalformedInput, value)
    if (!/^-?[0-9.]+$/.test(value)) assert.throws(() => members.seconds('a'), MalformedInput, value)
    if (value !== '[]') assert.throws(() => members.list('a'), MalformedInput, value)
  }
})

test('names that objects have by nature are members like any other', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    assert.equal(membersOf('{}').text(name), undefined)
    assert.equal(membersOf(`{"${name}":"x"}`).text(name), 'x')
  }
  assert.equal(membersOf('{"__proto__":{"MaxResults":3}}').integer('MaxResults'), undefined)
})

test('nesting of any depth is read or refused, and harms nobody', () => {
  const depth = 130_000
  assert.equal(membersOf(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`).text('b'), undefined)
  assert.throws(() => membersOf(`{"a":${'['.repeat(depth)}`), MalformedInput)
  assert.throws(() => membersOf('{"a":'.repeat(depth)), MalformedInput)
})

test('null is the same as absent', () => {
  const members = membersOf('{"a":null}')
  assert.deepEqual(
    [members.text('a'), members.integer('a'), members.seconds('a'), members.list('a')],
    [undefined, undefined, undefined, []],
  )
})

test('whatever is sent is read or refused as malformed', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      try {
        const members = membersOf(text)
        for (const name of Object.keys(JSON.parse(text))) members.text(name)
      } catch (error) {
        assert.ok(error instanceof MalformedInput)
      }
    }),
  )
})

test('faults are named and answered as services of this protocol do', () => {
  const cases: readonly (readonly [Fault, number, string])[] = [
    [new AccessDenied('no'), 400, '{"__type":"AccessDeniedException","message":"no"}'],
    [new UnknownOperation(), 400, '{"__type":"UnknownOperationException"}'],
    [new MalformedInput('x'), 400, '{"__type":"SerializationException","message":"x"}'],
    [
      new InvalidClientTokenId('no such key'),
      400,
      '{"__type":"UnrecognizedClientException","message":"The security token included in the request is invalid."}',
    ],
    [new SignatureDoesNotMatch('no'), 400, '{"__type":"InvalidSignatureException","message":"no"}'],
  ]
  for (const [fault, status, body] of cases) {
    const answer = renderJsonFault(fault, ENVELOPE)
    assert.deepEqual([answer.status, answer.body], [status, body])
    assert.equal(answer.headers['x-amzn-RequestId'], 'the-id')
    assert.equal(answer.headers['Content-Type'], JSON_TYPE)
  }
  assert.equal(renderJsonFault(new InternalFailure(new Error('secret')), ENVELOPE).status, 500)
})

test('instants are seconds, and what is absent is left out', () => {
  const { status, body } = renderJsonResult({ At: new Date(1500), Of: undefined, In: [{ A: 'é"' }] }, ENVELOPE)
  assert.deepEqual([status, body], [200, '{"At":1,"In":[{"A":"é\\""}]}'])
})
