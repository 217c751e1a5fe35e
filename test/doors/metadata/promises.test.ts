import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { declaredTests } from './declared-tests.ts'
import { PROMISES } from './promises.ts'

const TESTS = new URL('../../', import.meta.url)

test('every promise of the metadata service names tests that there are', async () => {
  const texts = new Map<string, string>()
  for (const [what, file, ...titles] of PROMISES) {
    const text = texts.get(file) ?? declaredTests(await readFile(new URL(file, TESTS), 'utf8'))
    texts.set(file, text)
    assert.ok(titles.length > 0, what)
    for (const title of titles) assert.ok(text.includes(title), `${what}: there is no test "${title}" in test/${file}`)
  }
})

test('a test that is commented out or skipped shows nothing', () => {
  const other = "test('another', () => {})"
  assert.ok(declaredTests(`${other}\ntest('a rule // of it', () => {})`).includes('a rule // of it'))
  assert.ok(!declaredTests(`${other}\n// test('a rule', () => {})`).includes('a rule'))
  assert.ok(!declaredTests(`${other}\n/* test('a rule', () => {}) */`).includes('a rule'))
  for (const skipped of [
    "test.skip('a rule', () => {})",
    "test.todo('a rule')",
    "suite.skip('a rule', () => {})",
    "test('a rule', { skip: true }, () => {})",
    "test('a rule', { skip: 'later' }, () => {})",
  ]) {
    assert.throws(() => declaredTests(`${other}\n${skipped}`), /never run/)
  }
  assert.throws(() => declaredTests('const rows = []'), /declares no tests/)
})
