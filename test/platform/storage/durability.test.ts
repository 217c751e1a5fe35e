import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import diagnostics from 'node:diagnostics_channel'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { after, type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { epochMillis } from '../../../src/model/index.ts'
import {
  type AuditEntry,
  type DirectoryRecord,
  type Storage,
  StoreConflict,
  StoreUnavailable,
} from '../../../src/platform/storage/index.ts'
import { openSqlStorage } from '../../../src/platform/storage/sql/index.ts'
import { SqliteConnection } from '../../../src/platform/storage/sql/sqlite-connection.ts'
import { ThreadWriter } from '../../../src/platform/storage/sql/thread-writer.ts'

const ADAPTER = new URL('../../../src/platform/storage/sql/index.ts', import.meta.url).href
const ACCOUNT = '111111111111'
const root = mkdtempSync(join(tmpdir(), 'rolecall-durability-'))
after(() => rmSync(root, { recursive: true }))

function newFolder(): string {
  return mkdtempSync(join(root, 'data-'))
}

function user(key: string): DirectoryRecord {
  return { kind: 'user', key, account: ACCOUNT, body: '{}' }
}

function event(eventId: string): AuditEntry {
  return {
    eventId,
    eventTime: epochMillis(1),
    account: ACCOUNT,
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    username: undefined,
    accessKeyId: undefined,
    principalArn: undefined,
    readOnly: true,
    errorCode: undefined,
    resources: [],
    body: 'x'.repeat(1000),
    explanation: undefined,
  }
}

/** A storage in a new folder, with the thread that writes for it. */
async function withWorker(t: TestContext): Promise<{ storage: Storage; worker: Worker; folder: string }> {
  const started = Promise.withResolvers<Worker>()
  const listen = (message: unknown): void => started.resolve((message as { worker: Worker }).worker)
  diagnostics.subscribe('worker_threads', listen)
  const folder = newFolder()
  const storage = await openSqlStorage({ data: folder })
  diagnostics.unsubscribe('worker_threads', listen)
  t.after(() => storage.close())
  return { storage, worker: await started.promise, folder }
}

/** Commits without end: round n puts the users n/a, n/b and n/c, appends the audit event n, then prints n. */
function committer(folder: string, rounds = Number.MAX_SAFE_INTEGER): readonly string[] {
  const script = `
    const { openSqlStorage } = await import(${JSON.stringify(ADAPTER)})
    const { directory, audit, close } = await openSqlStorage({ data: ${JSON.stringify(folder)} })
    for (let n = 0; n < ${rounds}; n++) {
      await directory.commit(['a', 'b', 'c'].map((part) => ({
        put: { kind: 'user', key: n + '/' + part, account: '${ACCOUNT}', body: 'x'.repeat(2000) }, expect: 'absent',
      })))
      await audit.append([{ ...${JSON.stringify(event(''))}, eventId: 'e' + n }])
      process.stdout.write(n + '\\n')
    }
    await close()
  `
  return ['--input-type=module', '--eval', script]
}

test('after a kill -9 every commit that was reported is there, and none is there by half', async () => {
  const folder = newFolder()
  const child = spawn(process.execPath, committer(folder), { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  let reported = -1
  lines.on('line', (line) => {
    reported = Number(line)
    if (reported === 200) child.kill('SIGKILL')
  })
  await once(child, 'close')
  assert.ok(reported >= 200)

  const { directory, changes, audit, close } = await openSqlStorage({ data: folder })
  const users = await directory.list('user', { limit: 100_000 })
  const present = new Set(users.map(({ key }) => key))
  for (let n = 0; n <= reported; n++) {
    for (const part of ['a', 'b', 'c']) assert.ok(present.has(`${n}/${part}`), `${n}/${part}`)
  }
  assert.equal(present.size % 3, 0)
  // Each round waits for the one before, so at most one more had been committed and not yet reported.
  assert.ok(present.size <= 3 * (reported + 2))
  assert.equal(await changes.last(), present.size)
  const events = new Set((await audit.find({ limit: 100_000 })).entries.map(({ eventId }) => eventId))
  for (let n = 0; n <= reported; n++) assert.ok(events.has(`e${n}`), `e${n}`)
  await close()
})

test('the writer thread syncs every commit to the disk', async () => {
  const folder = newFolder()
  await (await openSqlStorage({ data: folder })).close()
  const files = { directory: join(folder, 'directory.sqlite'), audit: join(folder, 'audit.sqlite') }
  const writer = await ThreadWriter.open(files)
  // Asked of the connection that commits: each setting becomes the kind of an entry, its value the key.
  for (const setting of ['journal_mode', 'synchronous', 'trusted_schema', 'foreign_keys']) {
    const sql = `INSERT INTO change_log (account, kind, key) SELECT 'x', '${setting}', ${setting} FROM pragma_${setting}`
    await writer.write('directory', [{ sql, parameters: [], conflict: `${setting} has no value` }])
  }
  await writer.close()
  const connection = new SqliteConnection(files.directory)
  const settings = connection.prepare('SELECT kind, key FROM change_log').all()
  connection.close()
  assert.deepEqual(Object.fromEntries(settings.map(({ kind, key }) => [kind, key])), {
    journal_mode: 'wal',
    synchronous: '2',
    trusted_schema: '0',
    foreign_keys: '1',
  })
})

const STRACE = '/usr/bin/strace'
const untraceable = !existsSync(STRACE) && 'strace is not installed'
test('the kernel is asked to sync at least once per commit', { skip: untraceable }, () => {
  const rounds = 50
  const report = join(newFolder(), 'strace')
  const trace = ['-f', '-o', report, '-e', 'trace=fsync,fdatasync', process.execPath]
  const { status } = spawnSync(STRACE, [...trace, ...committer(newFolder(), rounds)], { stdio: 'ignore' })
  assert.equal(status, 0)
  const syncs = readFileSync(report, 'utf8').match(/ (fsync|fdatasync)\(\d+\)? /g) ?? []
  assert.ok(syncs.length >= 2 * rounds, `${syncs.length} syncs for ${2 * rounds} commits`)
})

test('a commit that waits for the disk does not hold up the event loop', async (t) => {
  const { storage, folder } = await withWorker(t)
  const obstacle = new DatabaseSync(join(folder, 'directory.sqlite'))
  t.after(() => obstacle.close())
  obstacle.exec('BEGIN IMMEDIATE')
  let done = false
  const commit = storage.directory.commit([{ put: user('alice') }]).then(() => {
    done = true
  })
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  await delay(300)
  loop.disable()
  assert.equal(done, false)
  assert.equal(await storage.directory.find('user', 'alice'), undefined)
  obstacle.exec('COMMIT')
  await commit
  assert.deepEqual(await storage.directory.find('user', 'alice'), user('alice'))
  assert.ok(loop.max < 200e6, `the loop stood still for ${loop.max / 1e6} ms`)
})

test('2,000 audit batches leave the event loop running', async (t) => {
  const { storage } = await withWorker(t)
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  for (let batch = 0; batch < 2000; batch++) {
    await Promise.all([storage.audit.append([event(`a${batch}`)]), storage.audit.append([event(`b${batch}`)])])
  }
  loop.disable()
  assert.equal((await storage.audit.find({ limit: 10_000 })).entries.length, 4000)
  assert.ok(loop.percentile(99) < 50e6, `p99 of the delay is ${loop.percentile(99) / 1e6} ms`)
})

test('when the writer thread dies, writes reject, also those under way, and reads go on', async (t) => {
  const { storage, worker } = await withWorker(t)
  await storage.directory.commit([{ put: user('alice') }])
  await storage.audit.append([event('kept')])
  const underWay = Promise.allSettled([
    ...Array.from({ length: 100 }, (_, n) => storage.directory.commit([{ put: user(`user-${n}`) }])),
    ...Array.from({ length: 100 }, (_, n) => storage.audit.append([event(`e${n}`)])),
  ])
  await worker.terminate()
  for (const outcome of await underWay) {
    if (outcome.status === 'rejected') assert.ok(outcome.reason instanceof StoreUnavailable)
  }
  assert.ok((await underWay).some(({ status }) => status === 'rejected'))
  await assert.rejects(storage.directory.commit([{ put: user('late') }]), /writer thread has ended/)
  await assert.rejects(storage.audit.append([event('late')]), /writer thread has ended/)
  assert.deepEqual(await storage.directory.find('user', 'alice'), user('alice'))
  assert.equal((await storage.audit.find({ limit: 1000 })).entries.at(-1)?.eventId, 'kept')
})

test('past a thousand waiting commits further ones are refused at once', async (t) => {
  const { storage, folder } = await withWorker(t)
  const obstacle = new DatabaseSync(join(folder, 'directory.sqlite'))
  t.after(() => obstacle.close())
  obstacle.exec('BEGIN IMMEDIATE')
  const waiting = Array.from({ length: 1000 }, (_, n) => storage.directory.commit([{ put: user(`user-${n}`) }]))
  await assert.rejects(storage.directory.commit([{ put: user('late') }]), StoreUnavailable)
  obstacle.exec('COMMIT')
  await Promise.all(waiting)
  await storage.directory.commit([{ put: user('late') }])
  assert.equal(await storage.changes.last(), 1001)
})

test('a statement that fails in the middle of a transaction leaves nothing of it, in memory or in a file', () => {
  for (const file of [':memory:', join(newFolder(), 'file.sqlite')]) {
    const connection = new SqliteConnection(file)
    connection.execute('CREATE TABLE kept (value TEXT NOT NULL) STRICT')
    const insert = (value: string | null) => ({ sql: 'INSERT INTO kept VALUES (?)', parameters: [value] })
    assert.throws(() => connection.write([insert('one'), insert(null), insert('two')]), /NOT NULL/)
    assert.throws(() => connection.write([insert('one'), { sql: 'no SQL at all', parameters: [] }]), /syntax/)
    const none = { sql: 'DELETE FROM kept', parameters: [], conflict: 'nothing to delete' }
    assert.throws(() => connection.write([none]), StoreConflict)
    connection.write([insert('three')])
    assert.deepEqual(
      connection
        .prepare('SELECT value FROM kept')
        .all()
        .map(({ value }) => value),
      ['three'],
    )
    connection.close()
  }
})
