import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { IAM } from '../../../src/operations/iam/index.ts'
import { keysOf, kindOf } from './access-words.ts'
import { accessesOfAll } from './accesses.ts'
import { iamTable } from './iam-table.ts'
import { AUTHORIZATION } from './model.ts'

/** Lists that AWS documents without a resource and answers refusals of with one: `user/` and the path that is asked for. */
const LISTS: ReadonlySet<string> = new Set([
  'ListUsers',
  'ListGroups',
  'ListRoles',
  'ListPolicies',
  'ListInstanceProfiles',
  'ListVirtualMFADevices',
])

/** Told of security keys alone, which only a browser can register. */
const OF_SECURITY_KEYS = /^iam:(?:RegisterSecurityKey|FIDO-)/

const PAGE = new URL('../../../docs/iam.md', import.meta.url)

describe('what actions of IAM ask of policies', () => {
  test('docs/iam.md says it', async (t) => {
    const page = iamTable(await accessesOfAll(t))
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, page)
    assert.equal(readFileSync(PAGE, 'utf8'), page, 'docs/iam.md is out of date: run this test with UPDATE_DOCS=1')
  })

  test('is on resources, and under keys, that AWS documents', async (t) => {
    const wrong: string[] = []
    for (const [name, accesses] of await accessesOfAll(t)) {
      const documented = AUTHORIZATION.actions[name]
      assert.ok(documented, name)
      const allowed = [`iam:${name}`, ...(documented.dependent ?? [])]
      for (const access of accesses) {
        const kind = kindOf(access.resource)
        if (!allowed.includes(access.action)) wrong.push(`${name} asks for ${access.action}`)
        if (access.action !== `iam:${name}`) continue
        const isKnown =
          documented.resources.length === 0 ? kind === '`*`' || LISTS.has(name) : documented.resources.includes(kind)
        if (!isKnown) wrong.push(`${name} is on ${kind}, and AWS documents ${documented.resources.join(', ') || '*'}`)
        const keys = documented.keys.map((key) => key.replace(/\/.*/, ''))
        for (const key of keysOf(access)) {
          if (!key.includes('ResourceTag') && !keys.includes(key)) wrong.push(`${name} tells ${key}`)
        }
      }
    }
    assert.deepEqual(wrong, [])
  })

  test('every key that AWS documents is told', async (t) => {
    const accesses = await accessesOfAll(t)
    const missing: string[] = []
    for (const name of IAM.operations.keys()) {
      const told = new Set(accesses.get(name)?.flatMap(keysOf))
      for (const key of AUTHORIZATION.actions[name]?.keys ?? []) {
        const wanted = key.replace(/\/.*/, '')
        if (!wanted.includes('ResourceTag') && !OF_SECURITY_KEYS.test(wanted) && !told.has(wanted))
          missing.push(`${name} does not tell ${wanted}`)
      }
    }
    assert.deepEqual(missing, [])
  })
})
