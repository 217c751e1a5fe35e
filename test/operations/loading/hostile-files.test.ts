import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDirectoryFile } from '../../../src/operations/loading/directory-file.ts'
import { readDirectoryObject } from '../../../src/operations/loading/directory-source.ts'
import { DirectoryFileError } from '../../../src/operations/loading/index.ts'

function refusal(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    assert.ok(error instanceof DirectoryFileError, String(error))
    return error.message
  }
  return assert.fail('it was taken')
}

const REFUSED: readonly (readonly [rule: string, text: string, message: RegExp])[] = [
  ['an alias before its anchor', 'Accounts: *a', /^d\.yaml: Unresolved alias/],
  ['aliases that unfold without end', unfolding(), /^d\.yaml: .*Excessive alias count/],
  ['a merge of what is no mapping', '%YAML 1.1\n---\nAccounts: [{ <<: 1 }]', /^d\.yaml: .*Merge sources must be maps/],
  ['nesting without end', `Accounts: ${'['.repeat(10_000)}`, /^d\.yaml:1:[0-9]+: /],
  ['nesting that ends too late', `${'- '.repeat(10_000)}x\nAccounts: []`, /^d\.yaml: .*call stack/],
  ['a property that stands twice', 'Accounts: []\nAccounts: []', /^d\.yaml:2:1: this property stands here twice$/],
  [
    'a property that stands twice in other types',
    'Accounts: [{ 1: a, "1": b }]',
    /^d\.yaml:1:20: this property stands here twice$/,
  ],
  [
    'a property twice in a document',
    documentOf('{ a: 1, b: { c: 1, c: 2 } }'),
    /:1:[0-9]+: this property stands here twice$/,
  ],
  ['a property named by a list', 'Accounts: [{ [a]: b }]', /^d\.yaml:1:14: the name of a property is a text$/],
  ['a property named by an alias', 'Accounts: [&a b, { *a : c }]', /^d\.yaml:1:20: the name of a property is a text$/],
  ['a document that contains itself', documentOf('&d { Version: *d }'), /PolicyDocument: must be a policy document$/],
]

for (const [rule, text, message] of REFUSED) {
  test(`a directory file with ${rule} is refused, and nothing else is thrown`, () => {
    assert.match(
      refusal(() => readDirectoryFile(text, 'd.yaml')),
      message,
    )
  })
}

test('a directory object with a document that contains itself is refused', () => {
  const PolicyDocument: Record<string, unknown> = {}
  PolicyDocument['Statement'] = [PolicyDocument]
  const ManagedPolicies = [{ ManagedPolicyName: 'p', PolicyDocument }]
  assert.match(
    refusal(() => readDirectoryObject({ Accounts: [{ Id: '111111111111', ManagedPolicies }] })),
    /^directory: Accounts\[0\]\.ManagedPolicies\[0\]\.PolicyDocument: must be a policy document$/,
  )
})

test('reading takes time that grows with the file, and no faster', () => {
  const properties = Array.from({ length: 30_000 }, (_, index) => `k${index}: 1`)
  const startedAt = performance.now()
  const message = refusal(() => readDirectoryFile(properties.join('\n'), 'd.yaml'))
  assert.match(message, /^d\.yaml:1:1: more than 1000 properties stand here$/)
  // Comparing each with every other takes minutes.
  assert.ok(performance.now() - startedAt < 5000)
})

function documentOf(yaml: string): string {
  return `Accounts: [{ Id: "111111111111", ManagedPolicies: [{ ManagedPolicyName: p, PolicyDocument: ${yaml} }] }]`
}

function unfolding(): string {
  const levels = Array.from({ length: 5 }, (_, level) => `l${level}: &l${level} [${`*l${level - 1},`.repeat(10)}]`)
  return levels.join('\n').replaceAll('*l-1', 'x')
}
