import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { epochMillis } from '../../../src/model/index.ts'
import { openFileKeyRing } from '../../../src/platform/keyring/files/index.ts'
import type { ManagedKeyRing } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const SCHEDULE = { periodMs: 30 * DAY, pendingMs: HOUR, overlapMs: 2 * DAY, mostSeals: 2 ** 30 }

interface Stage {
  readonly folder: string
  now: number
  open(): Promise<ManagedKeyRing>
}

function aStage(t: TestContext): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-keys-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const clock = { now: () => epochMillis(stage.now) }
  const open = () => openFileKeyRing(folder, { random: systemRandom, clock, schedule: SCHEDULE, inUse: async () => [] })
  const stage = { folder, now: Date.UTC(2026, 0, 1), open }
  return stage
}

function picture(ring: ManagedKeyRing): unknown {
  return ring
    .list()
    .map(({ key, state, retiresAt, destroyedAt }) => [key.purpose, key.id, state, retiresAt, destroyedAt])
}

function filesIn({ folder }: Stage): readonly string[] {
  return readdirSync(folder).sort()
}

test('two rings on one folder agree, through rotations by schedule, by command and of a compromised key', async (t) => {
  const stage = aStage(t)
  const [one, other] = await Promise.all([stage.open(), stage.open()])
  for (let day = 0; day < 70; day += 5) {
    stage.now += 5 * DAY
    await Promise.all([one.upkeep(), other.upkeep()])
    if (day === 20) await Promise.all([one.rotate('explanation'), other.rotate('explanation')])
    if (day === 40) {
      const { id } = one.active('session-secret')
      await Promise.all([one, other].map((ring) => ring.supersede('session-secret', id)))
      await Promise.all([one, other].map((ring) => ring.destroy('session-secret', id)))
    }
    await one.upkeep()
    await other.upkeep()
    assert.deepEqual(picture(one), picture(other))
  }
})

test('a ring opens in every state of a rotation as what it was before the restart', async (t) => {
  const stage = aStage(t)
  const running = await stage.open()
  const steps: readonly (readonly [string, () => unknown])[] = [
    ['pending', () => running.rotate('session-seal')],
    ['active', () => (stage.now += HOUR)],
    ['retired, almost over', () => (stage.now += 2 * DAY - 1)],
    ['over, its material still there', () => (stage.now += 1)],
    ['destroyed', () => running.upkeep()],
  ]
  for (const [state, step] of steps) {
    await step()
    const restarted = await stage.open()
    assert.deepEqual(picture(restarted), picture(running), state)
    assert.equal(restarted.active('session-seal').id, running.active('session-seal').id, state)
  }
})

test('what remembers a destroyed key is for its owner alone and holds no material, nor does any other file', async (t) => {
  const stage = aStage(t)
  const ring = await stage.open()
  const { id, material } = ring.active('session-seal')
  await ring.supersede('session-seal', id)
  await ring.destroy('session-seal', id)
  const path = join(stage.folder, 'session-seal.1.json')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), {
    ...{ id, purpose: 'session-seal', createdAt: stage.now, activeFrom: stage.now, destroyedAt: stage.now },
  })
  const secret = material.export().toString('base64url')
  for (const name of filesIn(stage)) assert.ok(!readFileSync(join(stage.folder, name), 'utf8').includes(secret))
})

test('a crash between two steps of a rotation leaves a ring that opens', async (t) => {
  const stage = aStage(t)
  const ring = await stage.open()
  const { id } = ring.active('session-seal')
  const draft = join(stage.folder, '.session-seal.unfinished.tmp')
  writeFileSync(draft, '{"id":"unfin', { mode: 0o600 })
  assert.equal((await stage.open()).active('session-seal').id, id, 'while the next key was written')
  await ring.supersede('session-seal', id)
  const between = await stage.open()
  assert.ok(between.find('session-seal', id), 'before the compromised key was destroyed, which can be said again')
  assert.notEqual(between.active('session-seal').id, id)
  writeFileSync(join(stage.folder, 'session-seal.1.json.0123456789abcdef01234567.tmp'), '{', { mode: 0o600 })
  assert.ok((await stage.open()).find('session-seal', id), 'while what remembers it was written')
})

test('drafts that a crash left behind are removed: they may hold what is destroyed elsewhere; fresh ones are not', async (t) => {
  const stage = aStage(t)
  await stage.open()
  const before = filesIn(stage)
  const old = ['.at-rest.abc_-123.tmp', 'at-rest.1.json.0123456789abcdef01234567.tmp']
  const others = ['.at-rest.fresh.tmp', 'notes.tmp', 'README.md']
  for (const name of [...old, ...others]) writeFileSync(join(stage.folder, name), '')
  const anHourAgo = new Date(Date.now() - HOUR)
  for (const name of [...old, 'notes.tmp', 'README.md']) utimesSync(join(stage.folder, name), anHourAgo, anHourAgo)
  await stage.open()
  assert.deepEqual(filesIn(stage), [...before, ...others].sort())
})

test('a key file that others can read is not learnt while the node runs, and is a problem until it is mended', async (t) => {
  const stage = aStage(t)
  const [one, other] = [await stage.open(), await stage.open()]
  await one.rotate('page-marker')
  const path = join(stage.folder, 'page-marker.2.json')
  chmodSync(path, 0o644)
  await assert.rejects(other.upkeep(), new RegExp(`${path} can be read by others.*chmod 600`))
  assert.equal(other.list().filter(({ key }) => key.purpose === 'page-marker').length, 1)
  chmodSync(path, 0o600)
  await other.upkeep()
  assert.deepEqual(picture(other), picture(one))
})

test('a malformed file in the place of the next key fails its rotation by name, and no other', async (t) => {
  const stage = aStage(t)
  const ring = await stage.open()
  const path = join(stage.folder, 'session-seal.2.json')
  writeFileSync(path, '{}', { mode: 0o600 })
  await assert.rejects(ring.rotate('session-seal'), new RegExp(`${path} is no key file`))
  await ring.rotate('session-secret')
  const { id } = ring.active('at-rest')
  await ring.supersede('at-rest', id)
  await ring.destroy('at-rest', id)
  assert.equal(ring.find('at-rest', id), undefined)
})

test('a folder that is gone stops no node; once it is back all is well', async (t) => {
  const stage = aStage(t)
  const ring = await stage.open()
  const { id } = ring.active('session-seal')
  renameSync(stage.folder, `${stage.folder}-away`)
  stage.now += 40 * DAY
  await assert.rejects(ring.upkeep(), /ENOENT/)
  await assert.rejects(ring.rotate('session-seal'), /ENOENT/)
  assert.equal(ring.active('session-seal').id, id)
  renameSync(`${stage.folder}-away`, stage.folder)
  await ring.upkeep()
  assert.equal(ring.problem, undefined)
  assert.deepEqual(picture(await stage.open()), picture(ring))
})

test('a folder that cannot be written stops neither a node nor its start', {
  skip: process.geteuid?.() === 0 && 'root writes anywhere',
}, async (t) => {
  const stage = aStage(t)
  await stage.open()
  chmodSync(stage.folder, 0o500)
  t.after(() => chmodSync(stage.folder, 0o700))
  stage.now += 40 * DAY
  const ring = await stage.open()
  await assert.rejects(ring.upkeep(), /cannot be written, so no key can take another's place: .*EACCES/)
  assert.ok(ring.active('session-seal'))
})
