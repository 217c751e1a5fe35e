import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeAt, fittingStep, stepOf } from '../../../src/domain/mfa/code-steps.ts'
import { epochMillis, Secret } from '../../../src/model/index.ts'
import { fc } from '../../fast-check.ts'

/** `12345678901234567890`, the secret of the RFCs' examples. */
const BYTES = Buffer.from('12345678901234567890', 'latin1')
const SEED = new Secret('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')

test('codes are those of RFC 4226', () => {
  const codes = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ')
  for (const [counter, code] of codes.entries()) assert.equal(codeAt(BYTES, counter), code)
})

test('codes are those of RFC 6238, the last six digits of them', () => {
  const at: readonly (readonly [number, string])[] = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ]
  for (const [seconds, code] of at) {
    assert.equal(codeAt(BYTES, stepOf(epochMillis(seconds * 1000))), code.slice(2))
  }
})

test('a step begins every thirty seconds', () => {
  for (const [ms, step] of [
    [0, 0],
    [29_999, 0],
    [30_000, 1],
    [59_999, 1],
  ] as const) {
    assert.equal(stepOf(epochMillis(ms)), step)
  }
})

const CODE = codeAt(BYTES, 1000)

for (const text of [
  '',
  CODE.slice(1),
  `${CODE}0`,
  `0${CODE}`,
  ` ${CODE.slice(1)}`,
  `${CODE}\n`,
  'abcdef',
  '-12345',
  '1e5000',
  '١٢٣٤٥٦',
  '１２３４５６',
  '12345\u0000',
]) {
  test(`a text that is not six digits is no code, and breaks nothing: ${JSON.stringify(text)}`, () => {
    assert.equal(fittingStep({ seed: SEED, codes: [text] }, 999, 1001), undefined)
  })
}

test('no other text than the code of one of the steps fits', () => {
  const own = new Set([999, 1000, 1001].map((step) => codeAt(BYTES, step)))
  const digits = fc.stringMatching(/^[0-9]{6}$/)
  fc.assert(
    fc.property(fc.oneof(digits, fc.string(), fc.string({ unit: 'binary' })), (text) => {
      assert.equal(fittingStep({ seed: SEED, codes: [text] }, 999, 1001) !== undefined, own.has(text))
    }),
  )
})

test('a code fits its own step, first and last ones included, and none beside', () => {
  const asked = { seed: SEED, codes: [CODE] }
  for (const [first, last] of [
    [1000, 1000],
    [999, 1001],
    [1000, 1240],
    [760, 1000],
  ] as const) {
    assert.equal(fittingStep(asked, first, last), 1000)
  }
  assert.equal(fittingStep(asked, 1001, 1003), undefined)
  assert.equal(fittingStep(asked, 997, 999), undefined)
})

test('two codes fit when they follow each other, and in no other order', () => {
  const next = codeAt(BYTES, 1001)
  const fits = (...codes: readonly string[]) => fittingStep({ seed: SEED, codes }, 990, 1010)
  assert.equal(fits(CODE, next), 1000)
  assert.equal(fits(next, CODE), undefined)
  assert.equal(fits(CODE, CODE), undefined)
  assert.equal(fits(CODE, codeAt(BYTES, 1002)), undefined)
  assert.equal(fits(codeAt(BYTES, 1010), codeAt(BYTES, 1011)), 1010)
  assert.equal(fits(codeAt(BYTES, 1011), codeAt(BYTES, 1012)), undefined)
})

test('a code that two steps have in common is that of the later one, so that it is spent in both', () => {
  const seen = new Map<string, number>()
  let step = 0
  while (!seen.has(codeAt(BYTES, step))) seen.set(codeAt(BYTES, step), step++)
  const code = codeAt(BYTES, step)
  assert.equal(fittingStep({ seed: SEED, codes: [code] }, (seen.get(code) ?? 0) - 1, step + 1), step)
})
