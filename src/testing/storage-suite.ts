import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { epochMillis } from '../model/index.ts'
import { StoreUnavailable } from '../platform/storage/index.ts'
import { auditLogSuite } from './audit-log-suite.ts'
import { browserStatesSuite } from './browser-states-suite.ts'
import { changeLogSuite } from './change-log-suite.ts'
import { directoryReferencesSuite } from './directory-references-suite.ts'
import { directoryStoreSuite } from './directory-store-suite.ts'
import { mfaDeviceStatesSuite } from './mfa-device-states-suite.ts'
import { replayGuardSuite } from './replay-guard-suite.ts'
import { event, type OpenStorage, user } from './storage-samples.ts'
import { usageStampsSuite } from './usage-stamps-suite.ts'

/**
 * Tests every promise of the storage ports against one adapter.
 * @param open - opens an empty storage that holds at most five one-time values, and five states of browsers of each kind; called once for each test, which closes it again
 */
export function storageSuite(name: string, open: OpenStorage): void {
  directoryStoreSuite(name, open)
  directoryReferencesSuite(name, open)
  changeLogSuite(name, open)
  auditLogSuite(name, open)
  usageStampsSuite(name, open)
  replayGuardSuite(name, open)
  mfaDeviceStatesSuite(name, open)
  browserStatesSuite(name, open)

  describe(`${name}: closing`, () => {
    test('once closed, every call rejects', async () => {
      const { directory, changes, audit, usage, replays, mfaDevices, browsers, close } = await open()
      await close()
      await assert.rejects(directory.find('user', 'a'), StoreUnavailable)
      await assert.rejects(directory.list('user', { limit: 1 }), StoreUnavailable)
      await assert.rejects(directory.commit([{ put: user('a') }]), StoreUnavailable)
      await assert.rejects(directory.commit([]), StoreUnavailable)
      await assert.rejects(directory.sealingKeysInUse(), StoreUnavailable)
      await assert.rejects(changes.last(), StoreUnavailable)
      await assert.rejects(changes.since(0, 1), StoreUnavailable)
      await assert.rejects(audit.append([event('a', 1)]), StoreUnavailable)
      await assert.rejects(audit.append([]), StoreUnavailable)
      await assert.rejects(audit.find({ limit: 1 }), StoreUnavailable)
      await assert.rejects(usage.record([]), StoreUnavailable)
      await assert.rejects(usage.find('role', ['a']), StoreUnavailable)
      await assert.rejects(replays.claim('a', epochMillis(1), epochMillis(0)), StoreUnavailable)
      await assert.rejects(mfaDevices.find('a'), StoreUnavailable)
      await assert.rejects(browsers.put('a', 'k', 'v', epochMillis(1), epochMillis(0)), StoreUnavailable)
      await assert.rejects(browsers.find('a', 'k', epochMillis(0)), StoreUnavailable)
      await assert.rejects(browsers.take('a', 'k', epochMillis(0)), StoreUnavailable)
      await assert.rejects(browsers.remove('a', 'k'), StoreUnavailable)
    })

    test('closing twice, also at once, is closing once', async () => {
      const storage = await open()
      await Promise.all([storage.close(), storage.close()])
      await storage.close()
    })

    test('closing finishes the writes that were accepted before it', async () => {
      const { directory, audit, close } = await open()
      const writes = Array.from({ length: 50 }, (_, n) => [
        directory.commit([{ put: user(`user-${n}`) }]),
        audit.append([event(`e${n}`, n)]),
      ])
      const outcomes = Promise.allSettled(writes.flat())
      await close()
      assert.deepEqual(
        (await outcomes).filter(({ status }) => status === 'rejected'),
        [],
      )
    })
  })
}
