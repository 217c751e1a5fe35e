import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { lintPolicy } from '../../../../src/engines/policy/index.ts'
import { REFUSALS } from '../../../../src/engines/policy/lint/grammar.ts'
import { EXAMPLES, OWN_ACCOUNTS, textOf } from './examples.ts'

describe('a policy gets a finding, at its place, and the policy beside it does not', () => {
  for (const [code, type, kind, at, found, notFound] of EXAMPLES) {
    test(`${code} at ${at} (${kind})`, () => {
      const options = { kind, ownAccounts: OWN_ACCOUNTS }
      const text = textOf(kind, found)
      const findings = lintPolicy(text, options).filter((finding) => finding.code === code)
      const places = findings.map(({ span }) => text.slice(span.start.offset, span.end.offset))
      assert.ok(places[0]?.startsWith(at), `${code} at ${JSON.stringify(places)}`)
      assert.equal(findings[0]?.type, type)
      assert.match(findings[0]?.details ?? '', /^[^\n]{20,}[.:]/)
      assert.deepEqual(
        lintPolicy(textOf(kind, notFound), options).filter((finding) => finding.code === code && finding.type === type),
        [],
      )
    })
  }
})

test('the documentation lists exactly the codes that have examples', () => {
  const page = readFileSync(new URL('../../../../docs/lint.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('|'))
  const listed = rows.flatMap((row) => [...row.matchAll(/`([\w-]{6,})`/g)].map(([, code]) => code))
  const shown = EXAMPLES.map(([code]) => code)
  assert.deepEqual([...new Set(listed)].toSorted(), [...new Set(shown)].toSorted())
})

test('every reason to refuse a policy has an example', () => {
  const shown = new Set(EXAMPLES.map(([code]) => code))
  assert.deepEqual(
    Object.keys(REFUSALS).filter((code) => !shown.has(code)),
    [],
  )
})
