import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { StoreUnavailable } from '../../../src/platform/storage/index.ts'
import { openSqlStorage } from '../../../src/platform/storage/sql/index.ts'
import { event, user } from '../../../src/testing/storage-samples.ts'

const ADAPTER = new URL('../../../src/platform/storage/sql/index.ts', import.meta.url).href
const SAMPLES = new URL('../../../src/testing/storage-samples.ts', import.meta.url).href
const [MOUNT, UNMOUNT] = ['/usr/bin/mount', '/usr/bin/umount']
const root = mkdtempSync(join(tmpdir(), 'rolecall-full-'))
const mount =
  process.platform === 'linux' ? spawnSync(MOUNT, ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', root]) : undefined
after(() => {
  if (mount?.status === 0) spawnSync(UNMOUNT, [root])
  rmSync(root, { recursive: true, force: true })
})

const noSmallDisk = mount?.status !== 0 && 'a small disk cannot be mounted here'
test('a disk that is full refuses, keeps what it took, and takes again when there is room', {
  skip: noSmallDisk,
}, async (t) => {
  const { audit, directory, close } = await openSqlStorage({ data: join(root, 'data') })
  t.after(close)
  const ballast = join(root, 'ballast')
  writeFileSync(ballast, Buffer.alloc(1_000_000))
  const taken: string[] = []
  const fill = async (): Promise<void> => {
    for (let n = 0; n < 1000; n++) {
      await audit.append([event(`a${n}`, n, { body: 'x'.repeat(4000) }), event(`b${n}`, n)])
      taken.push(`a${n}`, `b${n}`)
    }
  }
  await assert.rejects(fill(), StoreUnavailable)
  await assert.rejects(audit.append([event('more', 1, { body: 'x'.repeat(100_000) })]), StoreUnavailable)
  await assert.rejects(directory.commit([{ put: user('alice', { body: 'x'.repeat(100_000) }) }]), StoreUnavailable)
  const kept = async () => (await audit.find({ limit: 10_000 })).entries.map(({ eventId }) => eventId)
  assert.deepEqual((await kept()).toSorted(), taken.toSorted())

  unlinkSync(ballast)
  await audit.append([event('again', 1, { body: 'x'.repeat(100_000) })])
  await directory.commit([{ put: user('alice') }])
  assert.deepEqual((await kept()).toSorted(), ['again', ...taken].toSorted())
})

test('a file that may not grow any more refuses, and keeps every entry whose append resolved', {
  skip: process.platform === 'win32',
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-limit-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const script = `
    const { openSqlStorage } = await import(${JSON.stringify(ADAPTER)})
    const { event } = await import(${JSON.stringify(SAMPLES)})
    const { audit, close } = await openSqlStorage({ data: ${JSON.stringify(join(folder, 'data'))} })
    let taken = 0
    try {
      for (; taken < 10_000; taken++) await audit.append([event('e' + taken, taken, { body: 'x'.repeat(4000) })])
    } catch (error) {
      process.stdout.write(taken + ' ' + error.name)
    }
    await close()
  `
  const limited = `trap '' XFSZ; ulimit -f 800; exec "$0" --input-type=module --eval "$1"`
  const { stdout } = spawnSync('sh', ['-c', limited, process.execPath, script], { encoding: 'utf8' })
  const [taken, name] = stdout.split(' ')
  assert.equal(name, 'StoreUnavailable')
  assert.ok(Number(taken) > 10)

  const { audit, close } = await openSqlStorage({ data: join(folder, 'data') })
  t.after(close)
  assert.equal((await audit.find({ limit: 20_000 })).entries.length, Number(taken))
})
