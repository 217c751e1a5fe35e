import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { lintPolicy, type PolicyKind, parsePolicy, validatePolicy } from '../../../../src/engines/policy/index.ts'
import { REFUSALS } from '../../../../src/engines/policy/lint/grammar.ts'
import { MalformedPolicyDocument } from '../../../../src/model/index.ts'
import { fc } from '../../../fast-check.ts'
import { legalPolicies } from '../legal.ts'
import { EXAMPLES, OWN_ACCOUNTS, textOf } from './examples.ts'

const KINDS: readonly PolicyKind[] = ['identity', 'boundary', 'session', 'resource', 'trust', 'scp', 'rcp']
const CODES = new Set(EXAMPLES.map(([code]) => code))

const seeds: readonly { readonly kind: PolicyKind; readonly document: unknown }[] = [
  ...['refused.json', 'accepted.json'].flatMap((file) =>
    JSON.parse(readFileSync(new URL(`../corpus/${file}`, import.meta.url), 'utf8')),
  ),
  ...EXAMPLES.flatMap(([, , kind, , found, notFound]) =>
    [found, notFound].flatMap((change) =>
      typeof change === 'string' ? [] : [{ kind, document: JSON.parse(textOf(kind, change)) }],
    ),
  ),
]

const odd = fc.constantFrom<unknown>(
  null,
  7,
  true,
  '',
  '*',
  '$' + '{',
  [],
  {},
  ['*', '*'],
  'Allow',
  'Deny',
  'sts:AssumeRole',
  'arn:aws:iam::111122223333:role/x',
  { AWS: '*' },
  { Federated: 'gitlab.com' },
  { StringLike: { 'gitlab.com:sub': '*', 'aws:TagKeys': [] } },
  { 'ForAllValues:Null': { 'aws:SourceIp': ['10.0.0.1/8', 1] } },
)
const word = fc.constantFrom('Version', 'Sid', 'Effect', 'Action', 'NotAction', 'Principal', 'Resource', 'Condition')
const change = fc.record({ at: fc.nat(), how: fc.constantFrom('replace', 'remove', 'wrap', 'add'), odd, word })
type MutationStep = typeof change extends fc.Arbitrary<infer T> ? T : never

/** Changes one place of a JSON value, counted in its order. */
function mutate(root: unknown, { at, how, odd: other, word: name }: MutationStep): unknown {
  const places = countPlaces(root)
  let left = at % places
  const walk = (value: unknown): unknown => {
    if (left-- === 0) {
      if (how === 'wrap') return [value]
      if (how === 'add' && isRecord(value)) return { ...value, [name]: other }
      return how === 'remove' ? undefined : other
    }
    if (Array.isArray(value)) return value.map(walk)
    return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each)])) : value
  }
  return walk(root)
}

function countPlaces(value: unknown): number {
  const inside = Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : []
  return inside.reduce<number>((sum, each) => sum + countPlaces(each), 1)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const policies = fc
  .record({
    seed: fc.constantFrom(...seeds),
    kind: fc.option(fc.constantFrom(...KINDS), { nil: undefined }),
    steps: fc.array(change, { maxLength: 3 }),
    indent: fc.constantFrom<number | string | undefined>(undefined, 2, ' \t'),
  })
  .map(({ seed, kind, steps, indent }) => ({
    kind: kind ?? seed.kind,
    text: JSON.stringify(steps.reduce(mutate, seed.document), undefined, indent) ?? '',
  }))

function refusalOf(text: string, kind: PolicyKind): MalformedPolicyDocument | undefined {
  try {
    validatePolicy(parsePolicy(text, kind), kind)
    return undefined
  } catch (error) {
    if (error instanceof MalformedPolicyDocument) return error
    throw error
  }
}

/** Holds the linter against what is refused, both ways. @returns whether the policy is refused */
function agrees(text: string, kind: PolicyKind): boolean {
  const refusal = refusalOf(text, kind)
  const errors = lintPolicy(text, { kind, ownAccounts: OWN_ACCOUNTS }).filter(({ code }) => code in REFUSALS)
  assert.equal(errors.length > 0, refusal !== undefined)
  if (refusal === undefined) return false
  assert.ok(errors.every(({ type }) => type === 'ERROR'))
  assert.ok(errors.some(({ span, details }) => isAt(span.start.offset, refusal) && says(details, refusal)))
  return true
}

describe('whatever the policy', () => {
  test('what is refused when it is saved has an error that says so, at its place', () => {
    let refused = 0
    fc.assert(
      fc.property(policies, ({ kind, text }) => {
        if (agrees(text, kind)) refused++
      }),
      { numRuns: 3000 },
    )
    assert.ok(refused > 300 && refused < 2900, `${refused} of 3000 policies were refused`)
  })

  for (const kind of KINDS) {
    test(`a policy without such an error can be saved, and the reverse (${kind})`, () => {
      let refused = 0
      const written = fc.record({ document: legalPolicies(kind), step: fc.option(change, { nil: undefined, freq: 3 }) })
      fc.assert(
        fc.property(written, ({ document, step }) => {
          if (step === undefined) assert.equal(agrees(JSON.stringify(document), kind), false)
          else if (agrees(JSON.stringify(mutate(document, step)) ?? '', kind)) refused++
        }),
        { numRuns: 300 },
      )
      assert.ok(refused > 90 && refused < 210, `${refused} of 300 policies were refused`)
    })
  }

  test('every finding has a code that an example shows, and points at the element that its path leads to', () => {
    fc.assert(
      fc.property(policies, ({ kind, text }) => {
        for (const { code, path, span } of lintPolicy(text, { kind, ownAccounts: OWN_ACCOUNTS })) {
          assert.ok(CODES.has(code), code)
          if (code === 'JSON_SYNTAX_ERROR') continue
          const pointed: unknown = JSON.parse(text.slice(span.start.offset, span.end.offset))
          const value = path.reduce<unknown>((at, step) => Reflect.get(Object(at), step), JSON.parse(text))
          if (pointed !== path.at(-1)) assert.deepEqual(pointed, value)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('findings come in the order of the text', () => {
    fc.assert(
      fc.property(policies, ({ kind, text }) => {
        const offsets = lintPolicy(text, { kind }).map(({ span }) => span.start.offset)
        assert.deepEqual(
          offsets,
          offsets.toSorted((a, b) => a - b),
        )
      }),
    )
  })

  test('any text has findings and never a throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...KINDS), (text, kind) => {
        assert.deepEqual(
          lintPolicy(text, { kind }).map(({ code, path }) => ({ code, path })),
          [{ code: 'JSON_SYNTAX_ERROR', path: [] }],
        )
      }),
    )
  })
})

function isAt(offset: number, refusal: MalformedPolicyDocument): boolean {
  return offset === refusal.offset
}

function says(details: string, { message }: MalformedPolicyDocument): boolean {
  return details.includes(message.slice(0, 40))
}
