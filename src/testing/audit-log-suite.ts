import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type AuditEntry, StoreUnavailable } from '../platform/storage/index.ts'
import { event, type OpenStorage, openedFor, SOURCE, TARGET } from './storage-samples.ts'

/** Tests the promises of {@link AuditLog}. */
export function auditLogSuite(name: string, open: OpenStorage): void {
  describe(`${name}: audit log`, () => {
    test('an entry is refused the second time, and nothing that was appended with it is kept', async (t) => {
      const { audit } = await openedFor(t, open)
      await audit.append([event('a', 1)])
      await assert.rejects(audit.append([event('b', 2), event('a', 1)]), StoreUnavailable)
      assert.deepEqual(ids(await audit.find({ limit: 10 })), ['a'])
      await audit.append([event('b', 2)])
      assert.deepEqual(ids(await audit.find({ limit: 10 })), ['b', 'a'])
    })

    test('an entry is found as it was appended, with and without what is optional', async (t) => {
      const { audit } = await openedFor(t, open)
      const bare = event('bare', 1, { accessKeyId: undefined, principalArn: undefined, errorCode: undefined })
      const full = event('full', 2, { errorCode: 'AccessDenied', body: '{"é":"😀\\u0000"}' })
      await audit.append([full, bare])
      assert.deepEqual(await audit.find({ limit: 10 }), [full, bare])
    })

    test('whatever the order of appending, the newest come first', async (t) => {
      const { audit } = await openedFor(t, open)
      await audit.append([event('m', 5), event('z', 1)])
      await audit.append([event('a', 5), event('b', 9)])
      assert.deepEqual(ids(await audit.find({ limit: 10 })), ['b', 'm', 'a', 'z'])
      assert.deepEqual(ids(await audit.find({ limit: 2 })), ['b', 'm'])
    })

    test('pages join without gap or repetition, in one account and over all', async (t) => {
      const { audit } = await openedFor(t, open)
      const entries = Array.from({ length: 30 }, (_, n) =>
        event(`e${String(n).padStart(2, '0')}`, 100 + Math.floor(n / 7), { account: n % 3 === 0 ? TARGET : SOURCE }),
      )
      await audit.append(entries)
      const newestFirst = entries.toReversed()
      assert.deepEqual(await everyPage({}), newestFirst)
      assert.deepEqual(
        await everyPage({ account: TARGET }),
        newestFirst.filter(({ account }) => account === TARGET),
      )

      async function everyPage(filter: { account?: string }): Promise<AuditEntry[]> {
        const found: AuditEntry[] = []
        for (;;) {
          const after = found.at(-1)
          const page = await audit.find({ ...filter, limit: 4, ...(after === undefined ? {} : { after }) })
          if (page.length === 0) return found
          found.push(...page)
        }
      }
    })

    test('every one of many concurrent appends is kept once it resolved', async (t) => {
      const { audit } = await openedFor(t, open)
      await Promise.all(
        Array.from({ length: 300 }, async (_, n) => {
          await audit.append([event(`a${n}`, n), event(`b${n}`, n)])
          const found = await audit.find({ after: event('c', n), limit: 2 })
          assert.deepEqual(ids(found), [`b${n}`, `a${n}`])
        }),
      )
      assert.equal((await audit.find({ limit: 1000 })).length, 600)
    })
  })
}

function ids(entries: readonly AuditEntry[]): string[] {
  return entries.map(({ eventId }) => eventId)
}
