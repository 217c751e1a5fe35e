import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { PROMISES } from './promises.ts'

const TESTS = new URL('../../', import.meta.url)

test('every promise of the metadata service names tests that there are', async () => {
  const texts = new Map<string, string>()
  for (const [what, file, ...titles] of PROMISES) {
    const text = texts.get(file) ?? (await readFile(new URL(file, TESTS), 'utf8'))
    texts.set(file, text)
    assert.ok(titles.length > 0, what)
    for (const title of titles) assert.ok(text.includes(title), `${what}: there is no test "${title}" in test/${file}`)
  }
})
