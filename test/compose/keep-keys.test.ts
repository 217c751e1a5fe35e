import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { KeyKeeper } from '../../src/compose/keep-keys.ts'
import { aWorld } from '../domain/directory/samples.ts'

async function aKeeper(t: TestContext) {
  const { keyring, directory } = await aWorld(t)
  const lines: string[] = []
  const log = (level: string) => (event: string, fields?: object) =>
    void lines.push(`${level} ${event} ${Object.values(fields ?? {}).join(' ')}`)
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
  const keeper = new KeyKeeper({ keyring, directory, logger })
  t.after(() => keeper.stop())
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  }
  return { keeper, keyring, directory, lines, settled }
}

test('what is wrong with the ring is logged as an error once for each thing, and told until it is mended', async (t) => {
  const { keeper, keyring, lines, settled } = await aKeeper(t)
  const upkeep = keyring.upkeep.bind(keyring)
  const faults = ['full', 'full', 'gone', undefined, 'full']
  const told: (string | undefined)[] = []
  let at = 0
  t.mock.method(keyring, 'upkeep', async () => {
    const fault = faults[at++]
    if (fault !== undefined) throw new Error(fault)
    await upkeep()
  })
  keeper.start()
  for (const _ of faults) {
    await settled()
    told.push(keeper.problem)
    keeper.now()
  }
  assert.deepEqual(told, faults)
  assert.deepEqual(lines.slice(0, 3), [
    'error keyring.failed full',
    'error keyring.failed gone',
    'error keyring.failed full',
  ])
})

test('what becomes of keys is logged, and nothing of what they are made of', async (t) => {
  const { keeper, keyring, lines, settled } = await aKeeper(t)
  keeper.start()
  await settled()
  assert.deepEqual(lines, [])
  const { id, material } = keyring.active('session-seal')
  await keyring.supersede('session-seal', id)
  await keyring.destroy('session-seal', id)
  keeper.now()
  await settled()
  const next = keyring.active('session-seal').id
  assert.deepEqual(lines, [
    `info key.changed session-seal ${id} destroyed`,
    `info key.changed session-seal ${next} active`,
  ])
  assert.ok(!lines.join().includes(material.export().toString('base64url')))
})

test('secrets that are stored move to the key that takes over by themselves', async (t) => {
  const { keeper, keyring, directory, settled } = await aKeeper(t)
  const reseal = t.mock.method(directory, 'resealSecrets')
  keeper.start()
  await settled()
  assert.equal(reseal.mock.callCount(), 0, 'where no key was followed there is nothing to look for')
  await keyring.supersede('at-rest', keyring.active('at-rest').id)
  keeper.now()
  await settled()
  assert.equal(reseal.mock.callCount(), 1)
})

test('a keeper that was stopped does nothing more', async (t) => {
  const { keeper, keyring, settled } = await aKeeper(t)
  const upkeep = t.mock.method(keyring, 'upkeep')
  keeper.start()
  await keeper.stop()
  const calls = upkeep.mock.callCount()
  keeper.now()
  await settled()
  assert.equal(upkeep.mock.callCount(), calls)
})
