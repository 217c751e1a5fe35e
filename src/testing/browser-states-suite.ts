import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { epochMillis } from '../model/index.ts'
import { StoreUnavailable } from '../platform/storage/index.ts'
import { type OpenStorage, openedFor } from './storage-samples.ts'

const at = epochMillis

/** Tests the promises of {@link BrowserStates}. `open` gives a storage that keeps at most five of each kind. */
export function browserStatesSuite(name: string, open: OpenStorage): void {
  describe(`${name}: states of browsers`, () => {
    test('what was never put is not found, and nobody takes it', async (t) => {
      const { browsers } = await openedFor(t, open)
      assert.equal(await browsers.find('login', 'a', at(0)), undefined)
      assert.equal(await browsers.take('login', 'a', at(0)), undefined)
      await browsers.remove('login', 'a')
    })

    test('a value is found until it expires, as often as anybody asks', async (t) => {
      const { browsers } = await openedFor(t, open)
      await browsers.put('login', 'a', 'value', at(100), at(0))
      assert.equal(await browsers.find('login', 'a', at(0)), 'value')
      assert.equal(await browsers.find('login', 'a', at(99)), 'value')
      assert.equal(await browsers.find('login', 'a', at(100)), undefined)
      assert.equal(await browsers.take('login', 'a', at(100)), undefined)
    })

    test('a value that was taken is gone', async (t) => {
      const { browsers } = await openedFor(t, open)
      await browsers.put('login', 'a', 'value', at(100), at(0))
      assert.equal(await browsers.take('login', 'a', at(1)), 'value')
      assert.equal(await browsers.take('login', 'a', at(1)), undefined)
      assert.equal(await browsers.find('login', 'a', at(1)), undefined)
    })

    test('of many who take a value at once one gets it', async (t) => {
      const { browsers } = await openedFor(t, open)
      await browsers.put('login', 'a', 'value', at(100), at(0))
      const taken = await Promise.all(Array.from({ length: 20 }, () => browsers.take('login', 'a', at(1))))
      assert.deepEqual(
        taken.filter((value) => value !== undefined),
        ['value'],
      )
    })

    test('a value that was removed is gone, and removing it again is nothing', async (t) => {
      const { browsers } = await openedFor(t, open)
      await browsers.put('login', 'a', 'value', at(100), at(0))
      await browsers.remove('login', 'a')
      await browsers.remove('login', 'a')
      assert.equal(await browsers.find('login', 'a', at(1)), undefined)
    })

    test('a value takes the place of the one before it', async (t) => {
      const { browsers } = await openedFor(t, open)
      await browsers.put('login', 'a', 'first', at(100), at(0))
      await browsers.put('login', 'a', 'second', at(50), at(0))
      assert.equal(await browsers.find('login', 'a', at(49)), 'second')
      assert.equal(await browsers.find('login', 'a', at(50)), undefined)
    })

    test('kinds and keys are strangers to each other, and kept as they are', async (t) => {
      const { browsers } = await openedFor(t, open)
      for (const kind of ['login', 'Login']) {
        for (const key of ['a', 'A', 'a ', "a' OR 1=1 --", 'ä']) {
          await browsers.put(kind, key, `${kind} ${key}`, at(100), at(0))
        }
      }
      assert.equal(await browsers.take('login', 'a', at(1)), 'login a')
      assert.equal(await browsers.find('Login', 'a', at(1)), 'Login a')
      assert.equal(await browsers.find('login', 'A', at(1)), 'login A')
      assert.equal(await browsers.find('other', 'a', at(1)), undefined)
    })

    test('when a kind is full it keeps no more of it, and forgets nothing that lasts', async (t) => {
      const { browsers } = await openedFor(t, open)
      for (let n = 0; n < 5; n++) await browsers.put('login', `${n}`, 'value', at(100 + n), at(0))
      await assert.rejects(browsers.put('login', 'more', 'value', at(100), at(0)), StoreUnavailable)
      assert.equal(await browsers.find('login', 'more', at(0)), undefined, 'nothing of it is kept')
      await browsers.put('other', 'more', 'value', at(100), at(0))
      for (let n = 0; n < 5; n++) assert.equal(await browsers.find('login', `${n}`, at(0)), 'value')
      await browsers.put('login', '0', 'another', at(100), at(0))
      assert.equal(await browsers.find('login', '0', at(0)), 'another', 'one in the place of another is no more')
      await browsers.put('login', 'more', 'value', at(300), at(102))
      assert.equal(await browsers.find('login', 'more', at(102)), 'value', 'room is made by what has expired')
      assert.equal(await browsers.find('login', '4', at(102)), 'value')
    })

    test('what is taken or removed makes room at once', async (t) => {
      const { browsers } = await openedFor(t, open)
      for (let n = 0; n < 5; n++) await browsers.put('login', `${n}`, 'value', at(100), at(0))
      await browsers.take('login', '0', at(0))
      await browsers.remove('login', '1')
      await browsers.put('login', 'more', 'value', at(100), at(0))
      await browsers.put('login', 'still more', 'value', at(100), at(0))
      await assert.rejects(browsers.put('login', 'too many', 'value', at(100), at(0)), StoreUnavailable)
    })

    test('of many who claim a key at once one does, until it expires', async (t) => {
      const { browsers } = await openedFor(t, open)
      const claim = (now: number) => browsers.claim('login', 'a', at(now + 100), at(now))
      const claimed = await Promise.all(Array.from({ length: 20 }, () => claim(0)))
      assert.equal(claimed.filter((each) => each).length, 1)
      assert.equal(await browsers.find('login', 'a', at(99)), '')
      assert.equal(await claim(99), false)
      assert.equal(await claim(100), true)
      assert.equal(await browsers.claim('other', 'a', at(100), at(0)), true)
      await browsers.put('login', 'b', 'value', at(100), at(0))
      assert.equal(await browsers.claim('login', 'b', at(100), at(0)), false, 'nor one that a value is kept under')
    })

    test('claims take places like values', async (t) => {
      const { browsers } = await openedFor(t, open)
      for (let n = 0; n < 5; n++) assert.equal(await browsers.claim('login', `${n}`, at(100), at(0)), true)
      await assert.rejects(browsers.claim('login', 'more', at(100), at(0)), StoreUnavailable)
      assert.equal(await browsers.claim('login', '1', at(100), at(0)), false)
    })

    test('who has their share makes way for themselves: what ends first goes, and nothing of anybody else', async (t) => {
      const { browsers } = await openedFor(t, open)
      const put = (key: string, holder: string, end: number) =>
        browsers.put('login', key, 'value', at(end), at(0), { holder, most: 2 })
      await browsers.put('login', 'nobody', 'value', at(10), at(0))
      await put('b1', 'b', 20)
      await put('a1', 'a', 100)
      await put('a2', 'a', 50)
      await put('a2', 'a', 60)
      await put('a3', 'a', 100)
      await put('a4', 'a', 90)
      const found: string[] = []
      for (const key of ['nobody', 'b1', 'a1', 'a2', 'a3', 'a4']) {
        if ((await browsers.find('login', key, at(1))) !== undefined) found.push(key)
      }
      assert.equal(found.length, 4)
      assert.deepEqual([found[0], found[1], found[3]], ['nobody', 'b1', 'a4'])
      await browsers.claim('other', 'a1', at(100), at(0), { holder: 'a', most: 2 })
      assert.equal(await browsers.find('login', 'a4', at(1)), 'value', 'kinds are counted apart')
    })

    test('a full kind has room for who makes some', async (t) => {
      const { browsers } = await openedFor(t, open)
      const share = { holder: 'a', most: 5 }
      for (let n = 0; n < 5; n++) await browsers.put('login', `${n}`, 'value', at(100 + n), at(0), share)
      await assert.rejects(
        browsers.put('login', 'b', 'value', at(100), at(0), { holder: 'b', most: 5 }),
        StoreUnavailable,
      )
      await browsers.put('login', 'more', 'value', at(200), at(0), share)
      assert.equal(await browsers.find('login', '0', at(1)), undefined)
      assert.equal(await browsers.find('login', '1', at(1)), 'value')
    })
  })
}
