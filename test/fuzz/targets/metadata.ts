import assert from 'node:assert/strict'
import fc from 'fast-check'
import { INSTANCE, withBroker } from '../broker.ts'
import { type Edit, edited, edits } from '../edits.ts'
import { exchange } from '../exchange.ts'
import type { Target } from '../fuzz.ts'
import { RequestReader } from '../request-reader.ts'

interface Input {
  readonly method: string
  readonly path: string
  readonly host: string
  /** A session token stands where it says TOKEN. */
  readonly headers: readonly string[]
  readonly body: string
  readonly changes: readonly Edit[]
}

/** As it is configured by default. */
const MAX_HEADER_BYTES = 16_384
const METHODS = ['GET', 'GET', 'GET', 'PUT', 'PUT', 'HEAD', 'OPTIONS', 'POST', 'DELETE', 'TRACE', 'get', 'X']
const HOSTS = ['127.0.0.1', '169.254.169.254', '[fd00:ec2::254]', 'localhost:1', 'evil.example', '', '[::1', '127.1']
const PATHS = [
  ...['/latest/api/token', '/latest/api/token/', '//latest//api/token', '/2021-03-23/api/token', '/latest/api', '/'],
  ...[
    '/latest',
    '/latest/meta-data/',
    '/latest/meta-data/ami-id',
    '/1.0/meta-data',
    '/latest/user-data',
    '/latest/dynamic',
  ],
  ...[
    '/latest/dynamic/instance-identity/document',
    '/latest/dynamic/instance-identity/pkcs7',
    '/latest/meta-data/iam/info',
  ],
  ...['/latest/meta-data/iam/security-credentials/', '/latest/meta-data/iam/security-credentials/web'],
  ...['/latest/meta-data/iam/security-credentials/__proto__', '/latest/meta-data/../../x', '/%2e%2e/', '/latest/%zz'],
  ...['*', 'http://127.0.0.1/latest', '/latest?x=%zz', '/%00', '/\u00ff', `/${'a'.repeat(5000)}`],
]
const HEADERS = [
  ...[
    'X-aws-ec2-metadata-token: TOKEN',
    'X-aws-ec2-metadata-token: TOKEN',
    'X-aws-ec2-metadata-token: ',
    'X-aws-ec2-metadata-token: x',
  ],
  ...[
    'X-aws-ec2-metadata-token-ttl-seconds: 60',
    'X-aws-ec2-metadata-token-ttl-seconds: 60',
    'X-aws-ec2-metadata-token-ttl-seconds: 1e9',
  ],
  ...['X-aws-ec2-metadata-token-ttl-seconds: 0', 'X-aws-ec2-metadata-token-ttl-seconds: 999999999999999999999'],
  ...['X-Forwarded-For: 10.0.0.1', 'Origin: http://evil.example', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Site: none'],
  ...['Expect: 100-continue', 'Expect: x', 'Transfer-Encoding: chunked', 'Connection: Upgrade', 'Range: bytes=0-1'],
]

const inputs: fc.Arbitrary<Input> = fc.record({
  method: fc.constantFrom(...METHODS),
  path: fc.constantFrom(...PATHS),
  host: fc.oneof({ weight: 9, arbitrary: fc.constant('127.0.0.1') }, fc.constantFrom(...HOSTS)),
  headers: fc.array(fc.constantFrom(...HEADERS), { maxLength: 4 }),
  body: fc.constantFrom('', '', '', 'x', 'a'.repeat(1024), 'a'.repeat(1025)),
  changes: edits(
    ['\r\n', '\r\n\r\n', '\0', ' ', ':', '%', '/', '//', '?', 'TOKEN', 'X-aws-ec2-metadata-token: ', ...HEADERS],
    3,
  ),
})

/** The metadata service: every request is answered, never with a failure of ours, and without a token nothing is told. */
export const metadata: Target<Input> = {
  name: 'metadata',
  open: () =>
    withBroker(async ({ metadataPort }) => {
      const endpoint = `http://127.0.0.1:${metadataPort}`
      const reader = new RequestReader({ maxHeaderBytes: MAX_HEADER_BYTES })
      const put = { method: 'PUT', headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '21600' } }
      const token = await (await fetch(`${endpoint}/latest/api/token`, put)).text()
      const bytesOf = ({ method, path, host, headers, body, changes }: Input): Buffer => {
        const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, ...headers, 'Connection: close']
        if (body !== '' && !headers.includes('Transfer-Encoding: chunked')) lines.push(`Content-Length: ${body.length}`)
        const text = edited(`${lines.join('\r\n')}\r\n\r\n${body}`, changes)
        return Buffer.from(text.replaceAll('TOKEN', token), 'latin1')
      }
      return {
        inputs,
        async check(input) {
          const bytes = bytesOf(input)
          const reading = await reader.read(bytes)
          for (const { status, body } of await exchange(metadataPort, bytes, reading)) {
            assert.ok(status < 500, `answered ${status}`)
            if (bytes.includes(token)) continue
            assert.ok(!body.includes('SecretAccessKey'), 'credentials without a token')
            assert.ok(!body.includes(INSTANCE), 'told without a token')
          }
        },
        show: async (input) => JSON.stringify(bytesOf(input).toString('latin1')),
      }
    }),
}
