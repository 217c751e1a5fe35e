import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openSqlStorage } from '../../../src/platform/storage/sql/index.ts'
import { event } from '../../../src/testing/storage-samples.ts'
import { storageSuite } from '../../../src/testing/storage-suite.ts'

const root = await mkdtemp(join(tmpdir(), 'rolecall-storage-'))
after(() => rm(root, { recursive: true }))

const FEW = { oneTimeValues: 5, browserStates: 5 }
storageSuite('in memory', () => openSqlStorage({ data: ':memory:', ...FEW }))
storageSuite('in a folder', async () => openSqlStorage({ data: await mkdtemp(join(root, 'data-')), ...FEW }))

test('in memory the audit log forgets old events, so that a long run does not fill the memory', async () => {
  const storage = await openSqlStorage({ data: ':memory:' })
  for (let batch = 0; batch < 25; batch++) {
    await storage.audit.append(Array.from({ length: 500 }, (_, index) => event(`${batch}-${index}`, batch)))
  }
  const { entries: kept } = await storage.audit.find({ limit: 20_000 })
  await storage.close()
  assert.ok(kept.length >= 10_000 && kept.length <= 11_000, `${kept.length} events are kept`)
})
