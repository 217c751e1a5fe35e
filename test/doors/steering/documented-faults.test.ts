import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { steeringSchemas } from '../../../src/doors/steering/index.ts'

const DOCS = new URL('../../../docs/testing.md', import.meta.url)

/** The members of a schema, and every name that one of them takes. */
function wordsOf(schema: object): readonly string[] {
  const { properties = {} }: { properties?: Record<string, object> } = schema
  const { variants = {}, document = {} } = properties
  const named = [...JSON.stringify([variants, document]).matchAll(/"enum":(\[[^\]]*\])/g)]
  return [...Object.keys(properties), ...named.flatMap(([, list = '[]']) => JSON.parse(list))]
}

test('what clients do is said of everything that an instance and a container can be steered to', async () => {
  const text = await readFile(DOCS, 'utf8')
  const section = text.slice(text.indexOf('## What clients do'))
  const { instance, container } = steeringSchemas()
  const members = new Set([...wordsOf(instance), ...wordsOf(container)])
  assert.ok(members.has('tokenNewline') && members.has('fractional') && members.has('lifecycle'))
  const answers = ['reset', 'none', 'stall', '400', '401', '403', '404', '405', '429', '500', '502', '503', '504']
  for (const each of [...members, ...answers, 'rotate', 'expire', 'voidTokens']) {
    assert.match(section, new RegExp(`\\b${each}`), each)
  }
})
