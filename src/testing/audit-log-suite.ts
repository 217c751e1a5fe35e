import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { epochMillis } from '../model/index.ts'
import { type AuditEntry, type AuditFilter, type AuditPlace, StoreUnavailable } from '../platform/storage/index.ts'
import { event, type OpenStorage, openedFor, SOURCE, TARGET } from './storage-samples.ts'

/** Tests the promises of {@link AuditLog}. */
export function auditLogSuite(name: string, open: OpenStorage): void {
  describe(`${name}: audit log`, () => {
    test('an entry is refused the second time, and nothing that was appended with it is kept', async (t) => {
      const { audit } = await openedFor(t, open)
      await audit.append([event('a', 1)])
      await assert.rejects(audit.append([event('b', 2), event('a', 1)]), StoreUnavailable)
      assert.deepEqual(ids((await audit.find({ limit: 10 })).entries), ['a'])
      await audit.append([event('b', 2)])
      assert.deepEqual(ids((await audit.find({ limit: 10 })).entries), ['b', 'a'])
    })

    test('an entry is found as it was appended, with and without what is optional', async (t) => {
      const { audit } = await openedFor(t, open)
      const bare = event('bare', 1, {
        username: undefined,
        accessKeyId: undefined,
        principalArn: undefined,
        errorCode: undefined,
        resources: [],
      })
      const full = event('full', 2, {
        errorCode: 'AccessDenied',
        readOnly: false,
        body: '{"é":"😀\\u0000"}',
        explanation: '{"whole":"é"}',
      })
      await audit.append([full, bare])
      assert.deepEqual((await audit.find({ limit: 10 })).entries, [full, bare])
    })

    test('whatever the order of appending, the newest come first', async (t) => {
      const { audit } = await openedFor(t, open)
      await audit.append([event('m', 5), event('z', 1)])
      await audit.append([event('a', 5), event('b', 9)])
      assert.deepEqual(ids((await audit.find({ limit: 10 })).entries), ['b', 'm', 'a', 'z'])
      assert.deepEqual(ids((await audit.find({ limit: 2 })).entries), ['b', 'm'])
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
        let after: AuditPlace | undefined
        do {
          const { entries, next } = await audit.find({ ...filter, limit: 4, after })
          found.push(...entries)
          after = next
        } while (after !== undefined)
        return found
      }
    })

    test('every one of many concurrent appends is kept once it resolved', async (t) => {
      const { audit } = await openedFor(t, open)
      await Promise.all(
        Array.from({ length: 300 }, async (_, n) => {
          await audit.append([event(`a${n}`, n), event(`b${n}`, n)])
          const { entries } = await audit.find({ after: event('c', n), limit: 2 })
          assert.deepEqual(ids(entries), [`b${n}`, `a${n}`])
        }),
      )
      assert.equal((await audit.find({ limit: 1000 })).entries.length, 600)
    })

    test('a filter finds what has all that it asks for, in any account, and nothing else', async (t) => {
      const { audit } = await openedFor(t, open)
      const role = { type: 'AWS::IAM::Role', name: 'arn:aws:iam::222222222222:role/a"b\\é' }
      await audit.append([
        event('a', 1, { errorCode: 'AccessDenied', username: 'bob', readOnly: false }),
        event('b', 2, {
          eventName: 'GetUser',
          eventSource: 'iam.amazonaws.com',
          accessKeyId: 'ASIA',
          resources: [role],
        }),
        event('c', 3, { principalArn: 'arn:aws:iam::1:user/%', account: TARGET, username: undefined }),
        event('d', 3, { resources: [{ type: 'x', name: '"name":"y"' }, role] }),
      ])
      const cases: readonly (readonly [AuditFilter, readonly string[]])[] = [
        [{ account: TARGET }, ['c']],
        [{ account: '' }, []],
        [{ eventId: 'd' }, ['d']],
        [{ eventName: 'GetUser' }, ['b']],
        [{ eventName: 'getuser' }, []],
        [{ exceptEventName: 'AssumeRole' }, ['b']],
        [{ eventSource: 'iam.amazonaws.com' }, ['b']],
        [{ username: 'bob' }, ['a']],
        [{ accessKeyId: 'ASIA' }, ['b']],
        [{ principalArn: 'arn:aws:iam::1:user/%' }, ['c']],
        [{ readOnly: false }, ['a']],
        [{ errorCode: 'AccessDenied' }, ['a']],
        [{ refused: true }, ['a']],
        [{ refused: false, readOnly: true }, ['d', 'c', 'b']],
        [{ resourceName: role.name }, ['d', 'b']],
        [{ resourceName: 'y' }, []],
        [{ resourceName: 'arn' }, []],
        [{ resourceType: 'x' }, ['d']],
        [{ resourceType: role.type, resourceName: role.name, eventName: 'GetUser' }, ['b']],
        [{ since: epochMillis(2), until: epochMillis(2) }, ['b']],
        [{ since: epochMillis(3), username: undefined }, ['d', 'c']],
        [{ until: epochMillis(0) }, []],
      ]
      for (const [filter, found] of cases) {
        assert.deepEqual(ids((await audit.find({ ...filter, limit: 10 })).entries), found, JSON.stringify(filter))
        const { entries } = await audit.follow({ ...filter, after: 0, limit: 10 })
        assert.deepEqual(ids(entries).toSorted(), found.toSorted(), JSON.stringify(filter))
      }
    })

    test('what is rare is found on pages that join, however much lies between', async (t) => {
      const { audit } = await openedFor(t, open)
      const entries = Array.from({ length: 5000 }, (_, n) =>
        event(`e${String(n).padStart(4, '0')}`, n, n % 1700 === 0 ? { username: 'bob' } : {}),
      )
      await audit.append(entries)
      const found: AuditEntry[] = []
      let pages = 0
      let after: AuditPlace | undefined
      do {
        const page = await audit.find({ username: 'bob', limit: 2, after })
        found.push(...page.entries)
        after = page.next
      } while (after !== undefined && ++pages < 10)
      assert.deepEqual(ids(found), ['e3400', 'e1700', 'e0000'])
      const followed: AuditEntry[] = []
      for (let last = 0, page = 0; page < 10; page++) {
        const tail = await audit.follow({ username: 'bob', limit: 2, after: last })
        followed.push(...tail.entries)
        last = tail.last
      }
      assert.deepEqual(ids(followed), ['e0000', 'e1700', 'e3400'])
    })

    test('following gives every entry once, in the order of appending, whatever its time', async (t) => {
      const { audit } = await openedFor(t, open)
      assert.equal(await audit.last(), 0)
      assert.deepEqual(await audit.follow({ after: 0, limit: 10 }), { entries: [], last: 0 })
      await audit.append([event('late', 9), event('early', 1)])
      const before = await audit.last()
      await audit.append([event('earliest', 0)])
      assert.deepEqual(ids((await audit.follow({ after: 0, limit: 10 })).entries), ['late', 'early', 'earliest'])
      const rest = await audit.follow({ after: before, limit: 10 })
      assert.deepEqual(ids(rest.entries), ['earliest'])
      assert.equal(rest.last, await audit.last())
      const first = await audit.follow({ after: 0, limit: 1 })
      assert.deepEqual(ids((await audit.follow({ after: first.last, limit: 1 })).entries), ['early'])
    })

    test('forgetting takes the oldest, no more than it may, and never the newest number', async (t) => {
      const { audit } = await openedFor(t, open)
      assert.equal(await audit.forget(epochMillis(100), 10), 0)
      await audit.append([event('b', 2), event('a', 1), event('c', 3), event('d', 4), event('z', 0)])
      assert.equal(await audit.forget(epochMillis(0), 10), 0)
      assert.equal(await audit.forget(epochMillis(4), 2), 2)
      assert.deepEqual(ids((await audit.find({ limit: 10 })).entries), ['d', 'c', 'z'])
      assert.equal(await audit.forget(epochMillis(100), 10), 2)
      assert.deepEqual(ids((await audit.find({ limit: 10 })).entries), ['z'], 'the last that was appended')
      assert.equal(await audit.forget(epochMillis(100), 10), 0)
      const before = await audit.last()
      await audit.append([event('y', 5)])
      assert.deepEqual(ids((await audit.follow({ after: before, limit: 10 })).entries), ['y'])
    })
  })
}

function ids(entries: readonly AuditEntry[]): string[] {
  return entries.map(({ eventId }) => eventId)
}
