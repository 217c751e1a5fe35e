import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { epochMillis } from '../model/index.ts'
import type { DirectoryRecord, MfaDeviceState } from '../platform/storage/index.ts'
import { type OpenStorage, openedFor, SOURCE, user } from './storage-samples.ts'

/** Tests the promises of {@link MfaDeviceStates}. */
export function mfaDeviceStatesSuite(name: string, open: OpenStorage): void {
  describe(`${name}: states of MFA devices`, () => {
    test('nothing is remembered of a device that nothing was kept of', async (t) => {
      const { mfaDevices } = await openedFor(t, open)
      await mfaDevices.replace('a', undefined, state(1))
      for (const other of ['A', 'a ', '', "a' OR 1=1 --"]) assert.equal(await mfaDevices.find(other), undefined, other)
    })

    test('a state is found as it was kept', async (t) => {
      const { mfaDevices } = await openedFor(t, open)
      const whole = { lastStep: 59_000_000, drift: -120, failures: [epochMillis(1), epochMillis(1), epochMillis(2)] }
      assert.equal(await mfaDevices.replace('a', undefined, whole), true)
      assert.deepEqual(await mfaDevices.find('a'), whole)
    })

    test('a state takes the place of exactly the one before', async (t) => {
      const { mfaDevices } = await openedFor(t, open)
      assert.equal(await mfaDevices.replace('a', state(1), state(2)), false, 'there is none')
      assert.equal(await mfaDevices.replace('a', undefined, state(1)), true)
      assert.equal(await mfaDevices.replace('a', undefined, state(2)), false, 'there is one')
      assert.equal(await mfaDevices.replace('a', state(3), state(2)), false, 'there is another')
      assert.equal(await mfaDevices.replace('a', { ...state(1), failures: [epochMillis(1)] }, state(2)), false)
      assert.deepEqual(await mfaDevices.find('a'), state(1))
      assert.equal(await mfaDevices.replace('a', state(1), state(2)), true)
      assert.deepEqual(await mfaDevices.find('a'), state(2))
    })

    test('states of several devices take their places together, or none does', async (t) => {
      const { mfaDevices } = await openedFor(t, open)
      const found = async () => await Promise.all(['a', 'b'].map((device) => mfaDevices.find(device)))
      const both = (from: number | undefined, to: number) =>
        mfaDevices.replaceAll([
          ['a', from === undefined ? undefined : state(from), state(to)],
          ['b', from === undefined ? undefined : state(from), state(to)],
        ])
      assert.equal(await both(undefined, 1), true)
      assert.deepEqual(await found(), [state(1), state(1)])
      assert.equal(await mfaDevices.replace('b', state(1), state(2)), true)
      assert.equal(await both(1, 3), false)
      assert.deepEqual(await found(), [state(1), state(2)])
    })

    test('of many at once one succeeds', async (t) => {
      const { mfaDevices } = await openedFor(t, open)
      for (const device of ['a', 'b']) {
        const from = device === 'a' ? undefined : state(0)
        if (from !== undefined) await mfaDevices.replace(device, undefined, from)
        const all = await Promise.all(
          Array.from({ length: 20 }, (_, step) => mfaDevices.replace(device, from, state(step + 1))),
        )
        assert.equal(all.filter((replaced) => replaced).length, 1)
      }
    })

    test('what is remembered of a device is gone with its record, and with one that becomes that of another device', async (t) => {
      const { mfaDevices, directory } = await openedFor(t, open)
      const ids = ['removed', 'renewed', 'changed', 'other']
      for (const id of ids) {
        await directory.commit([{ put: device(id, { id }) }])
        await mfaDevices.replace(id, undefined, state(1))
        await mfaDevices.replace(`${id}/somebody`, undefined, state(1))
      }
      await directory.commit([
        { remove: { kind: 'mfa-device', key: 'removed', account: SOURCE } },
        { put: device('renewed', { id: 'new' }) },
        { put: device('changed', { id: 'changed', tags: [] }) },
        { remove: { kind: 'user', key: 'other', account: SOURCE } },
      ])
      for (const end of ['', '/somebody']) {
        const kept = await Promise.all(ids.map(async (id) => (await mfaDevices.find(`${id}${end}`)) !== undefined))
        assert.deepEqual(kept, [false, false, true, true])
      }
    })

    test('what is remembered of devices is no change of the directory', async (t) => {
      const { mfaDevices, changes } = await openedFor(t, open)
      await mfaDevices.replace('a', undefined, state(1))
      assert.equal(await changes.last(), 0)
    })
  })
}

function device(key: string, body: object): DirectoryRecord {
  return user(key, { kind: 'mfa-device', body: JSON.stringify(body) })
}

function state(lastStep: number): MfaDeviceState {
  return { lastStep, drift: 0, failures: [] }
}
