import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Envelope,
  envelopeFor,
  type Received,
  type ResultStructure,
  renderFault,
  renderResult,
} from '../../../src/engines/wire/index.ts'
import {
  AccessDenied,
  epochMillis,
  type Fault,
  InternalFailure,
  InvalidAction,
  MalformedInput,
  MalformedQueryString,
  MissingAction,
  Secret,
  ServiceUnavailable,
  Throttling,
  ValidationError,
} from '../../../src/model/index.ts'
import { fc } from '../../fast-check.ts'
import { readXml, type XmlElement } from './read-xml.ts'

const STS = 'https://sts.amazonaws.com/doc/2011-06-15/'
const REQUEST_ID = '01234567-89ab-cdef-0123-456789abcdef'

function envelope(accept?: string | readonly string[], cors = false): Envelope {
  const values = accept === undefined ? [] : [accept].flat()
  const rawHeaders = values.flatMap((value) => ['accept', value])
  const received: Received = { method: 'POST', target: '/', rawHeaders, body: new Uint8Array() }
  const now = epochMillis(Date.UTC(2026, 6, 1, 12))
  const randomness = Uint8Array.of(0, 25, 26, 51, 52, 61, 62, 255)
  return envelopeFor(received, { requestId: REQUEST_ID, region: 'eu-central-1', now, randomness, cors })
}

const ASSUMED: ResultStructure = {
  AssumedRoleUser: {
    AssumedRoleId: 'AROAXXXXXXXXXXXXXXXXX:build-17',
    Arn: 'arn:aws:sts::123456789012:assumed-role/Deploy/build-17',
  },
  Credentials: {
    AccessKeyId: 'ASIAXXXXXXXXXXXXXXXX',
    SecretAccessKey: new Secret('a+b/c'),
    SessionToken: 'token',
    Expiration: new Date(Date.UTC(2026, 6, 1, 12, 34, 56, 999)),
  },
  PackedPolicySize: undefined,
  SourceIdentity: 'alice',
}

test('a result has no XML declaration, is indented by two spaces and ends in one newline', () => {
  assert.equal(
    renderResult('AssumeRole', STS, ASSUMED, envelope()).body,
    `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <AssumedRoleUser>
      <AssumedRoleId>AROAXXXXXXXXXXXXXXXXX:build-17</AssumedRoleId>
      <Arn>arn:aws:sts::123456789012:assumed-role/Deploy/build-17</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIAXXXXXXXXXXXXXXXX</AccessKeyId>
      <SecretAccessKey>a+b/c</SecretAccessKey>
      <SessionToken>token</SessionToken>
      <Expiration>2026-07-01T12:34:56Z</Expiration>
    </Credentials>
    <SourceIdentity>alice</SourceIdentity>
  </AssumeRoleResult>
  <ResponseMetadata>
    <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
  </ResponseMetadata>
</AssumeRoleResponse>
`,
  )
})

test('an answer says what it is, whose it is, and that no cache may keep it', () => {
  const { status, headers } = renderResult('GetCallerIdentity', STS, {}, envelope())
  assert.equal(status, 200)
  const { 'x-amz-sts-extended-request-id': extended = '', ...rest } = headers
  assert.deepEqual(rest, { 'Content-Type': 'text/xml', 'Cache-Control': 'no-store', 'x-amzn-RequestId': REQUEST_ID })
  assert.equal(Buffer.from(extended, 'base64').toString(), '1:eu-central-1:S:1782907200000:R:AZaz09AH')
})

test('pages of other origins may read an answer only where they may call', () => {
  assert.equal(renderResult('A', STS, {}, envelope()).headers['Access-Control-Allow-Origin'], undefined)
  assert.equal(renderResult('A', STS, {}, envelope(undefined, true)).headers['Access-Control-Allow-Origin'], '*')
})

const XML: readonly (readonly [rule: string, result: ResultStructure | undefined, lines: string])[] = [
  ['an empty result is there', {}, '  <AResult/>\n'],
  ['an operation without output has no result', undefined, ''],
  ['absent members are left out', { X: undefined }, '  <AResult/>\n'],
  ['zero and false are there', { N: 0, B: false }, '  <AResult>\n    <N>0</N>\n    <B>false</B>\n  </AResult>\n'],
  ['an empty text is there', { X: '' }, '  <AResult>\n    <X></X>\n  </AResult>\n'],
  ['an empty list is there', { X: [] }, '  <AResult>\n    <X/>\n  </AResult>\n'],
  [
    'a list has members',
    { X: ['a', 'b'] },
    '  <AResult>\n    <X>\n      <member>a</member>\n      <member>b</member>\n    </X>\n  </AResult>\n',
  ],
  [
    'a list of structures has members with fields',
    { X: [{ Key: 'k' }] },
    '  <AResult>\n    <X>\n      <member>\n        <Key>k</Key>\n      </member>\n    </X>\n  </AResult>\n',
  ],
  [
    'a map has entries',
    { X: new Map([['k', 'v']]) },
    '  <AResult>\n    <X>\n      <entry>\n        <key>k</key>\n        <value>v</value>\n      </entry>\n    </X>\n  </AResult>\n',
  ],
  [
    'markup is escaped',
    { X: `<a href="b">&'` },
    `  <AResult>\n    <X>&lt;a href=&quot;b&quot;&gt;&amp;'</X>\n  </AResult>\n`,
  ],
  ['a secret is escaped too', { X: new Secret('<') }, '  <AResult>\n    <X>&lt;</X>\n  </AResult>\n'],
  [
    'characters that XML cannot say are replaced',
    { X: 'a\0\x08\x0b\x1f\ufffe\uffff\ud800b\udc00\u{1f600}' },
    '  <AResult>\n    <X>a\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdb\ufffd\u{1f600}</X>\n  </AResult>\n',
  ],
  ['white space survives', { X: '\t\n\r ' }, '  <AResult>\n    <X>\t\n&#xD; </X>\n  </AResult>\n'],
]

for (const [rule, result, lines] of XML) {
  test(`XML: ${rule}`, () => {
    assert.equal(
      renderResult('A', STS, result, envelope()).body,
      `<AResponse xmlns="${STS}">\n${lines}  <ResponseMetadata>\n    <RequestId>${REQUEST_ID}</RequestId>\n  </ResponseMetadata>\n</AResponse>\n`,
    )
  })
}

const DISPATCH = 'http://webservices.amazon.com/AWSFault/2005-15-09'
const FAULTS: readonly (readonly [fault: Fault, status: number, namespace: string, error: string])[] = [
  [
    new ValidationError('x'),
    400,
    STS,
    '<Type>Sender</Type>\n    <Code>ValidationError</Code>\n    <Message>x</Message>',
  ],
  [
    new AccessDenied('User: <a>'),
    403,
    STS,
    '<Type>Sender</Type>\n    <Code>AccessDenied</Code>\n    <Message>User: &lt;a&gt;</Message>',
  ],
  [new MalformedInput(''), 400, STS, '<Type>Sender</Type>\n    <Code>MalformedInput</Code>'],
  [
    new InvalidAction('x'),
    400,
    DISPATCH,
    '<Type>Sender</Type>\n    <Code>InvalidAction</Code>\n    <Message>x</Message>',
  ],
  [
    new MissingAction('x'),
    400,
    DISPATCH,
    '<Type>Sender</Type>\n    <Code>MissingAction</Code>\n    <Message>x</Message>',
  ],
  [
    new MalformedQueryString('x'),
    400,
    DISPATCH,
    '<Type>Sender</Type>\n    <Code>MalformedQueryString</Code>\n    <Message>x</Message>',
  ],
  [
    new Throttling(17),
    400,
    STS,
    '<Type>Sender</Type>\n    <Code>Throttling</Code>\n    <Message>Rate exceeded</Message>',
  ],
  [
    new InternalFailure(new Error('secret')),
    500,
    STS,
    '<Type>Receiver</Type>\n    <Code>InternalFailure</Code>\n    <Message>The request processing has failed because of an unknown error, exception or failure.</Message>',
  ],
  [
    new ServiceUnavailable('secret'),
    503,
    STS,
    '<Type>Receiver</Type>\n    <Code>ServiceUnavailable</Code>\n    <Message>The request has failed due to a temporary failure of the server.</Message>',
  ],
]

for (const [fault, status, namespace, error] of FAULTS) {
  test(`a refusal in XML: ${fault.code}`, () => {
    const answer = renderFault(fault, STS, envelope())
    assert.equal(answer.status, status)
    assert.equal(answer.headers['Content-Type'], 'text/xml')
    assert.equal(answer.headers['x-amzn-RequestId'], REQUEST_ID)
    assert.equal(
      answer.body,
      `<ErrorResponse xmlns="${namespace}">\n  <Error>\n    ${error}\n  </Error>\n  <RequestId>${REQUEST_ID}</RequestId>\n</ErrorResponse>\n`,
    )
  })
}

test('who asks too often is told in a header when to try again', () => {
  for (const accept of ['text/xml', 'application/json']) {
    const { status, headers } = renderFault(new Throttling(17), STS, envelope(accept))
    assert.deepEqual([status, headers['x-amz-retry-after']], [400, '17'])
  }
  assert.equal(renderFault(new ServiceUnavailable('x'), STS, envelope()).headers['x-amz-retry-after'], undefined)
})

const ACCEPTED: readonly (readonly [accept: string | readonly string[] | undefined, format: string])[] = [
  [undefined, 'xml'],
  ['*/*', 'xml'],
  ['text/xml', 'xml'],
  ['application/jsonlines', 'xml'],
  ['x-application/json', 'xml'],
  ['application/json', 'json'],
  ['Application/JSON; charset=utf-8', 'json'],
  ['text/xml, application/json;q=0.5', 'json'],
  [['text/xml', 'application/json'], 'json'],
]

for (const [accept, format] of ACCEPTED) {
  test(`Accept ${JSON.stringify(accept) ?? 'left out'} means ${format}`, () =>
    assert.equal(envelope(accept).format, format))
}

test('a result in JSON has epoch seconds and the same wrappers', () => {
  const answer = renderResult(
    'AssumeRole',
    STS,
    { ...ASSUMED, L: ['a', { B: true }], M: new Map([['__proto__', 1]]) },
    envelope('application/json'),
  )
  assert.equal(answer.headers['Content-Type'], 'application/json')
  assert.equal(
    answer.body,
    `{"AssumeRoleResponse":{"AssumeRoleResult":{"AssumedRoleUser":{"AssumedRoleId":"AROAXXXXXXXXXXXXXXXXX:build-17","Arn":"arn:aws:sts::123456789012:assumed-role/Deploy/build-17"},"Credentials":{"AccessKeyId":"ASIAXXXXXXXXXXXXXXXX","SecretAccessKey":"a+b/c","SessionToken":"token","Expiration":1782909296},"SourceIdentity":"alice","L":["a",{"B":true}],"M":{"__proto__":1}},"ResponseMetadata":{"RequestId":"${REQUEST_ID}"}}}`,
  )
})

test('a refusal in JSON', () => {
  const answer = renderFault(new ValidationError('"x"'), STS, envelope('application/json'))
  assert.equal(answer.status, 400)
  assert.equal(
    answer.body,
    `{"Error":{"Code":"ValidationError","Message":"\\"x\\"","Type":"Sender"},"RequestId":"${REQUEST_ID}"}`,
  )
  const silent = renderFault(new MalformedInput(''), STS, envelope('application/json'))
  assert.equal(silent.body, `{"Error":{"Code":"MalformedInput","Type":"Sender"},"RequestId":"${REQUEST_ID}"}`)
})

/** What an XML reader should find: text as XML can say it, an empty structure like an empty text. */
function expected(name: string, value: unknown): XmlElement {
  if (typeof value === 'string') return { name, text: value, children: [] }
  if (Array.isArray(value)) return { name, text: '', children: value.map((member) => expected('member', member)) }
  if (value instanceof Map) {
    const children = [...value].map(([key, entry]) => ({
      name: 'entry',
      text: '',
      children: [expected('key', key), expected('value', entry)],
    }))
    return { name, text: '', children }
  }
  const members = Object.entries(value as object)
  return { name, text: '', children: members.map(([member, inner]) => expected(member, inner)) }
}

const xmlSafe = fc
  .string({ unit: 'binary' })
  .map((text) => text.toWellFormed().replaceAll(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\ufffd'))
const memberName = fc.stringMatching(/^[A-Z][A-Za-z]{0,8}$/)
const { structure } = fc.letrec<{ value: unknown; structure: ResultStructure }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    xmlSafe,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(xmlSafe, tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
    tie('structure'),
  ),
  structure: fc.dictionary(memberName, tie('value'), { maxKeys: 4 }) as fc.Arbitrary<ResultStructure>,
}))

test('an XML reader finds every nested result just as it was', () => {
  fc.assert(
    fc.property(structure, (result) => {
      const { children } = readXml(renderResult('A', STS, result, envelope()).body)
      assert.deepEqual(children[0], expected('AResult', result))
      assert.equal(children[1]?.children[0]?.text, REQUEST_ID)
    }),
  )
})

test('no text of a caller breaks a refusal out of its element', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (message) => {
      const { children } = readXml(renderFault(new ValidationError(message), STS, envelope()).body)
      assert.deepEqual(
        children.map(({ name }) => name),
        ['Error', 'RequestId'],
      )
      assert.deepEqual(
        children[0]?.children.map(({ name }) => name),
        ['Type', 'Code', 'Message'],
      )
    }),
  )
})

for (const piece of ['\x01', '"', '&<>"', '\ud800', 'é"']) {
  test(`a text full of ${JSON.stringify(piece)} is escaped in a few milliseconds`, () => {
    const text = piece.repeat(262_144 / piece.length)
    let best = Number.POSITIVE_INFINITY
    for (let run = 0; run < 20; run++) {
      const before = performance.now()
      renderResult('A', STS, { X: text }, envelope())
      best = Math.min(best, performance.now() - before)
    }
    assert.ok(best < 12, `${best} ms`)
  })
}
