import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { openSqlStorage } from '../../../src/platform/storage/sql/index.ts'
import { storageSuite } from '../../../src/testing/storage-suite.ts'

const root = await mkdtemp(join(tmpdir(), 'rolecall-storage-'))
after(() => rm(root, { recursive: true }))

storageSuite('in memory', () => openSqlStorage({ data: ':memory:' }))
storageSuite('in a folder', async () => openSqlStorage({ data: await mkdtemp(join(root, 'data-')) }))
