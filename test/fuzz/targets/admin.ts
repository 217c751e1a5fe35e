import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import type { Received } from '../../../src/engines/wire/index.ts'
import { withBroker } from '../broker.ts'
import { type Edit, edited, edits } from '../edits.ts'
import { exchange } from '../exchange.ts'
import type { Target } from '../fuzz.ts'
import type { RawAnswer } from '../read-answers.ts'
import { RequestReader } from '../request-reader.ts'

interface Input {
  readonly method: string
  readonly path: string
  readonly host: string
  /** The operator's token stands where it says TOKEN. */
  readonly authorization: string
  readonly headers: readonly string[]
  readonly body: string
  readonly changes: readonly Edit[]
}

/** As it is configured by default. */
const MAX_HEADER_BYTES = 16_384
const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?$/i

const HOSTS = [
  ...['127.0.0.1', 'localhost', 'LOCALHOST:1', '[::1]', '127.9.9.9:65535', 'evil.example', '', '127.1', '0x7f000001'],
  ...['127.0.0.1.evil.example', 'localhost@evil.example', 'localhost:80:80', '[::1', '[::ffff:127.0.0.1]', '0.0.0.0'],
]
const PATHS = [
  ...[
    '/healthz',
    '/readyz',
    '/metrics',
    '/clock',
    '/reset',
    '/operations/GetAccessKey',
    '/operations/',
    '/operations/%zz',
  ],
  ...[
    '/operations/__proto__',
    '/operations/GetAccessKey/',
    '/operations/GetAccessKey%00',
    '//clock',
    '/CLOCK',
    '*',
    '/%',
    '/',
  ],
]
const AUTHORIZATIONS = [
  'Bearer TOKEN',
  'bearer  TOKEN ',
  'Bearer',
  'Basic TOKEN',
  'TOKEN',
  'Bearer TOKENx',
  'Bearer x',
  '',
]
const HEADERS = [
  ...['Origin: http://evil.example', 'Origin: http://127.0.0.1', 'Origin: null', 'Sec-Fetch-Site: cross-site'],
  ...['Content-Type: text/plain', 'Content-Type: application/json; charset=utf-7', 'Content-Type: application/json;'],
  ...[
    'Content-Encoding: gzip',
    'Transfer-Encoding: chunked',
    'Expect: 100-continue',
    'Connection: Upgrade',
    'X: \u00ff',
  ],
]
const BODIES = [
  ...[
    '',
    '{}',
    '[]',
    'null',
    '"a"',
    '1',
    '{"principal":"source/alice"}',
    '{"principal":"target/"}',
    '{"principal":"/"}',
  ],
  ...['{"principal":"arn:aws:iam::111111111111:root"}', '{"principal":{}}', '{"__proto__":{"principal":"a/b"}}'],
  ...['{"principal":"arn:aws:iam::222222222222:role/Deployer"}', '{"principal":"__proto__/constructor"}', '\u0000'],
  ...['{"advance":"PT1S"}', '{"advance":"P999999D"}', '{"advance":"PT999999999H"}', '{"advance":["PT1H"]}', '{"a":'],
  ...['['.repeat(50_000), `{"principal":"${'a/'.repeat(5000)}"}`, `"${'a'.repeat(1_100_000)}"`],
]

const inputs: fc.Arbitrary<Input> = fc.record({
  method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'HEAD', 'PUT', 'OPTIONS', 'TRACE'),
  path: fc.constantFrom(...PATHS),
  host: fc.oneof({ weight: 3, arbitrary: fc.constant('127.0.0.1') }, fc.constantFrom(...HOSTS)),
  authorization: fc.constantFrom(...AUTHORIZATIONS),
  headers: fc.array(fc.constantFrom(...HEADERS), { maxLength: 2 }),
  body: fc.constantFrom(...BODIES),
  changes: edits(
    ['\r\n', '\r\n\r\n', '\0', ' ', '%', '/', '"', '{', '}', '\\u0000', 'PT1H', 'Authorization: Bearer x'],
    3,
  ),
})

/** The admin listener, in development, where it has a clock and a reset. */
export const admin: Target<Input> = {
  name: 'admin',
  open: () =>
    withBroker(async (broker) => {
      const reader = new RequestReader({ maxHeaderBytes: MAX_HEADER_BYTES })
      const correct = bytesOf({
        method: 'POST',
        path: '/operations/GetAccessKey',
        host: '127.0.0.1',
        authorization: 'Bearer TOKEN',
        headers: [],
        body: '{"principal":"source/alice"}',
        changes: [],
      })
      return {
        inputs,
        async check(input) {
          const answers = await ask(bytesOf(input))
          for (const [answer, request] of answers) checkAnswer(answer, request, broker.operatorToken)
          await stillAnswers()
        },
        show: async (input) => `Buffer.from('${bytesOf(input).toString('hex')}', 'hex')`,
      }

      async function stillAnswers(): Promise<void> {
        // A second reset that was sent along may be under way, and nobody is there before its end.
        for (let tries = 1; ; tries++) {
          const [[answer] = []] = await ask(correct)
          if (answer?.status === 200) return
          if (tries === 50) assert.fail(`a correct request was answered afterwards with ${answer?.status}`)
          await sleep(10)
        }
      }

      function bytesOf({ method, path, host, authorization, headers, body, changes }: Input): Buffer {
        const type = headers.some((line) => line.startsWith('Content-Type')) ? [] : ['Content-Type: application/json']
        const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
        const lines = [`Host: ${host}`, `Authorization: ${authorization}`, ...headers, ...type, ...length]
        const text = `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`
        return Buffer.from(edited(text.replace('TOKEN', broker.operatorToken), changes), 'latin1')
      }

      async function ask(bytes: Buffer): Promise<[RawAnswer, Received | undefined][]> {
        const reading = await reader.read(bytes)
        const answers = await exchange(broker.adminPort, bytes, reading)
        return answers.map((answer, index) => [answer, reading.requests[index]])
      }
    }),
}

function checkAnswer({ status, headers, body }: RawAnswer, request: Received | undefined, token: string): void {
  assert.ok(status < 500, `status ${status}: ${body}`)
  if (headers.get('content-type')?.startsWith('application/json') && body.length > 0) JSON.parse(body.toString())
  if (status !== 200) return
  assert.ok(request !== undefined && LOOPBACK.test(headerOf(request, 'host')), 'answered to a Host that is not its own')
  if (request.method !== 'POST') return
  const [scheme, sent, ...more] = headerOf(request, 'authorization').split(/ +/)
  assert.deepEqual([scheme?.toLowerCase(), sent, more], ['bearer', token, []], 'an operator without the token')
}

/** The first one, as Node takes it. */
function headerOf({ rawHeaders }: Received, wanted: string): string {
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === wanted)
  return at < 0 ? '' : (rawHeaders[at + 1] ?? '').trim()
}
