import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  type AccessRequest,
  type ApplicablePolicies,
  compilePolicy,
  decide,
  explain,
  type PolicyKind,
  parsePolicy,
  validatePolicy,
} from '../../../src/engines/policy/index.ts'
import { MalformedPolicyDocument } from '../../../src/model/index.ts'
import { type Case, compiled, readCases, requestOf } from '../../engines/policy/corpus.ts'
import { type Edit, edited, edits, place } from '../edits.ts'
import type { Target } from '../fuzz.ts'
import { inLinearTime } from '../linear-time.ts'

/** What happens to one value of a document. */
interface ValueChange {
  readonly at: number
  readonly how: 'replace' | 'rename' | 'remove' | 'wrap' | 'multiply'
  readonly value: unknown
  readonly name: string
  readonly times: number
}

interface Input {
  readonly case: number
  readonly document: number
  readonly kind: PolicyKind
  readonly values: readonly ValueChange[]
  readonly text: readonly Edit[]
  readonly resource: string | undefined
}

/** Of a policy's text: longer ones are refused unread. */
const MAX_LENGTH = 131_072
const KINDS = ['identity', 'boundary', 'session', 'resource', 'trust', 'scp', 'rcp'] as const
const ALLOW_ALL = compiled(
  { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
  'identity',
)
const CASES = readCases('cases.json')
/** What begins a variable. */
const OPEN = '$' + '{'
const VALUES: readonly unknown[] = [
  ...[
    '',
    '*',
    '?',
    '**',
    's3:*',
    's3:Get?bject',
    'a*'.repeat(500),
    '*a'.repeat(3000),
    '?'.repeat(2000),
    ':',
    '::::::*',
  ],
  ...[
    'arn:aws:s3:::bucket/*',
    'arn:*:*:*:*:*',
    'arn:aws:iam::111122223333:root',
    '111122223333',
    'ec2.amazonaws.com',
    'Allow',
  ],
  ...[
    `${OPEN}aws:username}`,
    OPEN,
    `${OPEN}a, 'b'}`,
    `${OPEN}*}`,
    `${OPEN}aws:username}`.repeat(200),
    `${OPEN}a`.repeat(5000),
  ],
  ...[
    '2012-10-17',
    '2008-10-17',
    '2026-01-01T00:00:00Z',
    '10.0.0.0/8',
    '::/0',
    '1e99',
    '-0.0',
    'dGVzdA==',
    'true',
    '\u0000',
  ],
  ...['\ud800', '\u{1f600}*', 'sts:AssumeRole', 'k', null, true, 7, 1e300, [], {}, [[]], ['*', 1], { AWS: '*' }],
  ...[{ AWS: ['*'], Service: [] }, { StringLike: { k: ['*a'.repeat(500)] } }, { StringEquals: {} }, { a: { b: 'c' } }],
]
const NAMES = [
  ...['Version', 'Id', 'Statement', 'Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
  ...[
    'Principal',
    'NotPrincipal',
    'AWS',
    'Service',
    'Federated',
    'CanonicalUser',
    'StringLike',
    'StringNotEqualsIfExists',
  ],
  ...[
    'ForAllValues:StringLike',
    'ForAnyValue:ArnNotLike',
    'Null',
    'Bool',
    'NumericLessThan',
    'DateGreaterThan',
    'IpAddress',
  ],
  ...[
    'BinaryEquals',
    'NotIpAddress',
    'aws:username',
    'aws:PrincipalTag/a',
    'sts:ExternalId',
    '__proto__',
    'effect',
    '',
  ],
]
const SNIPPETS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  ' ',
  '\n',
  '\0',
  '1e5',
  '-',
  'null',
  '"a":1,',
]

const valueChange: fc.Arbitrary<ValueChange> = fc.record({
  at: place,
  how: fc.constantFrom('replace', 'rename', 'remove', 'wrap', 'multiply'),
  value: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...VALUES) }, fc.jsonValue({ maxDepth: 3 })),
  name: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...NAMES) }, fc.string({ unit: 'binary', maxLength: 10 })),
  times: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 2, max: 5 }) }, fc.integer({ min: 6, max: 2000 })),
})
const inputs: fc.Arbitrary<Input> = fc.record({
  case: fc.nat(CASES.length - 1),
  document: place,
  kind: fc.constantFrom(...KINDS),
  values: fc.array(valueChange, { maxLength: 5 }),
  text: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, edits(SNIPPETS, 2)),
  // As long as AWS lets an ARN be.
  resource: fc.constantFrom(
    undefined,
    undefined,
    'a'.repeat(2048),
    `arn:aws:s3:::${'a:'.repeat(1000)}`,
    '\ud83d'.repeat(9),
  ),
})

/** Policy documents: any of them is refused in AWS's words or decides, and an explanation says what was decided. */
export const policy: Target<Input> = {
  name: 'policy',
  open: async () => ({
    inputs,
    async check(input) {
      const text = textOf(input)
      const row = caseOf(input)
      const asked = requestOf(row)
      const request = input.resource === undefined ? asked : { ...asked, resource: input.resource }
      await inLinearTime(text.length, () => decideBy(text, input.kind, request))
    },
    show: async (input) => {
      const text = textOf(input)
      return text.length > 4000 ? `${text.length} characters` : `text = ${JSON.stringify(text)}`
    },
  }),
}

function decideBy(text: string, kind: PolicyKind, request: AccessRequest): void {
  const document = unlessMalformed(() => parsePolicy(text, kind))
  if (document === undefined) return
  unlessMalformed(() => validatePolicy(document, kind))
  // Valid or not: what is unknown has to refuse, not to throw.
  const policies = applying(kind, compilePolicy(document, { kind, name: 'fuzz' }))
  const decision = decide(policies, request)
  const explained = explain(policies, request)
  assert.deepEqual(explained.decision, decision)
  const statements = explained.layers.flatMap((layer) => layer.policies.flatMap((each) => each.statements))
  for (const { applies, failed } of statements) assert.equal(applies, failed.length === 0, 'what failed is not why')
  const applied = statements.filter(({ applies }) => applies)
  const denied = applied.some(({ effect }) => effect === 'Deny')
  assert.equal(denied, decision.outcome === 'explicitDeny', 'the explanation has a deny, or the decision, not both')
  for (const { kind: layer, index } of decision.statements) {
    const rests = applied.some(({ statement }) => statement.kind === layer && statement.index === index)
    assert.ok(rests, 'the decision rests on a statement that does not apply')
  }
}

function unlessMalformed<Result>(action: () => Result): Result | undefined {
  try {
    return action()
  } catch (error) {
    if (error instanceof MalformedPolicyDocument) return undefined
    throw error
  }
}

function applying(kind: PolicyKind, policy: ReturnType<typeof compilePolicy>): ApplicablePolicies {
  switch (kind) {
    case 'identity':
      return { identity: [policy] }
    case 'boundary':
      return { identity: [ALLOW_ALL], boundary: policy }
    case 'session':
      return { identity: [ALLOW_ALL], session: [policy] }
    case 'scp':
    case 'rcp':
      return { identity: [ALLOW_ALL], [kind]: [[policy]] }
    default:
      return { identity: [], resource: policy }
  }
}

function caseOf(input: Input): Case {
  return CASES[input.case] ?? assert.fail('there is no such case')
}

function textOf(input: Input): string {
  const { identity = [], boundary, session = [], resource, scp = [], rcp = [] } = caseOf(input).policies
  const documents = [...identity, boundary, ...session, resource, ...scp.flat(), ...rcp.flat()]
  const root = { document: structuredClone(documents[input.document % Math.max(1, documents.length)] ?? {}) }
  for (const change of input.values) changeValue(root, change)
  return edited(JSON.stringify(root.document) ?? '', input.text)
}

/** A value by what holds it. */
type Slot = readonly [holder: Record<string, unknown> | unknown[], key: string]

function changeValue(root: { document: unknown }, { at, how, value, name, times }: ValueChange): void {
  const slots = slotsOf(root)
  const [holder, key] = slots[at % slots.length] ?? assert.fail('a document is a value')
  const index = Number(key)
  const old = Array.isArray(holder) ? holder[index] : holder[key]
  const put = (next: unknown) =>
    Array.isArray(holder) ? holder.splice(index, 1, next) : Object.assign(holder, { [key]: next })
  const isRoot = key === 'document'
  if (how === 'wrap') put([old])
  else if (how === 'multiply') put(multiplied(old, times))
  else if (how === 'remove' && !isRoot) Array.isArray(holder) ? holder.splice(index, 1) : delete holder[key]
  else if (how === 'rename' && !isRoot && !Array.isArray(holder)) {
    delete holder[key]
    Object.defineProperty(holder, name, { value: old, enumerable: true, configurable: true, writable: true })
  } else put(structuredClone(value))
}

/** A list of one value or of the values of a list, many times over, but not much longer than a policy may be. */
function multiplied(value: unknown, times: number): unknown[] {
  const length = JSON.stringify(value)?.length ?? 0
  const fitting = Math.min(times, Math.ceil(MAX_LENGTH / (length + 1)))
  const values = Array.isArray(value) ? value : [value]
  return Array.from({ length: fitting }, () => structuredClone(values)).flat()
}

function slotsOf(root: object): Slot[] {
  const slots: Slot[] = []
  const walk = (holder: object): void => {
    for (const [key, value] of Object.entries(holder)) {
      slots.push([holder as Slot[0], key])
      if (typeof value === 'object' && value !== null && slots.length < 5000) walk(value)
    }
  }
  walk(root)
  return slots
}
