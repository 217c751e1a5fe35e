import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { StoreConflict } from '../platform/storage/index.ts'
import { type OpenStorage, openedFor, SOURCE, TARGET, user } from './storage-samples.ts'

/** Tests the promises of {@link DirectoryStore} on finding records by what they refer to, and on counting them. */
export function directoryReferencesSuite(name: string, open: OpenStorage): void {
  describe(`${name}: references and counts`, () => {
    test('records are found by what they refer to now: not by what they did before, and not once they are gone', async (t) => {
      const { directory } = await openedFor(t, open)
      const member = (name: string, refersTo: readonly string[], account = SOURCE) => ({
        ...user(name, { account }),
        refersTo,
      })
      await directory.commit([
        { put: member('c', ['group/admins', 'policy/p']) },
        { put: member('a', ['group/admins']) },
        { put: member('b', ['group/admins'], TARGET) },
        { put: { ...member('a', ['group/admins']), kind: 'role' } },
        { put: user('d') },
      ])
      const referring = async (target: string, options = {}) =>
        (await directory.referring('user', target, { limit: 10, ...options })).map(({ key }) => key)
      assert.deepEqual(await referring('group/admins'), ['a', 'b', 'c'])
      assert.deepEqual(await referring('group/admins', { after: 'a', limit: 1 }), ['b'])
      assert.deepEqual(await referring('group/admins', { account: TARGET }), ['b'])
      assert.equal(await directory.countReferring('user', 'group/admins'), 3)
      assert.equal(await directory.countReferring('role', 'group/admins'), 1)
      await directory.commit([{ put: member('c', ['policy/p']) }, { remove: user('a') }])
      assert.deepEqual(await referring('group/admins'), ['b'])
      assert.deepEqual(await referring('policy/p'), ['c'])
      await directory.commit([{ put: user('c') }])
      assert.deepEqual(await referring('policy/p'), [])
      assert.equal(await directory.countReferring('user', 'policy/p'), 0)
    })

    test('those who refer to each of many things are counted at once, of whatever kind they are', async (t) => {
      const { directory } = await openedFor(t, open)
      await directory.commit([
        { put: { ...user('a'), refersTo: ['policy/p', 'policy/q'] } },
        { put: { ...user('a', { kind: 'role' }), refersTo: ['policy/p'] } },
        { put: { ...user('b'), refersTo: ['policy/other'] } },
      ])
      const counts = await directory.countReferrers(['policy/p', 'policy/q', 'policy/none'])
      assert.deepEqual(
        [...counts].sort(([one], [other]) => (one < other ? -1 : 1)),
        [
          ['policy/p', 2],
          ['policy/q', 1],
        ],
      )
    })

    test('a commit that fails leaves what records refer to as it was', async (t) => {
      const { directory } = await openedFor(t, open)
      await directory.commit([{ put: { ...user('a'), refersTo: ['group/old'] } }])
      const failing = [
        { put: { ...user('a'), refersTo: ['group/new'] } },
        { put: user('a'), expect: 'absent' as const },
      ]
      await assert.rejects(directory.commit(failing), StoreConflict)
      assert.equal(await directory.countReferring('user', 'group/old'), 1)
      assert.equal(await directory.countReferring('user', 'group/new'), 0)
    })

    test('records are counted by kind and account', async (t) => {
      const { directory } = await openedFor(t, open)
      const role = user('c', { kind: 'role' })
      await directory.commit([{ put: user('a') }, { put: user('b', { account: TARGET }) }, { put: role }])
      assert.equal(await directory.count('user', SOURCE), 1)
      assert.equal(await directory.count('group', SOURCE), 0)
      await directory.commit([{ remove: user('a') }])
      assert.equal(await directory.count('user', SOURCE), 0)
    })

    test('what is replaced, was not there to be removed or is not committed counts no other way', async (t) => {
      const { directory } = await openedFor(t, open)
      await directory.commit([{ put: user('a') }, { put: user('b') }, { put: user('c', { account: TARGET }) }])
      await directory.commit([{ put: user('a', { body: 'new' }) }, { put: user('b'), expect: 'present' }])
      await directory.commit([{ remove: user('d') }, { remove: user('a', { account: TARGET }) }])
      for (const expect of ['absent', 'present'] as const) {
        const failing = [{ put: user('e') }, { put: user(expect === 'absent' ? 'a' : 'f'), expect }]
        await assert.rejects(directory.commit(failing), StoreConflict)
      }
      await assert.rejects(directory.commit([{ put: user('a', { account: TARGET }) }]), StoreConflict)
      assert.equal(await directory.count('user', SOURCE), 2)
      assert.equal(await directory.count('user', TARGET), 1)
      await directory.commit([{ remove: user('a') }, { put: user('a') }, { remove: user('c', { account: TARGET }) }])
      assert.equal(await directory.count('user', SOURCE), 2)
      assert.equal(await directory.count('user', TARGET), 0)
    })
  })
}
