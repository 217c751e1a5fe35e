import assert from 'node:assert/strict'
import fc from 'fast-check'
import { TASK, withBroker } from '../broker.ts'
import { type Edit, edited, edits } from '../edits.ts'
import { exchange } from '../exchange.ts'
import type { Target } from '../fuzz.ts'
import { RequestReader } from '../request-reader.ts'

interface Input {
  readonly method: string
  readonly path: string
  readonly host: string
  /** The token of a task stands where it says TASKPROOF, that of a pod at PODPROOF; changes reach into them. */
  readonly headers: readonly string[]
  readonly changes: readonly Edit[]
}

/** As it is configured by default. */
const MAX_HEADER_BYTES = 16_384
const ECS = `/v2/credentials/${TASK}`
const EKS = '/v1/credentials'
const HOSTS = [
  '169.254.170.2',
  '169.254.170.23',
  '[fd00:ec2::23]',
  'localhost:1',
  'evil.example',
  '169.254.170.2.x',
  '',
]
const PATHS = [
  ...[ECS, ECS, ECS, EKS, EKS, EKS],
  ...['/v2/credentials', '/v2/credentials/', '/v2/credentials/__proto__', `${ECS}/`, `${ECS}/x`, '/v2//credentials'],
  ...[`${ECS}?x=%zz`, ECS.toUpperCase(), `/v2%2fcredentials/${TASK}`, `/v2/credentials/%30${TASK.slice(1)}`],
  ...['/v1/credentials/x', '/v1/credentials?id=1', '/v1', `http://127.0.0.1${ECS}`, `/../${ECS}`],
  ...[`/v4/${TASK}`, `/v4/${TASK}-0`, `/v4/${TASK}-1/task`, `/v4/${TASK}-1/task/stats`, '/v4/../x', '/v4/-', '/v4//'],
]
const PROOFS = ['Authorization: TASKPROOF', 'Authorization: PODPROOF']
const HEADERS = [
  ...[...PROOFS, ...PROOFS, 'Authorization: Bearer TASKPROOF', 'Authorization: PODPROOF, PODPROOF'],
  ...['Authorization: ', 'Authorization: a.b.c', 'Authorization: ..', `Authorization: ${'a.'.repeat(4500)}`],
  ...['X-Forwarded-For: 10.0.0.1', 'Origin: http://evil.example', 'Sec-Fetch-Site: cross-site', 'Accept: x'],
  ...['Expect: 100-continue', 'Transfer-Encoding: chunked', 'Connection: Upgrade', 'Content-Length: 2000'],
]

const inputs: fc.Arbitrary<Input> = fc.record({
  method: fc.constantFrom('GET', 'GET', 'GET', 'GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'X'),
  path: fc.constantFrom(...PATHS),
  host: fc.oneof({ weight: 9, arbitrary: fc.constant('127.0.0.1') }, fc.constantFrom(...HOSTS)),
  headers: fc
    .tuple(fc.constantFrom(...PROOFS, ...HEADERS), fc.array(fc.constantFrom(...HEADERS), { maxLength: 2 }))
    .map(([one, more]) => [one, ...more]),
  changes: edits(['\r\n', '\r\n\r\n', '\0', ' ', ',', '.', '=', '%', '/', '//', '?', ...HEADERS], 3),
})

/** The endpoints of containers: every request is answered, never with a failure of ours, and nothing for a proof that was changed. */
export const containers: Target<Input> = {
  name: 'containers',
  open: () =>
    withBroker(async ({ metadataPort, containerTokens: [taskToken = '', podToken = ''] }) => {
      const reader = new RequestReader({ maxHeaderBytes: MAX_HEADER_BYTES })
      const bytesOf = ({ method, path, host, headers, changes }: Input): Buffer => {
        const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, ...headers, 'Connection: close', '', '']
        const text = lines.join('\r\n').replaceAll('TASKPROOF', taskToken).replaceAll('PODPROOF', podToken)
        return Buffer.from(edited(text, changes), 'latin1')
      }
      return {
        inputs,
        async check(input) {
          const bytes = bytesOf(input)
          const reading = await reader.read(bytes)
          const isProved = bytes.includes(taskToken) || bytes.includes(podToken)
          for (const { status, body } of await exchange(metadataPort, bytes, reading)) {
            assert.ok(status < 500, `answered ${status}`)
            if (!isProved) assert.ok(!body.includes('SecretAccessKey'), 'credentials without a proof')
          }
        },
        show: async (input) => JSON.stringify(bytesOf(input).toString('latin1')),
      }
    }),
}
