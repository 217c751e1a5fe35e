import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type RunningNode, startNode } from '../../src/compose/index.ts'
import { openSqlStorage } from '../../src/platform/storage/sql/index.ts'
import { configIn } from '../compose/samples.ts'
import { commandLine, temporaryHome } from './command-line.ts'

interface Served {
  readonly node: RunningNode
  readonly home: string
  run(args: readonly string[], isTTY?: boolean): ReturnType<typeof commandLine>
}

async function served(t: TestContext): Promise<Served> {
  const home = temporaryHome()
  const readyFile = join(home.path, 'ready.json')
  const node = await startNode(configIn(home.path, { readyFile, data: ':memory:' }))
  t.after(async () => {
    await node.stop()
    home[Symbol.dispose]()
  })
  const environment = { ROLECALL_READY_FILE: readyFile }
  return { node, home: home.path, run: (args, isTTY = false) => commandLine(args, { environment, isTTY }) }
}

async function secretOf({ node }: Served, principal: string): Promise<string> {
  return (await node.clientSettings(principal)).credentials.secretAccessKey
}

test('an account is created with an administrator, whose key goes to no pipe', async (t) => {
  const broker = await served(t)
  const { status, stdout, stderr } = await broker.run(['accounts', 'create', '--alias', 'shop'])
  const id = /^Made account ([0-9]{12})\.$/m.exec(stdout)?.[1] ?? ''
  assert.equal(
    stdout,
    `Made account ${id}.\n  alias          shop\n  administrator  arn:aws:iam::${id}:user/admin\nIts key: rolecall env ${id}/admin\n`,
  )
  assert.deepEqual([status, stderr], [0, ''])
  assert.ok(await secretOf(broker, 'shop/admin'))
})

test('a terminal is shown the key', async (t) => {
  const broker = await served(t)
  const { stdout } = await broker.run(['accounts', 'create', '--id', '000000000042'], true)
  assert.match(stdout, /^Made account 000000000042\.\n/)
  assert.ok(stdout.includes(await secretOf(broker, '000000000042/admin')))
})

test('a key file is for its owner alone, and never written over another', async (t) => {
  const broker = await served(t)
  const keyFile = join(broker.home, 'key.json')
  const made = await broker.run(['accounts', 'create', '--alias', 'shop', '--key-file', keyFile, '--json'])
  const secret = await secretOf(broker, 'shop/admin')
  assert.ok(!made.stdout.includes(secret))
  const { account, accessKeyId } = JSON.parse(made.stdout)
  assert.deepEqual(JSON.parse(readFileSync(keyFile, 'utf8')), {
    account,
    arn: `arn:aws:iam::${account}:user/admin`,
    accessKeyId,
    secretAccessKey: secret,
  })
  assert.equal(statSync(keyFile).mode & 0o777, 0o600)
  const again = await broker.run(['accounts', 'create', '--key-file', keyFile])
  assert.equal(again.status, 1)
  assert.match(
    again.stderr,
    /^rolecall: Account [0-9]{12} was made, but its key could not be written to \S+ \(EEXIST\)/,
  )
  assert.equal(JSON.parse(readFileSync(keyFile, 'utf8')).account, account)
})

for (const [args, message] of [
  [['create', '--alias', 'taken'], 'ValidationError: the alias "taken" belongs to another account'],
  [['create', '--alias', 'Up'], 'ValidationError: "Up" must be 3 to 63 lower-case letters'],
  [['create', '--id', '7'], 'ValidationError: An account has 12 digits'],
  [['create', 'taken'], 'create takes no account'],
  [['close'], 'say which account to close'],
  [['list', 'taken'], 'list takes no account'],
] as const) {
  test(`accounts ${args.join(' ')} is wrong usage`, async (t) => {
    const broker = await served(t)
    await broker.run(['accounts', 'create', '--alias', 'taken'])
    const { status, stderr } = await broker.run(['accounts', ...args])
    assert.ok(stderr.startsWith(`rolecall: ${message}`), stderr)
    assert.equal(status, 2)
  })
}

test('accounts are listed by their numbers, closed ones too, and one that is closed can be deleted', async (t) => {
  const broker = await served(t)
  await broker.run(['accounts', 'create', '--id', '000000000002', '--alias', 'second'])
  await broker.run(['accounts', 'create', '--id', '000000000001'])
  assert.equal((await broker.run(['accounts', 'close', 'second'])).stdout, 'Account 000000000002 is closed.\n')
  assert.equal((await broker.run(['accounts', 'close', 'second'])).stdout, 'Account 000000000002 was closed before.\n')
  const { stdout } = await broker.run(['accounts', 'list'])
  assert.match(
    stdout,
    /^ACCOUNT +ALIAS +STATUS +CREATED +ORGANIZATION\n000000000001 +- +ACTIVE +\S+Z +-\n000000000002 +second +CLOSED /,
  )
  const deleted = await broker.run(['accounts', 'close', '000000000002', '--delete'])
  assert.equal(deleted.stdout, 'Account 000000000002 and everything in it are deleted.\n')
  const listed = JSON.parse((await broker.run(['accounts', 'list', '--json'])).stdout)
  assert.ok(!listed.some(({ id }: { id: string }) => id === '000000000002'))
  const { status, stderr } = await broker.run(['accounts', 'close', 'second'])
  assert.match(stderr, /^rolecall: NoSuchEntity: There is no account second\./)
  assert.equal(status, 1)
})

test('accounts work on a data folder that nobody serves', async () => {
  using home = temporaryHome()
  const place = ['--data', join(home.path, 'data'), '--keys', join(home.path, 'keys')]
  assert.equal((await commandLine(['accounts', 'create', '--id', '000000000001', ...place])).status, 0)
  assert.match((await commandLine(['accounts', 'list', ...place])).stdout, /^000000000001 /m)
  const { status, stderr } = await commandLine(['accounts', 'close', 'nobody', ...place])
  assert.match(stderr, /^rolecall: NoSuchEntity: There is no account nobody\./)
  assert.equal(status, 1)
})

test('init --recover makes a new administrator, leaves the others as they are, and is recorded', async () => {
  using home = temporaryHome()
  const [data, keys] = [join(home.path, 'data'), join(home.path, 'keys')]
  const place = ['--data', data, '--keys', keys]
  await commandLine(['init', ...place])
  const first = JSON.parse(readFileSync(join(data, 'initial-admin.json'), 'utf8'))
  const { status, stdout, stderr } = await commandLine(['init', '--recover', ...place])
  assert.deepEqual([status, stderr], [0, ''])
  const file = join(data, 'recovered-admin.json')
  const second = JSON.parse(readFileSync(file, 'utf8'))
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal(second.account, first.account)
  assert.notEqual(second.arn, first.arn)
  assert.ok(stdout.includes(second.arn) && !stdout.includes(second.secretAccessKey))

  const storage = await openSqlStorage({ data })
  const { entries } = await storage.audit.find({ limit: 10 })
  await storage.close()
  const record = entries.find(({ eventName }) => eventName === 'RecoverAdministrator')
  assert.ok(record?.body.includes(second.accessKeyId) && !record.body.includes(second.secretAccessKey))

  const node = await startNode(configIn(home.path))
  for (const { arn, secretAccessKey } of [first, second]) {
    assert.equal((await node.clientSettings(arn)).credentials.secretAccessKey, secretAccessKey)
  }
  const used = await commandLine(['init', '--recover', ...place])
  assert.match(used.stderr, /If it is a broker, name its admin listener with --admin URL\.\n$/)
  const third = await commandLine(['init', '--recover', ...place, '--admin', node.addresses.admin])
  assert.equal(third.status, 0, third.stderr)
  await node.stop()
})

test('init --recover asks which account is meant where there are several, and makes nobody where there is none', async () => {
  using home = temporaryHome()
  const place = ['--data', join(home.path, 'data'), '--keys', join(home.path, 'keys')]
  const none = await commandLine(['init', '--recover', ...place])
  assert.equal(none.stderr, 'rolecall: ValidationError: There is no open account.\n')
  assert.equal(existsSync(join(home.path, 'data', 'recovered-admin.json')), false)
  for (const alias of ['one', 'two']) await commandLine(['accounts', 'create', '--alias', alias, ...place])
  const { status, stderr } = await commandLine(['init', '--recover', ...place])
  assert.equal(stderr, 'rolecall: ValidationError: There are several accounts: say which one is meant.\n')
  assert.equal(status, 2)
  assert.equal((await commandLine(['init', '--recover', '--account', 'two', ...place])).status, 0)
  await commandLine(['accounts', 'close', 'two', ...place])
  assert.equal((await commandLine(['init', '--recover', '--account', 'two', ...place])).status, 2)
  assert.equal((await commandLine(['init', '--recover', ...place])).status, 0, 'one is left')
})

test('--account and --admin are for --recover', async () => {
  using home = temporaryHome()
  for (const flags of [
    ['--account', 'shop'],
    ['--admin', 'http://127.0.0.1:1'],
  ]) {
    assert.equal((await commandLine(['init', '--data', join(home.path, 'data'), ...flags])).status, 2)
  }
  writeFileSync(join(home.path, 'x'), '')
})
