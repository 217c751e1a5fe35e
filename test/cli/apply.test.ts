import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { startNode } from '../../src/compose/index.ts'
import { openSqlStorage } from '../../src/platform/storage/sql/index.ts'
import { configIn } from '../compose/samples.ts'
import { commandLine, type Ended, temporaryHome } from './command-line.ts'

const SECRET = 's3cret'.repeat(6)
const DIRECTORY = `Accounts:
  - Id: "111111111111"
    Alias: shop
    Users:
      - UserName: alice
        AccessKeys: [{ AccessKeyId: AKIAIOSFODNN7EXAMPLE, SecretAccessKey: ${SECRET} }]
      - UserName: bob
        AccessKeys: [{}]
`
const CREATED = `+  account     arn:aws:iam::111111111111:root
+  access-key  arn:aws:iam::111111111111:user/alice  AKIAIOSFODNN7EXAMPLE
+  user        arn:aws:iam::111111111111:user/alice
+  access-key  arn:aws:iam::111111111111:user/bob    a new one
+  user        arn:aws:iam::111111111111:user/bob
5 created, 0 changed, 0 deleted.`
const NOTHING = 'Nothing to change: everything is as the files say.\n'

/** A way to apply files, and where to look at what became of it. */
interface Place {
  readonly home: string
  apply(file: string, ...flags: readonly string[]): Promise<Ended>
  /** How many changes there ever were. */
  changes(): Promise<number>
}

function write(home: string, name: string, text: string): string {
  const file = join(home, name)
  writeFileSync(file, text)
  return file
}

/** Two ways that have to do the same. */
const PLACES: Readonly<Record<string, (t: TestContext) => Promise<Place>>> = {
  async 'through the door of a running broker'(t) {
    const home = temporaryHome()
    const readyFile = join(home.path, 'ready.json')
    const node = await startNode(
      configIn(home.path, { readyFile, data: ':memory:', directory: [write(home.path, 'empty.yaml', 'Accounts: []')] }),
    )
    t.after(async () => {
      await node.stop()
      home[Symbol.dispose]()
    })
    return {
      home: home.path,
      apply: (file, ...flags) => commandLine(['apply', file, ...flags, '--ready-file', readyFile]),
      changes: async () => node.broker.directory.version,
    }
  },

  async 'on a data folder that nobody serves'(t) {
    const home = temporaryHome()
    t.after(() => home[Symbol.dispose]())
    const [data, keys] = [join(home.path, 'data'), join(home.path, 'keys')]
    return {
      home: home.path,
      apply: (file, ...flags) => commandLine(['apply', file, ...flags, '--data', data, '--keys', keys]),
      async changes() {
        const storage = await openSqlStorage({ data })
        const last = await storage.changes.last()
        await storage.close()
        return last
      },
    }
  },
}

for (const [where, open] of Object.entries(PLACES)) {
  describe(`rolecall apply ${where}`, () => {
    test('refuses a file with mistakes, each with its line and column, and changes nothing', async (t) => {
      const { home, apply, changes } = await open(t)
      const text = DIRECTORY.replace('shop', 'SHOP').replace('bob', 'bo b').replace('AKIAIOSFODNN7EXAMPLE', SECRET)
      const file = write(home, 'accounts.yaml', text)
      const { status, stdout, stderr } = await apply(file)
      assert.equal(status, 1)
      assert.equal(stdout, '')
      assert.deepEqual(
        stderr.split('\n').map((line) => /accounts\.yaml:([0-9]+:[0-9]+): (\S+):/.exec(line)?.slice(1)),
        [['3:12', 'Accounts[0].Alias'], ['7:19', 'Accounts[0].Users[1].UserName'], undefined],
      )
      assert.ok(!stderr.includes('s3cret'))
      assert.equal(await changes(), 0)
    })

    test('tells of a mistake inside a policy at the element itself', async (t) => {
      const { home, apply } = await open(t)
      const file = write(
        home,
        'roles.yaml',
        `Accounts:
  - Id: "111111111111"
    Roles:
      - RoleName: r
        AssumeRolePolicyDocument:
          Version: "2012-10-17"
          Statement:
            - { Effect: Allow, Principal: { AWS: "111111111111" }, Action: s3:GetObject }
`,
      )
      assert.match((await apply(file)).stderr, /roles\.yaml:8:[0-9]+: .*AssumeRole policy may only specify STS/)
    })

    test('a dry run tells what would change, and changes nothing', async (t) => {
      const { home, apply, changes } = await open(t)
      const file = write(home, 'accounts.yaml', DIRECTORY)
      const { status, stdout, stderr } = await apply(file, '--dry-run')
      assert.equal(stdout, `${CREATED} A dry run: nothing was changed.\n`)
      assert.deepEqual([status, stderr], [0, ''])
      assert.equal(await changes(), 0)
    })

    test('applies, and a second time changes nothing and says so', async (t) => {
      const { home, apply, changes } = await open(t)
      const file = write(home, 'accounts.yaml', DIRECTORY)
      const { stdout } = await apply(file)
      assert.equal(stdout.replace(/(user\/bob +)AKIA\w{16}/, '$1a new one'), `${CREATED}\n`)
      const made = await changes()
      for (const flags of [[], ['--dry-run'], ['--prune'], ['--prune', '--dry-run']]) {
        assert.deepEqual(await apply(file, ...flags), { status: 0, stdout: NOTHING, stderr: '' })
      }
      assert.equal(await changes(), made)
    })

    test('takes whatever a file can say, in any of its forms', async (t) => {
      const { home, apply } = await open(t)
      const file = write(
        home,
        'instances.yaml',
        `Accounts:
  - Id: "111111111111"
    Root: { AccessKeys: [{}] }
    InstanceProfiles: [{ InstanceProfileName: web }]
    Instances:
      - { InstanceId: i-1234567890abcdef0, IamInstanceProfile: web, Listen: 0, Metadata: { meta-data/kernel-id: aki-1 } }
      - { InstanceId: i-1234567890abcdef1, Listen: ["127.0.0.1:0"], MetadataOptions: { HttpTokens: required } }
`,
      )
      assert.match((await apply(file)).stdout, /^\+ {2}instance +arn:aws:ec2:\S+:instance\/i-1234567890abcdef1$/m)
      assert.equal((await apply(file, '--prune')).stdout, NOTHING)
    })

    test('deletes with --prune only, and says when nobody can sign in any more', async (t) => {
      const { home, apply } = await open(t)
      await apply(write(home, 'accounts.yaml', DIRECTORY))
      const file = write(home, 'less.yaml', 'Accounts:\n  - Id: "111111111111"\n    Alias: shop\n')
      assert.equal((await apply(file)).stdout, NOTHING)
      const { status, stdout, stderr } = await apply(file, '--prune', '--json')
      assert.match(stderr, /^rolecall: account 111111111111 is left without an active access key: nobody can sign in/)
      assert.equal(status, 0)
      const { applied, changes, warnings } = JSON.parse(stdout)
      assert.deepEqual([applied, changes.length, warnings.length], [true, 4, 1])
      assert.deepEqual(changes[0], { change: 'deleted', kind: 'user', arn: 'arn:aws:iam::111111111111:user/alice' })
    })

    test('has no secret in anything it prints', async (t) => {
      const { home, apply } = await open(t)
      const file = write(home, 'accounts.yaml', DIRECTORY)
      for (const flags of [['--dry-run'], ['--dry-run', '--json'], ['--json'], ['--json', '--prune']]) {
        const { stdout, stderr } = await apply(file, ...flags)
        assert.ok(!`${stdout}${stderr}`.includes('s3cret'))
      }
    })
  })
}

test('apply on a data folder that is served says what to do instead', async (t) => {
  using home = temporaryHome()
  const node = await startNode(configIn(home.path))
  t.after(() => node.stop())
  const file = write(home.path, 'accounts.yaml', DIRECTORY)
  const { status, stderr } = await commandLine([
    ...['apply', file, '--data', join(home.path, 'data')],
    ...['--keys', join(home.path, 'keys')],
  ])
  assert.equal(status, 1)
  assert.match(
    stderr,
    /Another process is using the data folder \S+ If it is a broker, leave --keys out to ask the broker that serves it\.\n$/,
  )
  await node.stop()
})

for (const flag of ['--ready-file', '--admin', '--operator-token-file']) {
  test(`--keys and ${flag} are wrong usage: they name two places`, async () => {
    assert.equal((await commandLine(['apply', 'a.yaml', '--keys', 'keys', flag, 'x'])).status, 2)
  })
}

test('a file that cannot be read ends apply before anybody is asked', async () => {
  const { status, stderr } = await commandLine(['apply', '/nowhere/a.yaml', '/nowhere/b.yaml'])
  assert.equal(stderr, 'rolecall: /nowhere/a.yaml cannot be read (ENOENT)\n/nowhere/b.yaml cannot be read (ENOENT)\n')
  assert.equal(status, 1)
})
