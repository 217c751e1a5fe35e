import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldCase } from '../../src/model/index.ts'

test('letters beyond ASCII stay what they are: none becomes an ASCII letter, none another of its kind', () => {
  for (const text of ['\u212a', '\u0130', '\u017f', 'É', 'Σ', '\u{10400}', '\ud800']) assert.equal(foldCase(text), text)
})

test('no character but the 26 capitals is changed', () => {
  for (let point = 0x5b; point <= 0xffff; point++) {
    const text = String.fromCharCode(point)
    if (foldCase(text) !== text) assert.fail(`U+${point.toString(16)} is changed`)
  }
})

test('ASCII capitals become small, beside other letters too', () => {
  assert.equal(foldCase('sts:AssumeRole'), 'sts:assumerole')
  assert.equal(foldCase('ÉcoleK\u212aABZ@[`{'), 'ÉcolekKabz@[`{'.replace('kK', 'k\u212a'))
})
