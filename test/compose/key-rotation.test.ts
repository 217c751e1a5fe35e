import assert from 'node:assert/strict'
import { readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type RunningNode, startNode } from '../../src/compose/index.ts'
import { listKeys, rotateKeys } from '../../src/operations/broker/index.ts'
import type { BrokerSettings } from '../../src/platform/config/index.ts'
import { KEY_PURPOSES, type KeyPurpose } from '../../src/platform/keyring/index.ts'
import { openSqlStorage } from '../../src/platform/storage/sql/index.ts'
import { ACCOUNT, aFolder, configIn, DIRECTORY } from './samples.ts'
import { ALICE, assume, whoIs } from './sts-as.ts'

const HOUR = 3_600_000
const DEPLOYER_SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/Deployer/ci`
/** Keys live for a day, so that a test sees many of them. */
const FAST: BrokerSettings = { dev: true, keyRotation: { everyDays: 1, pendingMinutes: 30, overlapHours: 37 } }

/** The directory of the samples, with sessions of up to twelve hours. */
const LONG_SESSIONS = {
  Accounts: DIRECTORY.Accounts.map((account) => ({
    ...account,
    Roles: account.Roles.map((role) => ({ ...role, MaxSessionDuration: 43_200 })),
  })),
}

async function started(t: TestContext, folder: string, settings: BrokerSettings = {}): Promise<RunningNode> {
  const node = await startNode(configIn(folder, settings), { directories: [LONG_SESSIONS] })
  t.after(() => node.stop())
  return node
}

function keyOf({ broker }: RunningNode, purpose: KeyPurpose): string {
  return broker.keyring.active(purpose).id
}

/** Waits until something is so, as it has to be soon. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; !(await isSo()); attempt++) {
    assert.ok(attempt < 500, 'it never came to be')
    await delay(10)
  }
}

for (const purpose of ['session-seal', 'session-secret'] as const) {
  test(`a compromised ${purpose} key ends every session under it at once, seen before or not, and no other`, async (t) => {
    const node = await started(t, await aFolder(t))
    const [seen, unseen] = [await assume(node, ALICE), await assume(node, ALICE)]
    assert.equal(await whoIs(node, seen), DEPLOYER_SESSION)
    const { resealed } = await node.operate(rotateKeys, { purpose: undefined, compromised: keyOf(node, purpose) })
    assert.equal(resealed, 0)
    for (const gone of [seen, unseen]) await assert.rejects(whoIs(node, gone), { name: 'InvalidClientTokenId' })
    const next = await assume(node, ALICE)
    const other = purpose === 'session-seal' ? 'session-secret' : 'session-seal'
    await node.operate(rotateKeys, { purpose: other, compromised: undefined })
    assert.equal(await whoIs(node, next), DEPLOYER_SESSION)
  })
}

test('a compromised at-rest key is gone when that is answered, and what was stored under it works on, also after a restart', async (t) => {
  const folder = await aFolder(t)
  const node = await started(t, folder)
  const compromised = keyOf(node, 'at-rest')
  const file = join(folder, 'keys', 'at-rest.1.json')
  const { material } = JSON.parse(await readFile(file, 'utf8'))
  const [{ resealed }, ...requests] = await Promise.all([
    node.operate(rotateKeys, { purpose: 'at-rest', compromised }),
    ...Array.from({ length: 10 }, () => whoIs(node, ALICE)),
  ])
  assert.equal(resealed, 2, 'the keys of root and alice')
  assert.equal(requests.length, 10)
  assert.equal(JSON.parse(await readFile(file, 'utf8')).destroyedAt > 0, true)
  for (const name of await readdir(join(folder, 'keys'))) {
    assert.ok(!(await readFile(join(folder, 'keys', name), 'utf8')).includes(material), name)
  }
  await node.stop()
  const storage = await openSqlStorage({ data: join(folder, 'data') })
  assert.ok(!(await storage.directory.sealingKeysInUse()).includes(compromised))
  const { entries } = await storage.audit.find({ limit: 20 })
  const rotation = entries.find(({ eventName }) => eventName === 'RotateKeys')
  await storage.close()
  const { requestParameters } = JSON.parse(rotation?.body ?? '{}')
  assert.deepEqual(requestParameters, { purpose: 'at-rest', compromised })
  const again = await startNode(configIn(folder))
  t.after(() => again.stop())
  assert.equal(await whoIs(again, ALICE), `arn:aws:iam::${ACCOUNT}:user/alice`)
})

test('a key that there is not, or that is for something else, is refused by name, and nothing changes', async (t) => {
  const node = await started(t, await aFolder(t))
  const before = await node.operate(listKeys, undefined)
  await assert.rejects(node.operate(rotateKeys, { purpose: undefined, compromised: 'nobody' }), {
    code: 'NoSuchEntity',
    message: 'There is no key nobody: "rolecall keys list" shows them.',
  })
  const compromised = keyOf(node, 'session-seal')
  await assert.rejects(node.operate(rotateKeys, { purpose: 'at-rest', compromised }), {
    code: 'ValidationError',
    message: `The key ${compromised} is for session-seal.`,
  })
  assert.deepEqual(await node.operate(listKeys, undefined), before)
})

test('sessions go on over restarts in every state of a rotation', async (t) => {
  const folder = await aFolder(t)
  const settings = { ...FAST, dev: false }
  let node = await started(t, folder, settings)
  const first = await assume(node, ALICE)
  await node.operate(rotateKeys, { purpose: undefined, compromised: undefined })
  for (let restart = 0; restart < 2; restart++) {
    await node.stop()
    node = await started(t, folder, settings)
    const { keys } = await node.operate(listKeys, undefined)
    assert.equal(keys.filter(({ state }) => state === 'pending').length, KEY_PURPOSES.length)
    assert.equal(await whoIs(node, first), DEPLOYER_SESSION)
  }
  for (const purpose of KEY_PURPOSES) await node.broker.keyring.supersede(purpose, keyOf(node, purpose))
  const second = await assume(node, ALICE)
  await node.stop()
  node = await started(t, folder, settings)
  for (const session of [first, second, ALICE]) assert.ok(await whoIs(node, session))
})

test('data of a node in development opens again when its clock is back where it was', async (t) => {
  const folder = await aFolder(t)
  const node = await started(t, folder, FAST)
  for (let day = 0; day < 10; day++) {
    node.virtualClock?.advance(24 * HOUR)
    await node.broker.keyring.upkeep()
    await node.broker.directory.resealSecrets()
  }
  await node.stop()
  const again = await startNode(configIn(folder, FAST))
  t.after(() => again.stop())
  assert.equal(await whoIs(again, await assume(again, ALICE)), DEPLOYER_SESSION)
  await again.stop()
})

test('a key folder that fails stops no node, which says so until it is mended', async (t) => {
  const folder = await aFolder(t)
  const node = await started(t, folder, FAST)
  const ready = async (): Promise<{ readonly status: string; readonly warning?: string }> =>
    JSON.parse(await (await fetch(new URL('/readyz', node.addresses.admin))).text())
  const keys = join(folder, 'keys')
  const session = await assume(node, ALICE)
  await rename(keys, `${keys}-away`)
  node.virtualClock?.advance(1000)
  await until(async () => 'warning' in (await ready()))
  assert.match((await ready()).warning ?? '', /ENOENT/)
  assert.equal((await ready()).status, 'ready')
  assert.match((await node.operate(listKeys, undefined)).problem ?? '', /ENOENT/)
  await assert.rejects(node.operate(rotateKeys, { purpose: 'session-seal', compromised: undefined }), {
    code: 'KeyRingFailure',
    message: /ENOENT/,
  })
  assert.equal(await whoIs(node, session), DEPLOYER_SESSION)
  assert.ok(await assume(node, ALICE))
  await rename(`${keys}-away`, keys)
  node.virtualClock?.advance(1000)
  await until(async () => !('warning' in (await ready())))
})
