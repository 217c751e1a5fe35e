import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readDirectoryFile } from '../../../src/operations/loading/directory-file.ts'
import { readDirectoryObject } from '../../../src/operations/loading/directory-source.ts'
import { DirectoryFileError } from '../../../src/operations/loading/index.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

function refusal(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    assert.ok(error instanceof DirectoryFileError, String(error))
    return error.message
  }
  return assert.fail('it was taken')
}

/** A file whose policy has a condition of that value, which stands at line 8, column 24. */
function fileWith(value: string, head = ''): string {
  return `${head}Accounts:
  - Id: "111111111111"
    ManagedPolicies:
      - ManagedPolicyName: p
        PolicyDocument:
          Condition:
            StringEquals:
              aws:PrincipalTag: ${value}
`
}

function documentOf(value: string): unknown {
  const { desired } = readDirectoryFile(fileWith(value), 'd.yaml')
  return JSON.parse(desired.Accounts[0]?.ManagedPolicies[0]?.PolicyDocument ?? '').Condition.StringEquals
}

describe('a value without quotes that would become another is refused at its place', () => {
  for (const value of [
    ...['012345678901', '0x10', '0o17', '1e3', '1.0', '+1', '-0', '.5', '.inf', '.NaN', 'True', 'FALSE'],
    ...['12345678901234567890', '!!int "012"', '!!binary aGVsbG8=', '!!timestamp 2026-01-01'],
  ]) {
    test(value, () => {
      const { length } = /^(?:!\S+ )?/.exec(value)?.[0] ?? ''
      assert.equal(
        refusal(() => readDirectoryFile(fileWith(value), 'd.yaml')),
        `d.yaml:8:${33 + length}: would not be kept as it is written: put it in quotes`,
      )
    })
  }
})

describe('so is, in YAML 1.1,', () => {
  for (const value of ['2026-01-01', '1_000', 'yes', 'Off', '190:20:30', '017']) {
    test(value, () => {
      const message = refusal(() => readDirectoryFile(fileWith(value, '%YAML 1.1\n---\n'), 'd.yaml'))
      assert.equal(message, 'd.yaml:10:33: would not be kept as it is written: put it in quotes')
    })
  }
})

test('names of properties are held to the same', () => {
  const file = 'Accounts: [{ Id: "111111111111", Users: [{ UserName: a, Policies: [{ 012: x }] }] }]'
  assert.match(
    refusal(() => readDirectoryFile(file, 'd.yaml')),
    /^d\.yaml:1:70: would not be kept/,
  )
})

test('a value that is used through an alias is refused where it is written', () => {
  const file = `Accounts: [{ Id: "111111111111", Alias: &a 012345678901, ManagedPolicies: [{ PolicyDocument: { k: *a } }] }]`
  assert.match(
    refusal(() => readDirectoryFile(file, 'd.yaml')),
    /^d\.yaml:1:44: would not be kept/,
  )
})

test('an account id without quotes whose zero would be lost is refused', () => {
  assert.equal(
    refusal(() => readDirectoryFile('Accounts:\n  - Id: 012345678901\n', 'd.yaml')),
    'd.yaml:2:9: would not be kept as it is written: put it in quotes',
  )
})

for (const [value, kept] of [
  ['42', 42],
  ['-7', -7],
  ['1.5', 1.5],
  ['true', true],
  ['false', false],
  ['"012345678901"', '012345678901'],
  ["'0x10'", '0x10'],
  ['!!str 012', '012'],
  // Texts to YAML 1.2.
  ['2026-01-01', '2026-01-01'],
  ['1_000', '1_000'],
  ['yes', 'yes'],
] as const) {
  test(`${value} is kept as it is written`, () => assert.deepEqual(documentOf(value), { 'aws:PrincipalTag': kept }))
}

describe('what JSON would drop from a document is refused:', () => {
  for (const [what, Condition] of [
    ['a Map', new Map([['StringEquals', {}]])],
    ['inherited members', Object.create({ StringEquals: {} })],
  ] as const) {
    test(what, () => {
      const ManagedPolicies = [{ ManagedPolicyName: 'p', PolicyDocument: { Statement: { Condition } } }]
      assert.equal(
        refusal(() => readDirectoryObject({ Accounts: [{ Id: '111111111111', ManagedPolicies }] })),
        'directory: Accounts[0].ManagedPolicies[0].PolicyDocument: must be a policy document',
      )
    })
  }
})

for (const tag of ['!!omap [StringEquals: 1]', '!!set { StringEquals }']) {
  test(`what JSON would drop from a document in a file is refused: ${tag}`, () => {
    assert.equal(
      refusal(() => readDirectoryFile(fileWith(tag), 'd.yaml')),
      'd.yaml:5:9: Accounts[0].ManagedPolicies[0].PolicyDocument: must be a policy document',
    )
  })
}

test('an object’s member called __proto__ is refused like any other that does not exist', () => {
  const account =
    '{ "Id": "111111111111", "Users": [{ "UserName": "a", "__proto__": { "Path": "/x/" } }], "__proto__": 1 }'
  const message = refusal(() => readDirectoryObject(JSON.parse(`{ "Accounts": [${account}], "__proto__": {} }`)))
  assert.deepEqual(message.split('\n').sort(), [
    'directory: Accounts[0].Users[0].__proto__: there is no such property here',
    'directory: Accounts[0].__proto__: there is no such property here',
    'directory: __proto__: there is no such property here',
  ])
})

describe('no mistake repeats a secret, wherever it stands:', () => {
  const users = (key: string) =>
    `Accounts: [{ Id: "111111111111", Users: [{ UserName: a, AccessKeys: [{ ${key} }] }] }]`
  for (const [what, file] of [
    ['as the name of a property', users(`${SECRET}: AKIAIOSFODNN7EXAMPLE`)],
    ['as the name of two', users(`${SECRET}: 1, ${SECRET}: 2`)],
    ['as a status', users(`Status: ${SECRET}`)],
    ['as the only thing', `Accounts: [{ Id: "111111111111", Root: { AccessKeys: ${SECRET} } }]`],
    ['as a tag', users(`SecretAccessKey: !${SECRET}`)],
    ['as a tag of a handle', users(`SecretAccessKey: !x!${SECRET}`)],
    ['as an alias', users(`SecretAccessKey: *${SECRET}`)],
    ['as a number', users('SecretAccessKey: 01234567890123456789')],
    ['as the head of a block', `Accounts:\n  - Root:\n      AccessKeys:\n        - SecretAccessKey: |${SECRET}\n`],
    ['after a text that ended', `Accounts:\n  - Root:\n      AccessKeys:\n        - SecretAccessKey: "" ${SECRET}\n`],
    ['as a directive', `%${SECRET}\n---\nAccounts: []\n`],
    ['as another token', `Accounts: []\n...\n}${SECRET}`],
  ] as const) {
    test(what, () => {
      const message = refusal(() => readDirectoryFile(file, 'd.yaml'))
      for (const part of [SECRET.slice(0, 8), '01234567']) assert.ok(!message.includes(part), message)
    })
  }
})

describe('of more than a hundred mistakes the message lists a hundred, and says how many more there are', () => {
  for (const [kind, file] of [
    ['of syntax', `Accounts:\n${'  - !x a\n'.repeat(250)}`],
    ['of values', `Accounts:\n${'  - 0x1\n'.repeat(250)}`],
    ['of shape', `Accounts:\n${'  - Id: 1\n'.repeat(250)}`],
  ] as const) {
    test(kind, () => {
      const lines = refusal(() => readDirectoryFile(file, 'd.yaml')).split('\n')
      assert.equal(lines.length, 101)
      assert.match(lines[99] ?? '', /^d\.yaml:101:/)
      assert.equal(lines[100], 'and 150 more')
    })
  }
})
