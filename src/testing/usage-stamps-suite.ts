import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { epochMillis } from '../model/index.ts'
import type { UsageStamp } from '../platform/storage/index.ts'
import { type OpenStorage, openedFor } from './storage-samples.ts'

/** Tests the promises of {@link UsageStamps}. */
export function usageStampsSuite(name: string, open: OpenStorage): void {
  describe(`${name}: usage stamps`, () => {
    test('what was never used has no stamp', async (t) => {
      const { usage } = await openedFor(t, open)
      await usage.record([stamp('a', 1)])
      assert.deepEqual(await usage.find('access-key', ['b', 'A', '']), [])
      assert.deepEqual(await usage.find('access-key', []), [])
      assert.deepEqual(await usage.find('role', ['a']), [])
      assert.deepEqual(await usage.startingWith('role', '', 10), [])
    })

    test('a stamp is found as it was recorded', async (t) => {
      const { usage } = await openedFor(t, open)
      const bare = stamp('b', 2, { region: undefined, service: undefined })
      await usage.record([stamp('a', 1), bare])
      assert.deepEqual(sorted(await usage.find('access-key', ['a', 'b', 'c'])), [stamp('a', 1), bare])
    })

    test('the later one stays, in whatever order they come', async (t) => {
      const { usage } = await openedFor(t, open)
      await usage.record([stamp('a', 5, { region: 'eu-west-1', service: 'iam' })])
      await usage.record([stamp('a', 4), stamp('b', 1)])
      await usage.record([stamp('b', 2), stamp('b', 3), stamp('b', 1)])
      assert.deepEqual(sorted(await usage.find('access-key', ['a', 'b'])), [
        stamp('a', 5, { region: 'eu-west-1', service: 'iam' }),
        stamp('b', 3),
      ])
    })

    test('stamps are found by how their keys begin, and by nothing else', async (t) => {
      const { usage } = await openedFor(t, open)
      const keys = ['AIDA1/iam:GetUser', 'AIDA1/sts:AssumeRole', 'AIDA10/iam:GetUser', 'AIDA', 'aida1/iam:GetUser']
      await usage.record(keys.map((key, index) => stamp(key, index + 1)))
      const found = async (prefix: string, limit = 10) =>
        (await usage.startingWith('access-key', prefix, limit)).map(({ key }) => key)
      assert.deepEqual(await found('AIDA1/'), ['AIDA1/iam:GetUser', 'AIDA1/sts:AssumeRole'])
      assert.deepEqual(await found('AIDA1/', 1), ['AIDA1/iam:GetUser'])
      assert.deepEqual(await found('AIDA_'), [])
    })

    test('what is older is forgotten, of one kind and so many at a time', async (t) => {
      const { usage } = await openedFor(t, open)
      await usage.record([1, 2, 3, 4].map((time) => stamp(`k${time}`, time)))
      await usage.record([stamp('k1', 1, { kind: 'role' })])
      assert.equal(await usage.forget('access-key', epochMillis(4), 2), 2)
      assert.equal(await usage.forget('access-key', epochMillis(4), 2), 1)
      assert.equal(await usage.forget('access-key', epochMillis(4), 2), 0)
      assert.deepEqual(await usage.find('access-key', ['k1', 'k2', 'k3', 'k4']), [stamp('k4', 4)])
      assert.equal((await usage.find('role', ['k1'])).length, 1)
    })

    test('stamps are no changes of the directory', async (t) => {
      const { usage, changes } = await openedFor(t, open)
      await usage.record([stamp('a', 1)])
      assert.equal(await changes.last(), 0)
    })
  })
}

/** The stamp of an access key, where nothing else is said. */
function stamp(key: string, usedAt: number, fields: Partial<UsageStamp> = {}): UsageStamp {
  return { kind: 'access-key', key, usedAt: epochMillis(usedAt), region: 'us-east-1', service: 'sts', ...fields }
}

function sorted(stamps: readonly UsageStamp[]): readonly UsageStamp[] {
  return stamps.toSorted((one, other) => (one.key < other.key ? -1 : 1))
}
