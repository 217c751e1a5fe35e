import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Overloaded } from '../../src/model/index.ts'
import { BackgroundWork, breathe } from '../../src/platform/background-work.ts'

test('no more is promised than there is room for', async () => {
  const background = new BackgroundWork()
  const { promise, resolve } = Promise.withResolvers<void>()
  for (let n = 0; n < 202; n++) background.start(() => promise)
  assert.throws(() => background.checkRoom(), Overloaded)
  resolve()
  await breathe()
  background.checkRoom()
  await background.stop()
})

test('two run at once, and the others in their order', async () => {
  const background = new BackgroundWork()
  const begun: number[] = []
  const gates = [0, 1, 2].map(() => Promise.withResolvers<void>())
  for (const [index, gate] of gates.entries()) {
    background.start(async () => {
      begun.push(index)
      await gate.promise
    })
  }
  assert.deepEqual(begun, [0, 1])
  gates[1]?.resolve()
  await breathe()
  assert.deepEqual(begun, [0, 1, 2])
  for (const { resolve } of gates) resolve()
  await background.stop()
})

test('a stop ends what runs, waits for it, and begins nothing more', async () => {
  const background = new BackgroundWork()
  const ended: string[] = []
  const untilTold = (name: string) => async (signal: AbortSignal) => {
    while (!signal.aborted) await breathe()
    ended.push(name)
  }
  for (const name of ['a', 'b', 'c']) background.start(untilTold(name))
  await background.stop()
  background.start(untilTold('d'))
  assert.deepEqual(ended, ['a', 'b'])
})
