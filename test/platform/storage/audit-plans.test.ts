import assert from 'node:assert/strict'
import { test } from 'node:test'
import { epochMillis } from '../../../src/model/index.ts'
import type { AuditFilter } from '../../../src/platform/storage/index.ts'
import { GroupCommit } from '../../../src/platform/storage/sql/group-commit.ts'
import { inlineWriter } from '../../../src/platform/storage/sql/inline-writer.ts'
import { migrate } from '../../../src/platform/storage/sql/migrate.ts'
import { MIGRATIONS } from '../../../src/platform/storage/sql/migrations.ts'
import { nodeSqliteDialect } from '../../../src/platform/storage/sql/node-sqlite-dialect.ts'
import { Reader } from '../../../src/platform/storage/sql/reader.ts'
import { sqlAuditLog } from '../../../src/platform/storage/sql/sql-audit-log.ts'
import { SqliteConnection } from '../../../src/platform/storage/sql/sqlite-connection.ts'
import { event } from '../../../src/testing/storage-samples.ts'

const FILTERS: readonly AuditFilter[] = [
  {},
  { account: '1' },
  { since: epochMillis(1), until: epochMillis(2) },
  { account: '1', since: epochMillis(1), until: epochMillis(9000), username: 'bob' },
  { username: 'bob', resourceName: 'x', refused: true },
]

/** An audit log in memory, in SQL, and what it asks. */
async function recordedLog() {
  const asked = new Set<string>()
  class Recording extends SqliteConnection {
    override prepare(sql: string) {
      asked.add(sql)
      return super.prepare(sql)
    }
  }
  const connection = new Recording(':memory:')
  migrate(connection, 'The test', MIGRATIONS.audit)
  const log = sqlAuditLog(new Reader(nodeSqliteDialect(connection)), new GroupCommit(inlineWriter(connection), 'audit'))
  await log.append(Array.from({ length: 5000 }, (_, n) => event(`e${String(n).padStart(4, '0')}`, n)))
  asked.clear()
  return { log, asked, connection }
}

test('no question about records looks at more than it may: none sorts, and none goes over a table without a border', async () => {
  const { log, asked, connection } = await recordedLog()
  for (const filter of FILTERS) {
    const { next } = await log.find({ ...filter, limit: 10 })
    await log.find({ ...filter, limit: 10, after: next ?? event('e', 9000) })
    await log.follow({ ...filter, limit: 10, after: 1 })
  }
  await log.forget(epochMillis(10), 5)
  await log.last()
  const questions = [...asked].filter((sql) => /^(select|delete)/i.test(sql))
  assert.ok(questions.length > 15)
  for (const sql of questions) {
    const plan = connection.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
    const steps = plan.map(({ detail }) => String(detail))
    for (const step of steps) {
      assert.doesNotMatch(step, /TEMP B-TREE/, `${sql}: ${steps.join('; ')}`)
      // In the order of an index, from its end: as far as the limit, where nothing else is asked.
      if (/^SCAN/.test(step))
        assert.match(sql, /order by "event_time" desc, "event_id" desc limit \?( offset \?)?$/, step)
      if (/^SCAN/.test(step)) assert.doesNotMatch(sql, /where (?!1 = 1)/, step)
    }
  }
})
