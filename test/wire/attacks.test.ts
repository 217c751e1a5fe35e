import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readXml } from '../engines/wire/read-xml.ts'
import { fc } from '../fast-check.ts'
import { DIRECTORY } from './refusals.ts'
import { type Stage, setStage } from './stage.ts'
import type { WireRequest } from './wire-client.ts'

const LINES = /\r\n\r\n/
let stage: Stage
before(async () => {
  stage = await setStage({ directory: DIRECTORY })
})
after(() => stage[Symbol.asyncDispose]())

/** What hostile clients write into every place of a request. */
const nasty = fc.constantFrom(
  '',
  ' ',
  '\t',
  '%',
  '%00',
  '%zz',
  '+',
  '&',
  '=',
  ';',
  ',',
  ',,,,',
  '/',
  '//',
  '..',
  '?',
  '*',
  '<',
  ']]>',
  '&#0;',
  '\u00ff',
  '\u0080',
  '__proto__',
  'constructor',
  'AWS4-HMAC-SHA256',
  'Credential=',
  'Signature=',
  'SignedHeaders=host',
  '....',
  'eyJ',
  '9'.repeat(400),
  'A'.repeat(3000),
)
const piece = fc.oneof(nasty, fc.string({ unit: 'binary-ascii', maxLength: 12 }))
const HEADERS = [
  'authorization',
  'host',
  'x-amz-date',
  'date',
  'content-type',
  'x-amz-security-token',
  'accept',
  'x-amz-content-sha256',
  'x-forwarded-for',
  'expect',
]

/** One change of a request: some text at some place of some part of it. */
const edit = fc.record({
  part: fc.constantFrom('target', 'body', 'method', ...HEADERS),
  at: fc.nat(),
  cut: fc.nat({ max: 40 }),
  put: piece,
})
type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never

function edited(request: WireRequest, { part, at, cut, put }: Edit): WireRequest {
  const splice = (old: string) => {
    const place = at % (old.length + 1)
    return old.slice(0, place) + put + old.slice(place + cut)
  }
  if (part === 'target') return { ...request, target: splice(request.target) }
  if (part === 'body') return { ...request, body: splice(request.body) }
  if (part === 'method') return { ...request, method: at % 2 === 0 ? 'GET' : splice(request.method) }
  return { ...request, headers: { ...request.headers, [part]: splice(String(request.headers[part] ?? '')) } }
}

/** The bytes of a request, however wrong: a line break in a header makes two of one. */
function bytesOf({ method, target, headers, body }: WireRequest): Buffer {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'connection: close',
    `content-length: ${Buffer.byteLength(body, 'latin1')}`,
  ]
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1')
}

/** Sends bytes on a connection of their own and waits until the broker closes it. */
async function exchange(bytes: Uint8Array): Promise<{ readonly status: number; readonly body: string }> {
  const { hostname, port } = new URL(stage.broker.endpoint)
  const socket = connect(Number(port), hostname)
  socket.end(bytes)
  const answer = await text(socket)
  const [head = '', ...body] = answer.split(LINES)
  return { status: Number(/^HTTP\/1\.1 ([0-9]{3})/.exec(head)?.[1] ?? 0), body: body.join('\r\n\r\n') }
}

async function answersStill(): Promise<void> {
  assert.equal((await stage.ask({ params: { Action: 'GetCallerIdentity' } })).status, 200)
}

test('whatever is changed in a request, it is answered, and never with a failure of the broker', async () => {
  const asks = [
    {},
    { by: 'Courier:first' },
    { get: true, signing: { presigned: true }, params: { Action: 'GetCallerIdentity' } },
    { by: 'nobody' },
  ]
  const requests = await Promise.all(asks.map((ask) => stage.requestOf(ask)))
  const statuses = new Set<number>()
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...requests),
      fc.array(edit, { minLength: 1, maxLength: 4 }),
      async (request, edits) => {
        const { status, body } = await exchange(bytesOf(edits.reduce(edited, request)))
        statuses.add(status)
        assert.ok(status >= 200 && status < 500, `${status}: ${body}`)
        if (body.startsWith('<') && status !== 404) readXml(body)
      },
    ),
    { seed: 4711, numRuns: 700 },
  )
  assert.ok(
    [200, 400, 403].every((status) => statuses.has(status)),
    `${[...statuses]}`,
  )
  await answersStill()
})

test('bytes that are no request end the connection and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
      const { status } = await exchange(bytes)
      assert.ok(status === 0 || (status >= 400 && status < 500), String(status))
    }),
    { seed: 4711, numRuns: 150 },
  )
  await answersStill()
})

test('no change of a session token is ever taken for the token', async () => {
  const { sessionToken = '' } = await stage.credentialsOf('Courier:first')
  const letter = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. ')
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: sessionToken.length - 1 }), letter, async (at, put) => {
      fc.pre(sessionToken[at] !== put)
      const forged = `${sessionToken.slice(0, at)}${put}${sessionToken.slice(at + 1)}`
      const ask = { by: 'Courier:first', params: { Action: 'GetCallerIdentity' } }
      const { fault } = await stage.ask({ ...ask, forge: (mine) => ({ ...mine, sessionToken: forged }) })
      assert.equal(fault?.code, 'InvalidClientTokenId')
    }),
    { seed: 4711, numRuns: 250 },
  )
})

test('the log of all refusals, at its most talkative, holds no secret, no token, no signature and no ExternalId', async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./log-of-refusals.ts', import.meta.url))])
  const [log, report, [code]] = await Promise.all([text(child.stderr), text(child.stdout), once(child, 'exit')])
  assert.equal(code, 0, log)
  const { asked, granted, secrets } = JSON.parse(report)
  assert.ok(
    asked > 300 && granted > 100 && secrets.length > 500,
    `${asked} asked, ${granted} granted, ${secrets.length} secrets`,
  )
  const events = log
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).event)
  for (const event of ['request.refused', 'signature.rejected']) {
    assert.ok(events.filter((each) => each === event).length > 50, `${event} is logged`)
  }
  for (const secret of secrets) assert.ok(!log.includes(secret), `the log holds ${secret}`)
})
