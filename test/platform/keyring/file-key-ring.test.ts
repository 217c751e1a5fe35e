import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { epochMillis } from '../../../src/model/index.ts'
import { openFileKeyRing } from '../../../src/platform/keyring/files/index.ts'
import { KEY_PURPOSES, KeyRingError, type KeyRingParts, scheduleOf } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'

const sources: KeyRingParts = {
  random: systemRandom,
  clock: { now: () => epochMillis(1234) },
  schedule: scheduleOf({ everyDays: 30, pendingMinutes: 60, overlapHours: 48 }),
  inUse: async () => [],
}
const MATERIAL = Buffer.alloc(32, 7).toString('base64url')
const GOOD = { id: 'abc', purpose: 'at-rest', createdAt: 1, activeFrom: 1, material: MATERIAL }

function emptyFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-keys-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

function write(folder: string, name: string, content: unknown, mode = 0o600): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  chmodSync(path, mode)
  return path
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

async function refusal(folder: string): Promise<string> {
  const error: unknown = await openFileKeyRing(folder, sources).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof KeyRingError, 'the ring does not open')
  return error.message
}

for (const mode of [0o640, 0o604, 0o620, 0o660, 0o644]) {
  test(`a key file of mode ${mode.toString(8)} is refused, with the command that mends it`, async (t) => {
    const folder = emptyFolder(t)
    const path = write(folder, 'at-rest.1.json', GOOD, mode)
    assert.match(await refusal(folder), new RegExp(`^${path} can be read by others.*: chmod 600 ${path}$`))
  })
}

for (const mode of [0o770, 0o707, 0o720]) {
  test(`a folder of mode ${mode.toString(8)} that holds keys is refused, with the command that mends it`, async (t) => {
    const folder = emptyFolder(t)
    await openFileKeyRing(folder, sources)
    chmodSync(folder, mode)
    assert.match(await refusal(folder), new RegExp(`^${folder} can be written by others.*: chmod go-w ${folder}$`))
  })
}

const MALFORMED: Readonly<Record<string, unknown>> = {
  'is not JSON': '{',
  'is empty': '',
  'is no object': 'null',
  'is a list': [],
  'has no id': { ...GOOD, id: undefined },
  'has an id with other characters': { ...GOOD, id: '../x' },
  'has an id that is too long': { ...GOOD, id: 'a'.repeat(65) },
  'has another purpose than its name': { ...GOOD, purpose: 'session-seal' },
  'has no date': { ...GOOD, createdAt: '2026' },
  'is active in a year that no date can name': { ...GOOD, activeFrom: Number.MAX_SAFE_INTEGER },
  'does not say when it is active': { ...GOOD, activeFrom: 'soon' },
  'does not say when it was destroyed': { ...GOOD, destroyedAt: 'once', material: undefined },
  'has no material': { ...GOOD, material: undefined },
  'has material that is too short': { ...GOOD, material: MATERIAL.slice(0, -2) },
  'has material that is too long': { ...GOOD, material: `${MATERIAL}AA` },
  'has material with stray characters': { ...GOOD, material: `${MATERIAL}\n` },
  'has material with spare bits set': { ...GOOD, material: `${MATERIAL.slice(0, -1)}d` },
  'has padded material': { ...GOOD, material: `${MATERIAL}=` },
  'is destroyed and still holds material': { ...GOOD, destroyedAt: 2 },
}

for (const [what, content] of Object.entries(MALFORMED)) {
  test(`a key file that ${what} is refused, named but not quoted`, async (t) => {
    const folder = emptyFolder(t)
    const path = write(folder, 'at-rest.1.json', content)
    const message = await refusal(folder)
    assert.ok(message.startsWith(`${path} is no key file: `))
    assert.ok(!message.includes(MATERIAL.slice(0, 20)))
    assert.deepEqual(readdirSync(folder), ['at-rest.1.json'])
  })
}

test('two files with one id are refused', async (t) => {
  const folder = emptyFolder(t)
  write(folder, 'at-rest.1.json', GOOD)
  write(folder, 'at-rest.2.json', GOOD)
  assert.match(await refusal(folder), /at-rest\.2\.json holds a key whose id another file has/)
})

test('a folder that cannot be one is refused by name', async (t) => {
  const path = write(emptyFolder(t), 'file', '')
  assert.match(await refusal(path), new RegExp(`^The key ring in ${path} cannot be opened: `))
})

test('a destroyed key opens nothing, and another takes its place', async (t) => {
  const folder = emptyFolder(t)
  write(folder, 'at-rest.1.json', { ...GOOD, destroyedAt: 2, material: undefined })
  const ring = await openFileKeyRing(folder, sources)
  assert.equal(ring.find('at-rest', 'abc'), undefined)
  assert.notEqual(ring.active('at-rest').id, 'abc')
  assert.ok(readdirSync(folder).includes('at-rest.1.json'))
})

test('a key from before there was rotation was active from the moment it was made', async (t) => {
  const folder = emptyFolder(t)
  write(folder, 'at-rest.1.json', { ...GOOD, activeFrom: undefined, state: 'active' })
  const { id, activeFrom } = (await openFileKeyRing(folder, sources)).active('at-rest')
  assert.deepEqual([id, activeFrom], ['abc', 1])
})

test('a retired key opens but does not seal', async (t) => {
  const folder = emptyFolder(t)
  write(folder, 'session-seal.1.json', { ...GOOD, purpose: 'session-seal' })
  write(folder, 'session-seal.2.json', { ...GOOD, purpose: 'session-seal', id: 'new', activeFrom: 1000 })
  const ring = await openFileKeyRing(folder, sources)
  assert.equal(ring.find('session-seal', 'abc')?.generation, 1)
  assert.equal(ring.active('session-seal').id, 'new')
})

test('a pending key opens but does not seal', async (t) => {
  const folder = emptyFolder(t)
  write(folder, 'session-seal.1.json', { ...GOOD, purpose: 'session-seal' })
  write(folder, 'session-seal.2.json', { ...GOOD, purpose: 'session-seal', id: 'new', activeFrom: 1235 })
  const ring = await openFileKeyRing(folder, sources)
  assert.equal(ring.find('session-seal', 'new')?.generation, 2)
  assert.equal(ring.active('session-seal').id, 'abc')
})

test('of two keys that begin at once the one made later seals, in the order of numbers and not of letters', async (t) => {
  const folder = emptyFolder(t)
  write(folder, 'at-rest.10.json', { ...GOOD, id: 'tenth' })
  write(folder, 'at-rest.9.json', { ...GOOD, id: 'ninth', material: Buffer.alloc(32, 8).toString('base64url') })
  const ring = await openFileKeyRing(folder, sources)
  assert.equal(ring.active('at-rest').id, 'tenth')
  assert.equal(ring.find('at-rest', 'ninth')?.generation, 9)
})

test('the first start makes the folder and one key for each purpose, for nobody but the owner', async (t) => {
  const folder = join(emptyFolder(t), 'deep', 'keys')
  const ring = await openFileKeyRing(folder, sources)
  assert.equal(modeOf(folder), 0o700)
  assert.deepEqual(readdirSync(folder).sort(), KEY_PURPOSES.map((purpose) => `${purpose}.1.json`).sort())
  for (const purpose of KEY_PURPOSES) {
    const path = join(folder, `${purpose}.1.json`)
    assert.equal(modeOf(path), 0o600)
    const { id, createdAt, activeFrom, material } = ring.active(purpose)
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), {
      id,
      purpose,
      createdAt,
      activeFrom,
      material: material.export().toString('base64url'),
    })
  }
})

test('a later start finds the keys that an earlier one made, and changes nothing', async (t) => {
  const folder = emptyFolder(t)
  const first = await openFileKeyRing(folder, sources)
  const files = readdirSync(folder)
  const second = await openFileKeyRing(folder, sources)
  for (const purpose of KEY_PURPOSES) {
    assert.equal(second.active(purpose).id, first.active(purpose).id)
    assert.ok(second.active(purpose).material.equals(first.active(purpose).material))
  }
  assert.deepEqual(readdirSync(folder), files)
})

test('nodes that make the keys of one folder at the same time end up with the same ones', async (t) => {
  const folder = emptyFolder(t)
  const rings = await Promise.all(Array.from({ length: 8 }, () => openFileKeyRing(folder, sources)))
  for (const purpose of KEY_PURPOSES) {
    assert.equal(new Set(rings.map((ring) => ring.active(purpose).id)).size, 1)
  }
  assert.equal(readdirSync(folder).length, KEY_PURPOSES.length)
})

test('what else lies in the folder is left alone, and a checkout makes it private with its first key', async (t) => {
  const folder = join(emptyFolder(t), 'keys')
  mkdirSync(folder)
  chmodSync(folder, 0o775)
  for (const name of ['README.md', '.gitignore', 'later-purpose.1.json', '.at-rest.x.tmp'])
    write(folder, name, '', 0o644)
  await openFileKeyRing(folder, sources)
  assert.equal(modeOf(folder), 0o700)
  assert.equal(readdirSync(folder).length, 4 + KEY_PURPOSES.length)
  await openFileKeyRing(folder, sources)
})
