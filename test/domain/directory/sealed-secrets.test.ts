import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DesiredAccount } from '../../../src/domain/directory/index.ts'
import { anAccount, aUser, aWorld, SOURCE, type World } from './samples.ts'

const ID = 'AKIAIOSFODNN7EXAMPLE'
const SECRET = 's'.repeat(40)

/** An account with one access key whose secret is said. */
function withKey(Status: 'Active' | 'Inactive' = 'Active'): DesiredAccount {
  return anAccount(SOURCE, {
    Users: [aUser('alice', { AccessKeys: [{ AccessKeyId: ID, SecretAccessKey: SECRET, Status }] })],
  })
}

/** Puts another at-rest key in the place of the active one, whose id it gives. */
async function rotated({ keyring }: World): Promise<string> {
  const { id } = keyring.active('at-rest')
  await keyring.supersede('at-rest', id)
  return id
}

test('secrets that do not open are named and left as they are, and all others are sealed anew', async (t) => {
  const world = await aWorld(t)
  await world.apply(withKey())
  const record = await world.storage.directory.find('access-key', ID)
  assert.ok(record)
  const moved = { ...record, key: 'AKIAMOVEDMOVEDMOVED1' }
  await world.storage.directory.commit([{ put: moved }])
  const old = await rotated(world)
  await assert.rejects(
    world.directory.resealSecrets(),
    /of these access keys, MFA devices or SAML providers do not open.*: AKIAMOVEDMOVEDMOVED1\./,
  )
  assert.deepEqual(await world.storage.directory.find('access-key', moved.key), moved)
  const { sealedUnder } = (await world.storage.directory.find('access-key', ID)) ?? {}
  assert.equal(sealedUnder, world.keyring.active('at-rest').id)
  assert.ok((await world.storage.directory.sealingKeysInUse()).includes(old), 'so that nobody destroys it')
})

test('a change that was planned before the key changed is stored under the key that is active', async (t) => {
  const world = await aWorld(t)
  const changes = await world.plan(withKey())
  const old = await rotated(world)
  await world.directory.change(async () => ({ changes: changes }))
  assert.deepEqual(await world.storage.directory.sealingKeysInUse(), [world.keyring.active('at-rest').id])
  await world.keyring.destroy('at-rest', old)
  assert.equal((await world.directory.accessKey(ID))?.secretAccessKey.reveal(), SECRET)
})

test('a change that comes while secrets are sealed anew is not undone by that', async (t) => {
  const world = await aWorld(t)
  await world.apply(withKey())
  await rotated(world)
  const { directory } = world.storage
  const list = directory.list.bind(directory)
  let comes = true
  t.mock.method(directory, 'list', async (...asked: Parameters<typeof list>) => {
    const page = await list(...asked)
    if (comes) {
      comes = false
      await world.apply(withKey('Inactive'))
    }
    return page
  })
  await world.directory.resealSecrets()
  assert.equal((await world.directory.accessKey(ID))?.status, 'Inactive')
  assert.deepEqual(await directory.sealingKeysInUse(), [world.keyring.active('at-rest').id])
})

test('a record that never stops to change is given up on', async (t) => {
  const world = await aWorld(t)
  await world.apply(withKey())
  await rotated(world)
  const { directory } = world.storage
  const [record] = await directory.list('access-key', { limit: 1 })
  assert.ok(record)
  t.mock.method(directory, 'list', async () => [{ ...record, body: `${record.body} ` }])
  await assert.rejects(world.directory.resealSecrets(), { name: 'StoreConflict' })
})

test('more secrets than one page holds are the same after they were sealed anew, and the old key can go', async (t) => {
  const world = await aWorld(t)
  const Users = Array.from({ length: 700 }, (_, n) => aUser(`user${n}`, { AccessKeys: [{ Status: 'Active' }] }))
  await world.apply(anAccount(SOURCE, { Users }))
  const keys = await world.storage.directory.list('access-key', { limit: 1000 })
  const secrets = () =>
    Promise.all(keys.map(async ({ key }) => (await world.directory.accessKey(key))?.secretAccessKey.reveal()))
  const before = await secrets()
  const old = await rotated(world)
  assert.equal(await world.directory.resealSecrets(), 700)
  await world.keyring.destroy('at-rest', old)
  assert.deepEqual(await secrets(), before)
  assert.equal(await world.directory.resealSecrets(), 0, 'and there is nothing left to do')
})
