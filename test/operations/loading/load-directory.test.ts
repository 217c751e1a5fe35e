import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import {
  DirectoryFileError,
  type DirectoryInput,
  loadDirectory,
  readDirectories,
} from '../../../src/operations/loading/index.ts'
import { aBroker, applyTo, SOURCE, TARGET, type TestBroker } from '../../pipeline/samples.ts'
import { signer } from '../../saml/certificates.ts'
import { ENTITY_ID, metadata } from '../../saml/saml-idp.ts'

async function aFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

/** Loads inputs; gives what is wrong with them, line by line, the folder's name left out. */
async function mistakesOf({ broker }: TestBroker, ...inputs: readonly (string | DirectoryInput)[]): Promise<string[]> {
  try {
    await loadDirectory(await readDirectories(inputs), applyTo(broker))
  } catch (error) {
    assert.ok(error instanceof DirectoryFileError, String(error))
    return error.message.replaceAll(/^\/\S+\//gm, '').split('\n')
  }
  return []
}

/** What is wrong with the text of a file; nothing of it was applied. */
async function refused(t: TestContext, text: string): Promise<string[]> {
  const file = join(await aFolder(t), 'd.yaml')
  await writeFile(file, text)
  const broker = await aBroker(t)
  const mistakes = await mistakesOf(broker, file)
  assert.equal(await broker.world.storage.changes.last(), 0)
  return mistakes
}

/** Each file, and the lines that say what is wrong in it. */
const MISTAKES: readonly (readonly [rule: string, text: string, ...mistakes: readonly string[]])[] = [
  ['nothing in it', '# nothing\n', 'd.yaml:1:1: the directory: Invalid input: expected object, received null'],
  [
    'a list in place of the directory',
    '- Accounts',
    'd.yaml:1:1: the directory: Invalid input: expected object, received array',
  ],
  ['no accounts', '{}', 'd.yaml:1:1: Accounts: Invalid input: expected array, received undefined'],
  ['a syntax error', 'Accounts:\n  - Id: "111111111111\n', 'd.yaml:3:1: Missing closing "quote'],
  ['an indentation by a tab', 'Accounts:\n\t- Id: x', 'd.yaml:2:1: Tabs are not allowed as indentation'],
  ['a second document', 'Accounts: []\n---\nAccounts: []', 'd.yaml:2:1: Source contains multiple documents'],
  [
    "a tag of CloudFormation's, which means nothing here",
    'Accounts:\n  - Id: "111111111111"\n    Alias: !Sub stack-alias\n',
    'd.yaml:3:12: Unresolved tag',
  ],
  [
    'an account id without quotes',
    'Accounts:\n  - Id: 111111111111\n',
    'd.yaml:2:9: Accounts[0].Id: must be 12 digits, in quotes',
  ],
  [
    'properties that do not exist, each at its own place',
    `Accounts:
  - Id: "111111111111"
    Usrs: []
    Users:
      - UserName: alice
        path: /
        AccessKeys: [{ Id: AKIAIOSFODNN7EXAMPLE }]
Organisation:
  ManagementAccountId: x
`,
    'd.yaml:7:28: Accounts[0].Users[0].AccessKeys[0].Id: there is no such property here',
    'd.yaml:6:15: Accounts[0].Users[0].path: there is no such property here',
    'd.yaml:3:5: Accounts[0].Usrs: there is no such property here',
    'd.yaml:8:1: Organisation: there is no such property here',
  ],
  [
    'wrong types',
    `Accounts:
  - Id: "111111111111"
    Users: { alice: {} }
    Roles:
      - RoleName: [Deployer]
        AssumeRolePolicyDocument: 4
        MaxSessionDuration: 1h
`,
    'd.yaml:3:5: Accounts[0].Users: Invalid input: expected array, received object',
    'd.yaml:5:9: Accounts[0].Roles[0].RoleName: Invalid input: expected string, received array',
    'd.yaml:6:35: Accounts[0].Roles[0].AssumeRolePolicyDocument: must be a policy document',
    'd.yaml:7:29: Accounts[0].Roles[0].MaxSessionDuration: Invalid input: expected number, received string',
  ],
  [
    'required properties that are missing, at the thing they are missing in',
    'Accounts:\n  - Users:\n      - Path: /\n',
    'd.yaml:2:5: Accounts[0].Id: must be 12 digits, in quotes',
    'd.yaml:3:9: Accounts[0].Users[0].UserName: Invalid input: expected string, received undefined',
  ],
  [
    'rules that are broken, AWS’s text at the element of the document',
    `Accounts:
  - Id: "111111111111"
    Alias: A
    ManagedPolicies:
      - ManagedPolicyName: limit
        PolicyDocument:
          Version: "2012-10-17"
          Statement: [{ Effect: Allow, Action: "*", Resource: "*", Principal: "*" }]
    Roles:
      - RoleName: Deployer
        AssumeRolePolicyDocument: "{"
        PermissionsBoundary: arn:aws:iam::111111111111:policy/gone
  - Id: "2"
`,
    'd.yaml:3:12: Accounts[0].Alias: "A" must be 3 to 63 lower-case letters, digits and single hyphens, and not 12 digits',
    'd.yaml:8:79: Accounts[0].ManagedPolicies[0].PolicyDocument.Statement[0].Principal: Policy document should not specify a principal.',
    'd.yaml:11:37: Accounts[0].Roles[0].AssumeRolePolicyDocument: This policy contains invalid Json',
    'd.yaml:12:30: Accounts[0].Roles[0].PermissionsBoundary: there is no managed policy arn:aws:iam::111111111111:policy/gone',
    'd.yaml:13:9: Accounts[1].Id: "2" must be 12 digits, in quotes',
  ],
  [
    'an account number in a policy without quotes',
    `Accounts:
  - Id: "111111111111"
    Roles:
      - RoleName: Deployer
        AssumeRolePolicyDocument:
          Statement: [{ Effect: Allow, Principal: { AWS: 111111111111 }, Action: sts:AssumeRole }]
`,
    'd.yaml:6:58: Accounts[0].Roles[0].AssumeRolePolicyDocument.Statement[0].Principal.AWS: Syntax error in policy.',
  ],
  [
    'an element of a policy that JavaScript would swallow',
    `Accounts:
  - Id: "111111111111"
    ManagedPolicies:
      - ManagedPolicyName: limit
        PolicyDocument: { Version: "2012-10-17", __proto__: 1, Statement: [{ Effect: Allow, Action: "*", Resource: "*" }] }
`,
    'd.yaml:5:50: Accounts[0].ManagedPolicies[0].PolicyDocument.__proto__: Syntax errors in policy.',
  ],
]

describe('a directory file is refused, each mistake with its line and column, for', () => {
  for (const [rule, text, ...mistakes] of MISTAKES) {
    test(rule, async (t) => assert.deepEqual(await refused(t, text), mistakes))
  }
})

test('a file that cannot be read is named', async (t) => {
  const folder = await aFolder(t)
  const broker = await aBroker(t)
  await mkdir(join(folder, 'folder.yaml'))
  for (const [name, code] of [
    ['missing.yaml', 'ENOENT'],
    ['folder.yaml', 'EISDIR'],
    ['no\0file', 'ERR_INVALID_ARG_VALUE'],
  ] as const) {
    assert.deepEqual(await mistakesOf(broker, join(folder, name)), [`${name} cannot be read (${code})`])
  }
})

test('what is wrong in several files is told at once, of each kind of mistake', async (t) => {
  const folder = await aFolder(t)
  const broker = await aBroker(t)
  const files = {
    'a.yaml': 'Accounts: [',
    'b.yaml': 'Accounts:\n  - Id: 1\n',
    'c.yaml': 'Accounts: [{ Id: "111111111111" }]',
  }
  const paths = Object.keys(files).map((name) => join(folder, name))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  assert.deepEqual(await mistakesOf(broker, ...paths, join(folder, 'gone.yaml'), { Accounts: [], ...{ X: 1 } }), [
    'a.yaml:1:12: Flow sequence in block collection must be sufficiently indented and end with a ]',
    'b.yaml:2:9: Accounts[0].Id: must be 12 digits, in quotes',
    'gone.yaml cannot be read (ENOENT)',
    'directory: X: there is no such property here',
  ])
})

const trusting = (account: string, name: string) => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:role/${name}` }, Action: 'sts:AssumeRole' },
  ],
})

test('a mistake in one of several files is told at its place in that file', async (t) => {
  const folder = await aFolder(t)
  const broker = await aBroker(t)
  await writeFile(join(folder, 'a.yaml'), `Accounts: [{ Id: "${SOURCE}" }, { Id: "333333333333" }]`)
  await writeFile(join(folder, 'b.yaml'), `Accounts:\n  - Id: "${SOURCE}"\n  - Id: "444444444444"\n    Alias: X\n`)
  const object = { Accounts: [{ Id: '333333333333' }] }
  assert.deepEqual(await mistakesOf(broker, join(folder, 'a.yaml'), object, join(folder, 'b.yaml')), [
    'directory: Accounts[0].Id: "333333333333" stands here twice',
    'b.yaml:2:9: Accounts[0].Id: "111111111111" stands here twice',
    'b.yaml:4:12: Accounts[1].Alias: "X" must be 3 to 63 lower-case letters, digits and single hyphens, and not 12 digits',
  ])
})

test('roles in several files may trust each other, whatever the order, and an object counts as a file', async (t) => {
  const folder = await aFolder(t)
  const yaml = `Accounts:
  - Id: "${SOURCE}"
    Roles:
      - RoleName: A
        AssumeRolePolicyDocument: ${JSON.stringify(JSON.stringify(trusting(TARGET, 'B')))}
`
  const file = join(folder, 'a.yaml')
  await writeFile(file, yaml)
  const object = {
    Accounts: [{ Id: TARGET, Roles: [{ RoleName: 'B', AssumeRolePolicyDocument: trusting(SOURCE, 'A') }] }],
  }
  for (const inputs of [
    [file, object],
    [object, file],
  ]) {
    const broker = await aBroker(t)
    assert.deepEqual(await mistakesOf(broker, ...inputs), [])
    const a = await broker.world.directory.role(`arn:aws:iam::${SOURCE}:role/A`)
    const b = await broker.world.directory.role(`arn:aws:iam::${TARGET}:role/B`)
    assert.ok(a && b)
    assert.deepEqual(Object.values(a.trustedIds), [b.uniqueId])
    assert.deepEqual(Object.values(b.trustedIds), [a.uniqueId])
  }
})

test('an object is held to the same rules, its mistakes told by their path', async (t) => {
  const broker = await aBroker(t)
  const user = { UserName: 'alice', Groups: ['admins'] }
  assert.deepEqual(await mistakesOf(broker, { Accounts: [{ Id: SOURCE, Users: [user] }] }), [
    `directory: Accounts[0].Users[0].Groups[0]: account ${SOURCE} has no group "admins"`,
  ])
  const untyped: unknown = JSON.parse('{"Accounts":[{"Id":1,"Users":[{"UserName":"a","Tags":{}}]}]}')
  assert.deepEqual(await mistakesOf(broker, untyped as DirectoryInput), [
    'directory: Accounts[0].Id: must be 12 digits, in quotes',
    'directory: Accounts[0].Users[0].Tags: Invalid input: expected array, received object',
  ])
})

test('an object may hold characters beyond Latin-1, which a document that is text has to escape', async (t) => {
  const broker = await aBroker(t)
  const PolicyDocument = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringEquals: { k: 'Łódź 😀' } } },
  } as const
  const withDocument = (document: typeof PolicyDocument | string): DirectoryInput => ({
    Accounts: [{ Id: SOURCE, ManagedPolicies: [{ ManagedPolicyName: 'p', PolicyDocument: document }] }],
  })
  assert.equal((await mistakesOf(broker, withDocument(JSON.stringify(PolicyDocument)))).length, 1)
  assert.deepEqual(await mistakesOf(broker, withDocument(PolicyDocument)), [])
})

test('one policy can be said once and used in many places', async (t) => {
  const yaml = `Accounts:
  - Id: "${SOURCE}"
    Groups:
      - GroupName: a
        Policies: [&p { PolicyName: p, PolicyDocument: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "*", Resource: "*" } } }]
      - GroupName: b
        Policies: [*p]
`
  const file = join(await aFolder(t), 'd.yaml')
  await writeFile(file, yaml)
  const broker = await aBroker(t)
  assert.deepEqual(await mistakesOf(broker, file), [])
  const [a, b] = [await broker.world.directory.group(SOURCE, 'a'), await broker.world.directory.group(SOURCE, 'b')]
  assert.deepEqual(a?.policies, b?.policies)
})

test('what was loaded is recorded as the operator’s doing, without any of its secrets', async (t) => {
  const broker = await aBroker(t)
  const AccessKeys = [{ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', SecretAccessKey: 's3cret'.repeat(5) }]
  await loadDirectory(
    await readDirectories([{ Accounts: [{ Id: SOURCE, Users: [{ UserName: 'alice', AccessKeys }] }] }]),
    applyTo(broker.broker),
  )
  assert.equal(broker.log.taken.length, 1)
  const body = broker.log.taken[0]?.body ?? ''
  assert.partialDeepStrictEqual(JSON.parse(body), {
    userIdentity: { type: 'RolecallOperator' },
    eventName: 'ApplyDirectory',
    requestParameters: { accounts: [SOURCE] },
    responseElements: { applied: true, count: 3 },
  })
  assert.ok(!body.includes('s3cret'))
})

test('metadata of a SAML provider stands in a file beside the directory, or the place says why it cannot be read', async (t) => {
  const folder = await aFolder(t)
  const broker = await aBroker(t)
  const file = join(folder, 'directory.yaml')
  const naming = (name: string) =>
    writeFile(
      file,
      `Accounts:\n  - Id: "${SOURCE}"\n    SAMLProviders:\n      - { Name: corp, SamlMetadataDocument: "file:${name}" }\n`,
    )
  await naming('missing.xml')
  const [missing] = await mistakesOf(broker, file)
  assert.match(
    missing ?? '',
    /^directory\.yaml:4:\d+: Accounts\[0\]\.SAMLProviders\[0\]\.SamlMetadataDocument: .*missing\.xml cannot be read \(ENOENT\)$/,
  )
  await writeFile(join(folder, 'idp.xml'), metadata([signer()]))
  await naming('idp.xml')
  assert.deepEqual(await mistakesOf(broker, file), [])
  const provider = await broker.broker.directory.samlProvider(`arn:aws:iam::${SOURCE}:saml-provider/corp`)
  assert.equal(provider?.entityId, ENTITY_ID)
})
