import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { takeProcessLock, waitForProcessLock } from '../../src/platform/process-lock.ts'

const MODULE = new URL('../../src/platform/process-lock.ts', import.meta.url).href
const HOLDER = `const { takeProcessLock } = await import(process.argv[1])
globalThis.release = takeProcessLock(process.argv[2])
process.stdout.write('held')
setInterval(() => undefined, 1000)`

function lockIn(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-lock-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'lock')
}

async function heldByAnother(path: string) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', HOLDER, MODULE, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

test('what one holds nobody else gets, in another process or in this one', async (t) => {
  const path = lockIn(t)
  const child = await heldByAnother(path)
  assert.throws(() => takeProcessLock(path))
  await assert.rejects(waitForProcessLock(path, AbortSignal.timeout(150)), { name: 'AbortError' })
  child.kill('SIGKILL')
  await once(child, 'exit')
  const release = takeProcessLock(path)
  assert.throws(() => takeProcessLock(path))
  release()
  takeProcessLock(path)()
})

test('who waits gets it when it is released, or its holder is killed', async (t) => {
  const path = lockIn(t)
  const child = await heldByAnother(path)
  const waiting = waitForProcessLock(path, AbortSignal.timeout(5000))
  await setTimeout(50)
  child.kill('SIGKILL')
  const release = await waiting
  const next = waitForProcessLock(path, AbortSignal.timeout(5000))
  release()
  ;(await next)()
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('where none can be made, that is told at once', async () => {
  await assert.rejects(waitForProcessLock('/nowhere/lock', AbortSignal.timeout(5000)), { code: 'ENOENT' })
})
