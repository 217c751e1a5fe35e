import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, type TestContext, test } from 'node:test'
import { StoreUnavailable } from '../../../src/platform/storage/index.ts'
import { openSqlStorage } from '../../../src/platform/storage/sql/index.ts'
import { migrate } from '../../../src/platform/storage/sql/migrate.ts'
import { MIGRATIONS } from '../../../src/platform/storage/sql/migrations.ts'
import { SqliteConnection } from '../../../src/platform/storage/sql/sqlite-connection.ts'

const root = mkdtempSync(join(tmpdir(), 'rolecall-folder-'))
after(() => rmSync(root, { recursive: true }))
let folders = 0

function newFolder(): string {
  return join(root, `data-${folders++}`)
}

function refusal(words: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof StoreUnavailable && words.test(error.message)
}

/** Another process that serves `folder` until it is killed. */
async function otherProcess(t: TestContext, folder: string): Promise<ChildProcess> {
  const adapter = new URL('../../../src/platform/storage/sql/index.ts', import.meta.url).href
  const script = `
    const { openSqlStorage } = await import(${JSON.stringify(adapter)})
    await openSqlStorage({ data: ${JSON.stringify(folder)} })
    console.log('open')
  `
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit').then(([code]) => assert.fail(`the other process ended with ${code}`))
  await Promise.race([once(child.stdout, 'data'), ended])
  ended.catch(() => {})
  return child
}

for (const mode of [0o770, 0o702, 0o777]) {
  test(`a folder of mode ${mode.toString(8)}, which others can write, is refused`, async () => {
    const folder = newFolder()
    mkdirSync(folder)
    chmodSync(folder, mode)
    await assert.rejects(openSqlStorage({ data: folder }), refusal(/Other users can write to the data folder .*chmod/))
    assert.deepEqual(readdirSync(folder), [])
  })
}

test('a path that is not a folder is refused', async () => {
  const file = newFolder()
  writeFileSync(file, '')
  await assert.rejects(openSqlStorage({ data: file }))
})

test('a folder that this process serves is refused until it is closed', async () => {
  const folder = newFolder()
  const first = await openSqlStorage({ data: folder })
  await assert.rejects(openSqlStorage({ data: folder }), refusal(/Another process is using the data folder/))
  await first.close()
  await (await openSqlStorage({ data: folder })).close()
})

test('a folder that another process serves is refused, also after an attempt, until that process is killed', async (t) => {
  const folder = newFolder()
  const other = await otherProcess(t, folder)
  await assert.rejects(openSqlStorage({ data: folder }), refusal(/Another process is using the data folder/))
  await assert.rejects(openSqlStorage({ data: folder }), refusal(/Another process is using the data folder/))
  other.kill('SIGKILL')
  await once(other, 'exit')
  await (await openSqlStorage({ data: folder })).close()
})

test('a failed attempt inside the serving process does not let other processes in', async (t) => {
  const folder = newFolder()
  const storage = await openSqlStorage({ data: folder })
  t.after(() => storage.close())
  await assert.rejects(openSqlStorage({ data: folder }))
  const script = `
    const { DatabaseSync } = await import('node:sqlite')
    const lock = new DatabaseSync(${JSON.stringify(join(folder, 'lock.sqlite'))}, { timeout: 0 })
    lock.exec('BEGIN EXCLUSIVE')
  `
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })
  assert.match(stderr, /database is locked/)
})

test('folder and files are made for their owner only, whatever the umask', async (t) => {
  const umask = process.umask(0)
  t.after(() => process.umask(umask))
  const folder = newFolder()
  const storage = await openSqlStorage({ data: folder })
  t.after(() => storage.close())
  await storage.directory.commit([{ put: { kind: 'user', key: 'alice', account: '111111111111', body: '{}' } }])
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  const files = readdirSync(folder)
  assert.ok(files.includes('directory.sqlite-wal'))
  for (const file of files) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file)
})

test('files that others could read are closed to them', async () => {
  const folder = newFolder()
  await (await openSqlStorage({ data: folder })).close()
  chmodSync(join(folder, 'directory.sqlite'), 0o666)
  await (await openSqlStorage({ data: folder })).close()
  assert.equal(statSync(join(folder, 'directory.sqlite')).mode & 0o777, 0o600)
})

test('a database that cannot be opened fails the opening and leaves the folder free', async () => {
  const folder = newFolder()
  await (await openSqlStorage({ data: folder })).close()
  const good = readFileSync(join(folder, 'audit.sqlite'))
  writeFileSync(join(folder, 'audit.sqlite'), 'this is no database, and far too short for one'.repeat(100))
  await assert.rejects(openSqlStorage({ data: folder }), /not a database/)
  writeFileSync(join(folder, 'audit.sqlite'), good)
  await (await openSqlStorage({ data: folder })).close()
})

for (const name of ['directory.sqlite', 'audit.sqlite']) {
  test(`a newer ${name} is refused with a sentence, and stays as it is`, async () => {
    const folder = newFolder()
    await (await openSqlStorage({ data: folder })).close()
    const database = new DatabaseSync(join(folder, name))
    database.exec('INSERT INTO schema_version VALUES (99)')
    database.close()
    const before = readFileSync(join(folder, name))
    await assert.rejects(
      openSqlStorage({ data: folder }),
      refusal(
        new RegExp(`${name} has schema version 99, and this Rolecall knows versions up to \\d+: .*newer Rolecall`),
      ),
    )
    assert.deepEqual(readFileSync(join(folder, name)), before)
  })
}

test('a migration that fails leaves the database at the version it had', () => {
  const connection = new SqliteConnection(':memory:')
  migrate(connection, 'The test', ['CREATE TABLE one (a)'])
  assert.throws(() => migrate(connection, 'The test', ['', 'CREATE TABLE two (a)', 'CREATE TABLE two (a)']), /two/)
  const tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
  assert.deepEqual(
    tables.map(({ name }) => name),
    ['one', 'schema_version'],
  )
  migrate(connection, 'The test', ['not run again', 'CREATE TABLE two (a)'])
  migrate(connection, 'The test', ['not run again', 'nor this'])
  assert.deepEqual(
    { ...connection.prepare('SELECT max(version) AS reached FROM schema_version').get() },
    { reached: 2 },
  )
  connection.close()
})

test('what the first released schema holds is there after opening', async (t) => {
  const folder = newFolder()
  mkdirSync(folder, { mode: 0o700 })
  for (const name of ['directory', 'audit']) {
    const database = new DatabaseSync(join(folder, `${name}.sqlite`))
    database.exec(readFileSync(new URL(`fixtures/${name}-schema-1.sql`, import.meta.url), 'utf8'))
    database.close()
  }
  const { directory, changes, audit, close } = await openSqlStorage({ data: folder })
  t.after(close)
  assert.deepEqual(await directory.find('access-key', 'AKIAIOSFODNN7EXAMPLE'), {
    kind: 'access-key',
    key: 'AKIAIOSFODNN7EXAMPLE',
    account: '111111111111',
    body: '{"user":"alice"}',
    sealedUnder: 'at-rest-1',
  })
  assert.deepEqual(await directory.sealingKeysInUse(), ['at-rest-1'])
  assert.equal(await directory.count('access-key', '111111111111'), 1)
  assert.deepEqual(await changes.since(1, 10), [
    { sequence: 2, account: '111111111111', kind: 'access-key', key: 'AKIAIOSFODNN7EXAMPLE' },
  ])
  assert.deepEqual((await audit.find({ account: '111111111111', limit: 10 })).entries, [
    {
      eventId: '5a3f0c3e-6d0b-4f0e-9a53-0d1c8a0d6d51',
      eventTime: 1767225600000,
      account: '111111111111',
      eventSource: 'sts.amazonaws.com',
      eventName: 'AssumeRole',
      username: undefined,
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      principalArn: 'arn:aws:iam::111111111111:user/alice',
      readOnly: true,
      errorCode: undefined,
      resources: [],
      body: '{"eventVersion":"1.11"}',
      explanation: undefined,
    },
  ])
  await directory.commit([{ put: { kind: 'user', key: 'bob', account: '111111111111', body: '{}' } }])
  assert.equal(await changes.last(), 3)
})

test('what the first released schema holds is found by what it refers to, and its policies have their first version', () => {
  const connection = new SqliteConnection(':memory:')
  connection.execute(readFileSync(new URL('fixtures/directory-schema-1.sql', import.meta.url), 'utf8'))
  const policyArn = 'arn:aws:iam::111111111111:policy/p'
  const bodies = {
    user: {
      uniqueId: 'AIDAX',
      groups: ['Admins'],
      managedPolicyArns: [policyArn, policyArn],
      permissionsBoundary: policyArn,
    },
    role: { uniqueId: 'AROAX', managedPolicyArns: [] },
    group: { uniqueId: 'AGPAX', managedPolicyArns: [] },
    'managed-policy': { arn: policyArn, createdAt: 5, document: '{"Version":"2012-10-17"}' },
    'instance-profile': { roleName: 'Web' },
  }
  const insert = connection.prepare('INSERT INTO directory_record VALUES (?, ?, ?, ?, NULL)')
  for (const [kind, body] of Object.entries(bodies)) insert.run(kind, 'k', '111111111111', JSON.stringify(body))
  migrate(connection, 'directory', MIGRATIONS.directory)
  const references = connection.prepare('SELECT kind, target FROM directory_reference ORDER BY kind, target').all()
  assert.deepEqual(
    references.map(({ kind, target }) => `${kind} ${target}`),
    [
      'instance-profile role/111111111111/web',
      'role principal/AROAX',
      `user boundary/111111111111/${policyArn}`,
      'user group/111111111111/admins',
      `user managed-policy/111111111111/${policyArn}`,
      'user principal/AIDAX',
    ],
  )
  const bodyOf = (kind: string): unknown =>
    JSON.parse(String(connection.prepare('SELECT body FROM directory_record WHERE kind = ?').get(kind)?.['body']))
  assert.deepEqual(bodyOf('managed-policy'), {
    arn: policyArn,
    createdAt: 5,
    versions: [{ id: 'v1', document: '{"Version":"2012-10-17"}', createdAt: 5 }],
    defaultVersionId: 'v1',
    latestVersion: 1,
    updatedAt: 5,
    tags: [],
  })
  assert.deepEqual(bodyOf('instance-profile'), { roleName: 'Web', tags: [] })
  connection.close()
})

test('the schema of a new folder is the one that the first released schema migrates to', async () => {
  const folder = newFolder()
  await (await openSqlStorage({ data: folder })).close()
  for (const name of ['directory', 'audit'] as const) {
    const made = new SqliteConnection(join(folder, `${name}.sqlite`))
    const released = new SqliteConnection(':memory:')
    released.execute(readFileSync(new URL(`fixtures/${name}-schema-1.sql`, import.meta.url), 'utf8'))
    migrate(released, name, MIGRATIONS[name])
    assert.deepEqual(schemaOf(made), schemaOf(released))
    made.close()
    released.close()
  }

  function schemaOf(connection: SqliteConnection): unknown[] {
    return connection
      .prepare('SELECT name, sql FROM sqlite_schema ORDER BY name')
      .all()
      .map(({ name, sql }) => ({ name, sql: String(sql).replaceAll(/\s+/g, ' ') }))
  }
})
