import assert from 'node:assert/strict'
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { epochMillis } from '../../../src/model/index.ts'
import { openFileKeyRing } from '../../../src/platform/keyring/files/index.ts'
import { KeyRingError, type KeyRingParts, scheduleOf } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'

const STRANGER = 65_534
const sources: KeyRingParts = {
  random: systemRandom,
  clock: { now: () => epochMillis(1234) },
  schedule: scheduleOf({ everyDays: 30, pendingMinutes: 60, overlapHours: 48 }),
  inUse: async () => [],
}
const PLANTED = { id: 'x', createdAt: 1, activeFrom: 1, material: Buffer.alloc(32, 7).toString('base64url') }

function emptyFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-keys-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

function plant(folder: string, purpose: string): string {
  const path = join(folder, `${purpose}.1.json`)
  writeFileSync(path, JSON.stringify({ ...PLANTED, purpose }), { mode: 0o600 })
  return path
}

/** Makes a path another user's; who is not root and cannot give it away becomes another user instead. */
function giveAway(t: TestContext, path: string): void {
  if (process.geteuid?.() === 0) chownSync(path, STRANGER, STRANGER)
  else t.mock.property(process, 'geteuid', () => STRANGER)
}

async function refusal(folder: string, from = sources): Promise<string> {
  const error: unknown = await openFileKeyRing(folder, from).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof KeyRingError, 'the ring does not open')
  return error.message
}

test('an empty folder of another user is refused, who could plant a key there', async (t) => {
  const folder = emptyFolder(t)
  giveAway(t, folder)
  assert.match(await refusal(folder), new RegExp(`^${folder} belongs to another user \\(uid \\d+\\), who could forge`))
})

test('a folder of another user that holds keys of our own is refused', async (t) => {
  const folder = emptyFolder(t)
  await openFileKeyRing(folder, sources)
  giveAway(t, folder)
  assert.match(await refusal(folder), new RegExp(`^${folder} belongs to another user`))
})

test('a key file of another user is refused', { skip: process.geteuid?.() !== 0 && 'takes root' }, async (t) => {
  const folder = emptyFolder(t)
  const path = plant(folder, 'at-rest')
  giveAway(t, path)
  assert.match(await refusal(folder), new RegExp(`^${path} belongs to another user .*: .* chown \\d+ ${path}$`))
})

test('a file that another user plants while the first key is made is not taken for that key', async (t) => {
  const folder = emptyFolder(t)
  const random = {
    ...systemRandom,
    bytes(length: number) {
      giveAway(t, plant(folder, 'session-seal'))
      return systemRandom.bytes(length)
    },
  }
  assert.match(await refusal(folder, { ...sources, random }), /session-seal\.1\.json belongs to another user/)
})

test('a folder and keys of root are taken: root can do everything anyway', async (t) => {
  const folder = emptyFolder(t)
  await openFileKeyRing(folder, sources)
  if (statSync(folder).uid === 0) t.mock.property(process, 'geteuid', () => STRANGER)
  await openFileKeyRing(folder, sources)
})

test('a folder is private from its making, and so are the folders made on the way to it', async (t) => {
  const parent = join(emptyFolder(t), 'deep')
  await openFileKeyRing(join(parent, 'keys'), sources)
  assert.equal(statSync(parent).mode & 0o777, 0o700)
})
