import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  deriveSigningKey,
  readSignature,
  type SignedRequest,
  signatureMatches,
} from '../../../src/engines/sigv4/index.ts'
import { epochMillis, Fault, Secret } from '../../../src/model/index.ts'
import { type Edit, edited, edits, place } from '../edits.ts'
import type { Target } from '../fuzz.ts'
import { inLinearTime } from '../linear-time.ts'
import { sameSigned } from '../same-signed.ts'
import { presigned, signed } from '../sign.ts'

/** What happens to one part of a request. */
type Change =
  | { readonly part: 'method' | 'target' | 'body'; readonly changes: readonly Edit[] }
  | { readonly part: 'header'; readonly at: number; readonly changes: readonly Edit[] }
  | { readonly part: 'drop' | 'double'; readonly at: number }
  | { readonly part: 'add'; readonly name: string; readonly value: string }

interface Input {
  readonly original: number
  readonly changes: readonly Change[]
}

const NOW = new Date('2026-01-02T03:04:05Z')
const CREDENTIALS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const SECRET = new Secret(CREDENTIALS.secretAccessKey)
const ORIGINALS = 4

const TEXTS = [
  ...[
    'AWS4-HMAC-SHA256 ',
    'Credential=',
    'SignedHeaders=host',
    ', Signature=',
    'aws4_request',
    ';',
    ',',
    '/',
    '//',
    '/./',
  ],
  ...[
    '%',
    '%2',
    '%41',
    '+',
    '%20',
    '&',
    '&&',
    '=',
    '?',
    '#',
    ' ',
    '  ',
    '\t',
    '\r\n ',
    '\u00ff',
    '\u00a0',
    '/a/..',
    'A',
  ],
  ...[
    'X-Amz-Date=20260102T030405Z&',
    'X-Amz-Security-Token=a',
    '&X-Amz-Signature=0',
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
  ],
]
const HEADERS = [
  'host',
  'HOST',
  'x-amz-date',
  'X-Amz-Security-Token',
  'date',
  'authorization',
  'x-amz-content-sha256',
  'accept',
]
const texts = edits(TEXTS, 3)
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ part: fc.constantFrom('method', 'target', 'body'), changes: texts }),
  fc.record({ part: fc.constant('header'), at: place, changes: texts }),
  fc.record({ part: fc.constantFrom('drop', 'double'), at: place }),
  fc.record({ part: fc.constant('add'), name: fc.constantFrom(...HEADERS), value: fc.constantFrom(...TEXTS) }),
)

/** Signatures: nothing comes of a changed request but a fault, and none matches unless what is signed is the same. */
export const signature: Target<Input> = {
  name: 'signature',
  async open() {
    const originals = await sign()
    const requestOf = ({ original, changes }: Input): readonly [SignedRequest, SignedRequest] => {
      const first = originals[original]
      assert.ok(first)
      return [first, changes.reduce(changed, first)]
    }
    return {
      inputs: fc.record({ original: fc.nat(ORIGINALS - 1), changes: fc.array(change, { maxLength: 4 }) }),
      async check(input) {
        const [original, request] = requestOf(input)
        const accepted = await inLinearTime(sizeOf(request), () => accepts(request))
        if (accepted) assert.ok(sameSigned(original, request), 'a changed request was accepted')
        if (input.changes.length === 0) assert.ok(accepted, 'an unchanged request was refused')
      },
      show: async (input) => `request = ${JSON.stringify(requestOf(input)[1])}`,
    }
  },
}

async function sign(): Promise<readonly SignedRequest[]> {
  const call = { host: 'localhost:7600', credentials: CREDENTIALS, method: 'POST', signedAt: NOW } as const
  const parameters = [
    ['Action', 'GetCallerIdentity'],
    ['Version', '2011-06-15'],
    ['a', 'b c+d/\u00e9'],
  ] as const
  const session = { ...CREDENTIALS, sessionToken: 'a+b/c==' }
  return [
    await signed({ ...call, parameters }),
    await signed({ ...call, parameters, method: 'GET', credentials: session }),
    await presigned({ ...call, parameters }),
    await presigned({ ...call, parameters, credentials: session }),
  ]
}

function accepts(request: SignedRequest): boolean {
  try {
    const terms = {
      now: epochMillis(NOW.getTime()),
      service: 'sts',
      isRegion: (region: string) => region === 'us-east-1',
    }
    const presented = readSignature(request, terms)
    const matches = signatureMatches(presented, request, deriveSigningKey(SECRET, presented))
    return matches && presented.accessKeyId === CREDENTIALS.accessKeyId
  } catch (error) {
    assert.ok(error instanceof Fault, String(error))
    return false
  }
}

function changed(request: SignedRequest, change: Change): SignedRequest {
  const { rawHeaders, body } = request
  // Node gives one character per byte.
  const change8 = (text: string, changes: readonly Edit[]) => Buffer.from(edited(text, changes), 'latin1')
  const pair = 'at' in change ? 2 * (change.at % Math.max(1, rawHeaders.length / 2)) : 0
  switch (change.part) {
    case 'body':
      return { ...request, body: change8(Buffer.from(body).toString('latin1'), change.changes) }
    case 'method':
    case 'target':
      return { ...request, [change.part]: change8(request[change.part], change.changes).toString('latin1') }
    case 'header': {
      const at = change.at % Math.max(1, rawHeaders.length)
      const text = change8(rawHeaders[at] ?? '', change.changes).toString('latin1')
      return { ...request, rawHeaders: rawHeaders.toSpliced(at, 1, text) }
    }
    case 'drop':
      return { ...request, rawHeaders: rawHeaders.toSpliced(pair, 2) }
    case 'double':
      return { ...request, rawHeaders: [...rawHeaders, ...rawHeaders.slice(pair, pair + 2)] }
    case 'add':
      return { ...request, rawHeaders: [...rawHeaders, change.name, change.value] }
  }
}

function sizeOf({ target, rawHeaders, body }: SignedRequest): number {
  return target.length + body.length + rawHeaders.join().length
}
