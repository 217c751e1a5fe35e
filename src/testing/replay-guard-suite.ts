import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { epochMillis } from '../model/index.ts'
import { StoreUnavailable } from '../platform/storage/index.ts'
import { type OpenStorage, openedFor } from './storage-samples.ts'

const at = epochMillis

/** Tests the promises of {@link ReplayGuard}. `open` gives a storage that holds at most five claims. */
export function replayGuardSuite(name: string, open: OpenStorage): void {
  describe(`${name}: one-time values`, () => {
    test('a value is claimed once until its claim expires', async (t) => {
      const { replays } = await openedFor(t, open)
      assert.equal(await replays.claim('a', at(100), at(0)), true)
      assert.equal(await replays.claim('a', at(200), at(0)), false)
      assert.equal(await replays.claim('a', at(200), at(99)), false)
      assert.equal(await replays.claim('a', at(300), at(100)), true, 'it has expired')
      assert.equal(await replays.claim('a', at(400), at(299)), false, 'and was claimed again')
    })

    test('a claim that is refused does not make the one that lasts any longer or shorter', async (t) => {
      const { replays } = await openedFor(t, open)
      await replays.claim('a', at(100), at(0))
      await replays.claim('a', at(500), at(50))
      await replays.claim('a', at(60), at(50))
      assert.equal(await replays.claim('a', at(200), at(99)), false)
      assert.equal(await replays.claim('a', at(200), at(100)), true)
    })

    test('of many who claim a value at once one gets it', async (t) => {
      const { replays } = await openedFor(t, open)
      const claims = await Promise.all(Array.from({ length: 20 }, () => replays.claim('a', at(100), at(0))))
      assert.equal(claims.filter((claimed) => claimed).length, 1)
    })

    test('values are strangers to each other, and kept as they are', async (t) => {
      const { replays } = await openedFor(t, open)
      for (const key of ['a', 'A', 'a ', "a' OR 1=1 --", 'ä']) {
        assert.equal(await replays.claim(key, at(100), at(0)), true, key)
      }
    })

    test('when it is full it claims nothing, and forgets nothing that lasts', async (t) => {
      const { replays } = await openedFor(t, open)
      for (let n = 0; n < 5; n++) assert.equal(await replays.claim(`${n}`, at(100 + n), at(0)), true)
      await assert.rejects(replays.claim('more', at(100), at(0)), StoreUnavailable)
      for (let n = 0; n < 5; n++) assert.equal(await replays.claim(`${n}`, at(100), at(0)), false)
      assert.equal(await replays.claim('more', at(300), at(102)), true, 'room is made by what has expired')
    })
  })
}
