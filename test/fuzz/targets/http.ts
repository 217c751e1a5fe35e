import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { SignedRequest } from '../../../src/engines/sigv4/index.ts'
import { readXml } from '../../engines/wire/read-xml.ts'
import { type BrokerProcess, withBroker } from '../broker.ts'
import { type Edit, edited, edits } from '../edits.ts'
import { exchange } from '../exchange.ts'
import type { Fuzzed, Target } from '../fuzz.ts'
import type { RawAnswer } from '../read-answers.ts'
import { RequestReader } from '../request-reader.ts'
import { sameSigned } from '../same-signed.ts'
import { bytesOf, type Call, presigned, signed } from '../sign.ts'

type Pair = [name: string, value: string]

/** A correct request, then damaged. */
interface Damaged {
  readonly original: number
  /** Whether the client says that it will send nothing more. */
  readonly close: boolean
  /** Another request behind it on the same connection, damaged along with it. */
  readonly followedBy: number | undefined
  readonly changes: readonly Edit[]
}

/** Odd parameters under a correct signature: they get further than anything damaged. */
interface Odd {
  readonly method: 'GET' | 'POST'
  readonly action: string
  readonly parameters: readonly Pair[] | string
  readonly accept: string
}

type Input = Damaged | Odd

const VERSION: Pair = ['Version', '2011-06-15']
const DEPLOYER = 'arn:aws:iam::222222222222:role/Deployer'
const ASSUME_ROLE: readonly Pair[] = [
  ['Action', 'AssumeRole'],
  VERSION,
  ['RoleArn', DEPLOYER],
  ['RoleSessionName', 'fuzz'],
  ['ExternalId', 'quickstart'],
]
const WHO_AM_I: readonly Pair[] = [['Action', 'GetCallerIdentity'], VERSION]
/** As they are configured by default. */
const MAX_HEADER_BYTES = 32_768
/** Requests of a connection that wait for their answers. */
const MOST_UNANSWERED = 32
/** Signatures are good for 15 minutes. */
const RESIGN_MS = 300_000
const ORIGINALS = 6

const SNIPPETS = [
  ...[
    '\r\n',
    '\r\n\r\n',
    '\n',
    '\0',
    ' ',
    '\t',
    ':',
    ';',
    ',',
    '%',
    '%00',
    '%zz',
    '&',
    '=',
    '?',
    '/',
    '//',
    '/../',
    '#',
  ],
  ...['Content-Length: 0\r\n', 'Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', 'Expect: 100-continue\r\n'],
  ...['Expect: x\r\n', 'Connection: close\r\n', 'Connection: Upgrade\r\nUpgrade: h2c\r\n', 'Host: evil.example\r\n'],
  ...['X-Amz-Security-Token: x\r\n', 'X-Amz-Date: 20000101T000000Z\r\n', 'Authorization: AWS4-HMAC-SHA256 \r\n'],
  ...[
    'Content-Type: application/json\r\n',
    'Accept: application/json\r\n',
    'x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n',
  ],
  ...['X-Amz-Algorithm=AWS4-HMAC-SHA256&', 'X-Amz-Signature=0&', 'X-Amz-SignedHeaders=host&', 'Action=AssumeRole&'],
  ...['GET', 'HEAD', 'OPTIONS', 'CONNECT', 'PATCH', 'HTTP/1.0', 'HTTP/2.0', 'http://[', '5\r\nabcde\r\n0\r\n\r\n'],
  ...['AssumeRole', 'GetCallerIdentity', 'ExternalId=guessed&', 'DurationSeconds=1&', '\u00e9', '\u00ff'],
]

const damaged: fc.Arbitrary<Damaged> = fc.record({
  original: fc.nat(ORIGINALS - 1),
  close: fc.boolean(),
  followedBy: fc.option(fc.nat(ORIGINALS - 1), { nil: undefined, freq: 4 }),
  changes: edits(SNIPPETS),
})

const names = [
  ...['Action', 'Version', 'RoleArn', 'RoleSessionName', 'ExternalId', 'DurationSeconds', 'Policy', 'SourceIdentity'],
  ...['Tags.member.1.Key', 'Tags.member.1.Value', 'Tags.member.0.Key', 'Tags.entry.1.key', 'Tags', 'PolicyArns.member'],
  ...['PolicyArns.member.1.arn', 'TransitiveTagKeys.member.999999999', 'X-Amz-Signature', 'X-Amz-Algorithm'],
  ...['__proto__', '__proto__.member.1', 'constructor.prototype', '', '.', 'a'.repeat(5000), 'a.'.repeat(2000)],
]
const values = [
  ...[
    '',
    DEPLOYER,
    'arn:aws:iam::222222222222:role/',
    'arn:aws:iam::222222222222:role/\u0000',
    '*',
    'fuzz',
    'quickstart',
  ],
  ...[
    'arn:aws:iam::111111111111:user/alice',
    'arn:aws:iam::999999999999:role/Deployer',
    `${DEPLOYER}:::::`,
    '-1',
    '900',
  ],
  ...[
    '43200',
    '43201',
    '9999999999999999999',
    '1e3',
    '\u0661',
    'NaN',
    ']]>',
    '<a>&amp;"\'',
    '\u0000\u0001\u001f\u007f',
  ],
  ...['\ud800', '\uffff\ufffe', '\u{10ffff}', '\r\n', 'a'.repeat(2048), 'a'.repeat(70_000), '\u00e9'.repeat(64)],
]
const anyText = fc.string({ unit: 'binary', maxLength: 80 })
const parameter: fc.Arbitrary<Pair> = fc.tuple(
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...names) }, anyText),
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, anyText),
)
/** More than may be sent, of one name or of as many names. */
const many: fc.Arbitrary<readonly Pair[]> = fc
  .record({ count: fc.integer({ min: 900, max: 6000 }), name: fc.constantFrom('a', 'Tags.member.', 'RoleArn') })
  .map(({ count, name }) => Array.from({ length: count }, (_, index): Pair => [`${name}${index}.Key`, 'v']))
const parameters: fc.Arbitrary<readonly Pair[] | string> = fc.oneof(
  { weight: 8, arbitrary: fc.array(parameter, { maxLength: 6 }) },
  { weight: 1, arbitrary: many },
  { weight: 2, arbitrary: fc.oneof(anyText, fc.string({ unit: fc.constantFrom('%', '&', '=', '+', 'A', '.', '1') })) },
)
const odd: fc.Arbitrary<Odd> = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  action: fc.constantFrom('AssumeRole', 'AssumeRole', 'GetCallerIdentity', 'Nothing'),
  parameters,
  accept: fc.constantFrom('*/*', 'application/json', 'text/html;,application/json ;'),
})

/** The API listener: damaged requests, and odd ones that are signed. */
export const http: Target<Input> = { name: 'http', open: () => withBroker(fuzzBroker) }

async function fuzzBroker(broker: BrokerProcess): Promise<Fuzzed<Input>> {
  const reader = new RequestReader({ maxHeaderBytes: MAX_HEADER_BYTES })
  const host = `127.0.0.1:${broker.apiPort}`
  const alice = { host, credentials: broker.alice, method: 'POST' } as const
  const session = await sessionCredentials()
  let originals = await sign()
  let signedAt = performance.now()

  return {
    inputs: fc.oneof({ weight: 2, arbitrary: damaged }, odd),
    async check(input) {
      if (performance.now() > signedAt + RESIGN_MS) {
        originals = await sign()
        signedAt = performance.now()
      }
      const { bytes, allowed } = await prepare(input)
      const reading = await reader.read(bytes)
      const answers = await exchange(broker.apiPort, bytes, reading)
      for (const [index, answer] of answers.entries()) {
        // The one deliberate 503: to a connection that asks too far ahead.
        if (answer.status === 503 && index >= MOST_UNANSWERED) continue
        checkAnswer(answer, reading.requests[index], allowed)
      }
      await stillAnswers()
    },
    show: async (input) => `Buffer.from('${(await prepare(input)).bytes.toString('hex')}', 'hex')`,
  }

  async function sign(): Promise<readonly SignedRequest[]> {
    return [
      await presigned({ ...alice, parameters: WHO_AM_I }),
      await signed({ ...alice, parameters: ASSUME_ROLE }),
      await signed({ ...alice, parameters: WHO_AM_I }),
      await signed({ ...alice, parameters: WHO_AM_I, method: 'GET' }),
      await signed({ ...alice, parameters: WHO_AM_I, credentials: session }),
      await presigned({ ...alice, parameters: WHO_AM_I, credentials: session }),
    ]
  }

  async function prepare(input: Input): Promise<{ bytes: Buffer; allowed: readonly SignedRequest[] }> {
    if ('action' in input) {
      const request = await signed({ ...alice, ...callOf(input) })
      return { bytes: Buffer.from(bytesOf(request, 'Connection: close\r\n'), 'latin1'), allowed: [request] }
    }
    const { original, close, followedBy, changes } = input
    const [first, second] = [originals[original], followedBy === undefined ? undefined : originals[followedBy]]
    assert.ok(first)
    const text = bytesOf(first, close ? 'Connection: close\r\n' : '') + (second === undefined ? '' : bytesOf(second))
    return { bytes: Buffer.from(edited(text, changes), 'latin1'), allowed: originals }
  }

  async function sessionCredentials(): Promise<Call['credentials']> {
    const { body } = await ask(await signed({ ...alice, parameters: ASSUME_ROLE }))
    const credentials = readXml(body.toString())
      .children.find(({ name }) => name === 'AssumeRoleResult')
      ?.children.find(({ name }) => name === 'Credentials')
    const text = (wanted: string) =>
      credentials?.children.find(({ name }) => name === wanted)?.text ?? assert.fail(wanted)
    return {
      accessKeyId: text('AccessKeyId'),
      secretAccessKey: text('SecretAccessKey'),
      sessionToken: text('SessionToken'),
    }
  }

  async function stillAnswers(): Promise<void> {
    const [correct] = originals
    assert.ok(correct)
    assert.equal((await ask(correct)).status, 200, 'a correct request was refused afterwards')
  }

  async function ask(request: SignedRequest): Promise<RawAnswer> {
    const bytes = Buffer.from(bytesOf(request), 'latin1')
    const [answer] = await exchange(broker.apiPort, bytes, { requests: [request], answers: 1, broken: false })
    assert.ok(answer)
    return answer
  }
}

/** The valid parameters come last: of a name that is there twice, the first counts. */
function callOf({ method, action, parameters, accept }: Odd): Pick<Call, 'method' | 'parameters' | 'headers'> {
  const headers = { accept }
  if (typeof parameters === 'string') return { method: 'POST', parameters, headers }
  const valid = action === 'AssumeRole' ? ASSUME_ROLE : [['Action', action] as Pair, VERSION]
  // For long URLs the signer takes seconds.
  return { method: parameters.length > 50 ? 'POST' : method, parameters: [...parameters, ...valid], headers }
}

function checkAnswer(
  { status, headers, body }: RawAnswer,
  request: SignedRequest | undefined,
  allowed: readonly SignedRequest[],
): void {
  assert.ok(status < 500, `status ${status}: ${body}`)
  const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  if (headers.get('content-type') === 'application/json') JSON.parse(text)
  else if (text !== '') readXml(text)
  if (status !== 200) return
  assert.ok(request !== undefined && allowed.some((each) => sameSigned(each, request)), 'granted without a signature')
  if (text.includes('SecretAccessKey')) checkGrant(request)
}

/** Only this role is there to be had, and only with its external id. */
function checkGrant({ target, body }: SignedRequest): void {
  const parameters = new URLSearchParams(`${target.slice(target.indexOf('?') + 1)}&${Buffer.from(body)}`)
  assert.deepEqual([parameters.get('RoleArn'), parameters.get('ExternalId')], [DEPLOYER, 'quickstart'])
}
