import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ChangeEntry } from '../platform/storage/index.ts'
import { type OpenStorage, openedFor, SOURCE, TARGET, user } from './storage-samples.ts'

/** Tests the promises of {@link ChangeLog}. */
export function changeLogSuite(name: string, open: OpenStorage): void {
  describe(`${name}: change log`, () => {
    test('before the first change it is empty and its last sequence is 0', async (t) => {
      const { changes } = await openedFor(t, open)
      assert.equal(await changes.last(), 0)
      assert.deepEqual(await changes.since(0, 10), [])
    })

    test('every change is logged once, in order, with its account, kind and key', async (t) => {
      const { directory, changes } = await openedFor(t, open)
      await directory.commit([{ put: user('a') }, { put: user('b', { kind: 'role', account: TARGET }) }])
      await directory.commit([{ remove: user('a') }])
      await assert.rejects(directory.commit([{ put: user('c') }, { remove: user('d'), expect: 'present' }]))
      await directory.commit([{ put: user('b', { kind: 'role', account: TARGET }), expect: 'present' }])
      assert.deepEqual((await changes.since(0, 10)).map(withoutSequence), [
        { account: SOURCE, kind: 'user', key: 'a' },
        { account: TARGET, kind: 'role', key: 'b' },
        { account: SOURCE, kind: 'user', key: 'a' },
        { account: TARGET, kind: 'role', key: 'b' },
      ])
    })

    test('following it from where one left off meets every change of concurrent commits exactly once', async (t) => {
      const { directory, changes } = await openedFor(t, open)
      const commits = Array.from({ length: 40 }, (_, n) =>
        directory.commit([{ put: user(`a${n}`) }, { put: user(`b${n}`) }]),
      )
      const seen: ChangeEntry[] = []
      const follow = async (): Promise<void> => {
        for (;;) {
          const news = await changes.since(seen.at(-1)?.sequence ?? 0, 7)
          if (news.length === 0) return
          seen.push(...news)
        }
      }
      for (const commit of commits) {
        await follow()
        await commit
      }
      await follow()
      const expected = Array.from({ length: 40 }, (_, n) => [`a${n}`, `b${n}`]).flat()
      assert.deepEqual(
        seen.map(({ key }) => key),
        expected,
      )
      for (const [index, { sequence }] of seen.entries()) assert.ok(sequence > (seen[index - 1]?.sequence ?? 0))
      assert.equal(await changes.last(), seen.at(-1)?.sequence)
    })

    test('a commit is in it, and in the directory, as soon as it resolved', async (t) => {
      const { directory, changes } = await openedFor(t, open)
      for (let n = 1; n <= 50; n++) {
        await directory.commit([{ put: user('alice', { body: `${n}` }) }])
        assert.equal(await changes.last(), n)
        assert.equal((await directory.find('user', 'alice'))?.body, `${n}`)
      }
    })
  })
}

function withoutSequence({ account, kind, key }: ChangeEntry): Omit<ChangeEntry, 'sequence'> {
  return { account, kind, key }
}
