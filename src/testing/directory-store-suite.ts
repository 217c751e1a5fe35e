import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type DirectoryChange, type DirectoryRecord, type Storage, StoreConflict } from '../platform/storage/index.ts'
import { type OpenStorage, openedFor, SOURCE, TARGET, user } from './storage-samples.ts'

/** Tests the promises of {@link DirectoryStore}. */
export function directoryStoreSuite(name: string, open: OpenStorage): void {
  describe(`${name}: directory`, () => {
    for (const [expectation, missed] of MISSED_EXPECTATIONS) {
      for (const position of [0, 1, 2]) {
        test(`a commit whose change ${position + 1} of 3 meets ${expectation} changes nothing at all`, async (t) => {
          const { directory, changes } = await openedFor(t, open)
          await directory.commit([
            { put: user('here', { body: 'before' }) },
            { put: user('theirs', { account: TARGET }) },
          ])
          const commit: DirectoryChange[] = [{ put: user('here', { body: 'after' }) }, { put: user('new') }]
          commit.splice(position, 0, missed)
          await assert.rejects(directory.commit(commit), StoreConflict)
          assert.equal((await directory.find('user', 'here'))?.body, 'before')
          assert.equal(await directory.find('user', 'new'), undefined)
          assert.equal((await directory.find('user', 'theirs'))?.account, TARGET)
          assert.equal(await changes.last(), 2)
          await directory.commit([{ put: user('new'), expect: 'absent' }])
        })
      }
    }

    test('a conflict names the record that was not as expected', async (t) => {
      const { directory } = await openedFor(t, open)
      await directory.commit([{ put: user('alice') }])
      await assert.rejects(directory.commit([{ put: user('alice'), expect: 'absent' }]), /user alice/)
      await assert.rejects(directory.commit([{ remove: user('bob'), expect: 'present' }]), /user bob/)
    })

    test('of many that create the same record at once, exactly one succeeds', async (t) => {
      const { directory, changes } = await openedFor(t, open)
      const attempts = Array.from({ length: 20 }, (_, n) =>
        directory.commit([{ put: user('alice', { body: `${n}` }), expect: 'absent' }]),
      )
      const outcomes = await Promise.allSettled(attempts)
      const winners = outcomes.flatMap(({ status }, n) => (status === 'fulfilled' ? [`${n}`] : []))
      assert.deepEqual(winners, [(await directory.find('user', 'alice'))?.body])
      assert.equal(await changes.last(), 1)
    })

    for (const [at, where] of [
      [0, 'before everything'],
      [1, 'before the last change'],
      [3, 'after the last change'],
    ] as const) {
      test(`a commit that takes the change log to end ${where} changes nothing at all`, async (t) => {
        const { directory, changes } = await openedFor(t, open)
        await directory.commit([{ put: user('alice', { body: 'before' }) }, { put: user('bob') }])
        const overtaken = [{ put: user('alice', { body: 'after' }) }, { put: user('new') }]
        await assert.rejects(directory.commit(overtaken, at), StoreConflict)
        assert.equal((await directory.find('user', 'alice'))?.body, 'before')
        assert.equal(await directory.find('user', 'new'), undefined)
        assert.equal(await changes.last(), 2)
      })
    }

    test('a commit at the end of the change log is like any other, on an empty store too', async (t) => {
      const { directory, changes } = await openedFor(t, open)
      await assert.rejects(directory.commit([{ put: user('alice') }], 1), StoreConflict)
      await directory.commit([{ put: user('alice') }, { put: user('bob') }], 0)
      await directory.commit([{ remove: user('alice'), expect: 'present' }], 2)
      assert.deepEqual(
        (await changes.since(0, 10)).map(({ sequence, key }) => [sequence, key]),
        [
          [1, 'alice'],
          [2, 'bob'],
          [3, 'alice'],
        ],
      )
    })

    test('of many commits at the same end of the change log, exactly one succeeds', async (t) => {
      const { directory, changes } = await openedFor(t, open)
      const attempts = Array.from({ length: 20 }, (_, n) => directory.commit([{ put: user(`user-${n}`) }], 0))
      const outcomes = await Promise.allSettled(attempts)
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
      assert.equal(await changes.last(), 1)
    })

    test('what was never put is not found', async (t) => {
      const { directory } = await openedFor(t, open)
      await directory.commit([{ put: user('alice') }])
      assert.equal(await directory.find('user', 'alic'), undefined)
      assert.equal(await directory.find('user', 'ALICE'), undefined)
      assert.equal(await directory.find('role', 'alice'), undefined)
      assert.deepEqual(await directory.list('role', { limit: 10 }), [])
    })

    test('a record is found as it was put, with and without a sealing key', async (t) => {
      const { directory } = await openedFor(t, open)
      const sealed = user('sealed', { kind: 'access-key', sealedUnder: 'at-rest-1' })
      await directory.commit([{ put: user('plain') }, { put: sealed }])
      assert.deepEqual(await directory.find('user', 'plain'), user('plain'))
      assert.deepEqual(await directory.find('access-key', 'sealed'), sealed)
    })

    test('a put replaces the whole record', async (t) => {
      const { directory } = await openedFor(t, open)
      await directory.commit([{ put: user('alice', { body: 'one', sealedUnder: 'at-rest-1' }) }])
      await directory.commit([{ put: user('alice', { body: 'two' }) }])
      assert.deepEqual(await directory.find('user', 'alice'), user('alice', { body: 'two' }))
      await directory.commit([{ put: user('alice', { body: 'three', sealedUnder: 'at-rest-2' }), expect: 'present' }])
      assert.deepEqual(
        await directory.find('user', 'alice'),
        user('alice', { body: 'three', sealedUnder: 'at-rest-2' }),
      )
    })

    test('of many that replace what they read at once, exactly one succeeds', async (t) => {
      const { directory } = await openedFor(t, open)
      await directory.commit([{ put: user('alice', { body: 'read', sealedUnder: 'at-rest-1' }) }])
      const attempts = Array.from({ length: 20 }, (_, n) =>
        directory.commit([
          { put: user('alice', { body: `${n}`, sealedUnder: 'at-rest-2' }), expect: { body: 'read' } },
        ]),
      )
      const outcomes = await Promise.allSettled(attempts)
      const winners = outcomes.flatMap(({ status }, n) => (status === 'fulfilled' ? [`${n}`] : []))
      const found = await directory.find('user', 'alice')
      assert.deepEqual([winners, 'at-rest-2'], [[found?.body], found?.sealedUnder])
    })

    test('a remove takes the named record and no other', async (t) => {
      const { directory } = await openedFor(t, open)
      await directory.commit([{ put: user('a') }, { put: user('b') }, { put: user('b', { kind: 'role' }) }])
      await directory.commit([{ remove: user('b'), expect: 'present' }])
      await directory.commit([{ remove: user('never-there') }])
      await directory.commit([{ remove: user('a', { account: TARGET }) }])
      assert.deepEqual(keys(await directory.list('user', { limit: 10 })), ['a'])
      assert.deepEqual(keys(await directory.list('role', { limit: 10 })), ['b'])
    })

    test('the changes of a commit apply in their order', async (t) => {
      const { directory } = await openedFor(t, open)
      await directory.commit([{ put: user('a', { body: 'old' }) }])
      await directory.commit([
        { remove: user('a'), expect: 'present' },
        { put: user('a', { account: TARGET, body: 'new' }), expect: 'absent' },
        { put: user('b', { body: 'one' }), expect: 'absent' },
        { put: user('b', { body: 'two' }), expect: 'present' },
      ])
      assert.deepEqual(await directory.find('user', 'a'), user('a', { account: TARGET, body: 'new' }))
      assert.equal((await directory.find('user', 'b'))?.body, 'two')
    })

    test('any text survives as it was, and looks like no other', async (t) => {
      const { directory } = await openedFor(t, open)
      await directory.commit(AWKWARD_TEXTS.map((text) => ({ put: user(text, { body: text }), expect: 'absent' })))
      for (const text of AWKWARD_TEXTS) {
        assert.deepEqual(await directory.find('user', text), user(text, { body: text }))
      }
    })

    test('a list is in the order of code points', async (t) => {
      const { directory } = await openedFor(t, open)
      // UTF-16 would put the private-use character last: the emoji is a pair of lower surrogates.
      const ordered = ['', '1/A', '1/Z', '1/a', '1/a-', '1/ab', '1/z', '10/a', '1é', '\ue000', '😀']
      for (const key of ordered.toReversed()) await directory.commit([{ put: user(key) }])
      assert.deepEqual(keys(await directory.list('user', { limit: 100 })), ordered)
    })

    test('pages join without gap or repetition, in one account and over all', async (t) => {
      const { directory } = await openedFor(t, open)
      const names = Array.from({ length: 25 }, (_, n) => `user-${String(n).padStart(2, '0')}`)
      await directory.commit(names.map((key, n) => ({ put: user(key, { account: n % 5 === 0 ? TARGET : SOURCE }) })))
      assert.deepEqual(await everyPage(directory.list, {}), names)
      assert.deepEqual(
        await everyPage(directory.list, { account: TARGET }),
        names.filter((_, n) => n % 5 === 0),
      )
      assert.deepEqual(await directory.list('user', { after: 'user-24', limit: 4 }), [])
      assert.deepEqual(await directory.list('user', { account: '999999999999', limit: 4 }), [])

      async function everyPage(list: Storage['directory']['list'], filter: { account?: string }): Promise<string[]> {
        const found: string[] = []
        for (;;) {
          const after = found.at(-1)
          const page = await list('user', { ...filter, limit: 4, ...(after === undefined ? {} : { after }) })
          if (page.length === 0) return found
          assert.ok(page.length <= 4)
          found.push(...keys(page))
        }
      }
    })

    test('a reader sees a commit whole or not at all', async (t) => {
      const { directory } = await openedFor(t, open)
      const generation = (body: string): readonly DirectoryChange[] =>
        Array.from({ length: 100 }, (_, n) => ({ put: user(`user-${n}`, { body }) }))
      await directory.commit(generation('0'))
      const commits = Array.from({ length: 10 }, (_, n) => directory.commit(generation(`${n + 1}`)))
      let finished = false
      const writing = Promise.all(commits).finally(() => {
        finished = true
      })
      while (!finished) {
        const bodies = new Set((await directory.list('user', { limit: 1000 })).map(({ body }) => body))
        assert.equal(bodies.size, 1)
        await new Promise(setImmediate)
      }
      await writing
      assert.equal((await directory.find('user', 'user-99'))?.body, '10')
    })

    test('a commit of thousands of records with large bodies is one commit', async (t) => {
      const { directory, changes } = await openedFor(t, open)
      const large = 'x'.repeat(256 * 1024)
      const many = Array.from({ length: 2000 }, (_, n) => ({ put: user(`u${n}`) }))
      await directory.commit([...many, { put: user('large', { body: large }) }])
      assert.equal(await changes.last(), 2001)
      assert.equal((await directory.find('user', 'large'))?.body, large)
    })

    test('the sealing keys in use are those of the records that are there now, each once', async (t) => {
      const { directory } = await openedFor(t, open)
      assert.deepEqual(await directory.sealingKeysInUse(), [])
      const key = (name: string, sealedUnder: string) => user(name, { kind: 'access-key', sealedUnder })
      await directory.commit([
        { put: key('a', 'k1') },
        { put: key('b', 'k1') },
        { put: key('c', 'k2') },
        { put: user('d') },
      ])
      assert.deepEqual((await directory.sealingKeysInUse()).toSorted(), ['k1', 'k2'])
      await directory.commit([{ put: key('a', 'k3') }, { remove: key('c', 'k2') }])
      assert.deepEqual((await directory.sealingKeysInUse()).toSorted(), ['k1', 'k3'])
      await directory.commit([{ put: key('b', 'k3') }])
      assert.deepEqual(await directory.sealingKeysInUse(), ['k3'])
    })
  })
}

/** Against a directory with the user `here` in one account and the user `theirs` in another. */
const MISSED_EXPECTATIONS: readonly (readonly [string, DirectoryChange])[] = [
  ['a record that must be absent and is there', { put: user('theirs', { account: TARGET }), expect: 'absent' }],
  ['a missing record that must be present', { put: user('missing'), expect: 'present' }],
  ['a missing record to remove that must be present', { remove: user('missing'), expect: 'present' }],
  ['a record that was changed since it was read', { put: user('here'), expect: { body: 'older' } }],
  ['a missing record that must be what it was', { put: user('missing'), expect: { body: '{}' } }],
  ['a record that is what it was only in another account', { put: user('theirs'), expect: { body: '{}' } }],
  ['a record of another account', { put: user('theirs') }],
  ['a record that is present only in another account', { put: user('theirs'), expect: 'present' }],
  ['a record to remove that is present only in another account', { remove: user('theirs'), expect: 'present' }],
]

const AWKWARD_TEXTS: readonly string[] = [
  'é',
  'e\u0301',
  'ﬁ',
  'ß',
  'SS',
  '😀',
  '\uffff',
  'a%',
  'a_',
  "'; DROP TABLE directory_record; --",
  '"quoted"',
  '\\',
  ' leading',
  'trailing ',
  'line\nbreak',
  '?1',
  '$1',
  ':name',
  '0123',
  '123',
  '1e3',
  'null',
]

function keys(records: readonly DirectoryRecord[]): string[] {
  return records.map(({ key }) => key)
}
