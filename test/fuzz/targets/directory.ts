import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { prepareNode } from '../../../src/compose/index.ts'
import { DirectoryMistakes } from '../../../src/domain/directory/index.ts'
import { applyDirectory, resetDirectory } from '../../../src/operations/broker/index.ts'
import { readDirectoryFile } from '../../../src/operations/loading/directory-file.ts'
import type { DirectorySource } from '../../../src/operations/loading/directory-source.ts'
import { DirectoryFileError } from '../../../src/operations/loading/index.ts'
import { loadConfig } from '../../../src/platform/config/index.ts'
import { type Edit, edited, edits } from '../edits.ts'
import type { Target } from '../fuzz.ts'
import { inLinearTime } from '../linear-time.ts'

interface Input {
  readonly original: number
  readonly changes: readonly Edit[]
}

/** Every property that there is. */
const EVERYTHING = `Accounts:
  - Id: "111111111111"
    Alias: source
    Root: { AccessKeys: [{ AccessKeyId: AKIAROOTROOTROOT1111, SecretAccessKey: wJalrXUtnFEMI/K7MDENG, Status: Inactive }] }
    Groups: [{ GroupName: admins, Path: /a/, ManagedPolicyArns: ["arn:aws:iam::111111111111:policy/limit"], Policies: [] }]
    ManagedPolicies: [{ ManagedPolicyName: limit, Path: /, PolicyDocument: &all { Version: "2012-10-17", Statement: { Effect: Allow, Action: "*", Resource: "*" } } }]
    Users: [{ UserName: alice, Groups: [admins], PermissionsBoundary: "arn:aws:iam::aws:policy/AdministratorAccess", Tags: [{ Key: k, Value: v }], AccessKeys: [{}] }]
    Roles: [{ RoleName: r, MaxSessionDuration: 7200, Policies: [{ PolicyName: p, PolicyDocument: *all }], PermissionsBoundary: null,
      AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:user/alice"},"Action":"sts:AssumeRole"}]}' }]
`
const ORIGINALS = [readFileSync(new URL('../../../examples/quickstart.yaml', import.meta.url), 'utf8'), EVERYTHING]

const SNIPPETS = [
  ...[
    '\n',
    '  ',
    '\t',
    '- ',
    ': ',
    ', ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '|\n',
    '>\n',
    '#',
    '\0',
    '\ufeff',
    '\u2028',
    '? ',
  ],
  ...[
    '&a ',
    '*a',
    '&a [*a]',
    '&all ',
    '*all',
    '<<: *all',
    '!!binary ',
    '!!set ',
    '!!timestamp 2001-01-01',
    '!!omap ',
    '!x ',
  ],
  ...[
    '%YAML 1.1\n---\n',
    '---\n',
    '...\n',
    '%TAG ! !\n',
    'null',
    '~',
    '.nan',
    '0x1f',
    '1e999',
    '-0',
    'true',
    '2001-01-01',
  ],
  ...['__proto__: ', 'constructor: ', 'toString', 'arn:aws:iam::aws:policy/x', '"111111111111"', 'abc', '\\u0000'],
  ...[
    'Accounts:',
    'Users: ',
    'Roles: ',
    'Path: /',
    'PolicyDocument: ',
    '{"Version"',
    '[]',
    '{}',
    'AccessKeys: [{}, {}, {}]',
  ],
]

/** Directory files: what is wrong in one is told, whatever it is. */
export const directory: Target<Input> = {
  name: 'directory',
  async open() {
    const content = { data: ':memory:', logLevel: 'silent' }
    const node = await prepareNode(loadConfig({ file: { name: 'fuzz', content } }))
    await node.operate(resetDirectory, { Accounts: [] })
    const textOf = ({ original, changes }: Input) => edited(ORIGINALS[original] ?? '', changes)
    return {
      inputs: fc.record({ original: fc.nat(ORIGINALS.length - 1), changes: edits(SNIPPETS) }),
      async check(input) {
        const text = textOf(input)
        await inLinearTime(text.length, () => load(text))
      },
      async close() {
        await node.stop()
        return ''
      },
    }

    async function load(text: string): Promise<void> {
      const source = read(text)
      if (source === undefined) return
      try {
        const { desired } = source
        const told = await node.operate(applyDirectory, { desired, prune: true, dryRun: true })
        assert.ok(!told.applied)
        const done = await node.operate(applyDirectory, { desired, prune: true, dryRun: false })
        assert.equal(told.changes.length, done.changes.length)
        const again = await node.operate(applyDirectory, { desired, prune: true, dryRun: false })
        assert.deepEqual(again, { applied: false, changes: [], warnings: [] })
        await node.operate(resetDirectory, { Accounts: [] })
      } catch (error) {
        if (!(error instanceof DirectoryMistakes)) throw error
        for (const mistake of error.mistakes) assert.match(source.describe(mistake), /^fuzz\.yaml:[0-9]+:[0-9]+: /)
      }
    }
  },
}

function read(text: string): DirectorySource | undefined {
  try {
    return readDirectoryFile(text, 'fuzz.yaml')
  } catch (error) {
    if (error instanceof DirectoryFileError) return undefined
    throw error
  }
}
