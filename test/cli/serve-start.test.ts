import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { temporaryHome } from './command-line.ts'

const ROLECALL = new URL('../../bin/rolecall.js', import.meta.url).pathname

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends a start at once that hangs`, async () => {
    using home = temporaryHome()
    const fifo = join(home.path, 'accounts.yaml')
    execFileSync('mkfifo', [fifo])
    const env = { HOME: home.path, PATH: process.env['PATH'] }
    const child = spawn(process.execPath, [ROLECALL, 'serve', '--data', ':memory:', '--directory', fifo], {
      cwd: home.path,
      env,
      stdio: 'ignore',
    })
    const ended = once(child, 'exit')
    const writer = await readBy(child, fifo)
    try {
      child.kill(signal)
      const end = await Promise.race([ended, delay(2000, 'it goes on')])
      // What a shell reports as 128 and the number of the signal.
      assert.deepEqual(end, [null, signal])
    } finally {
      child.kill('SIGKILL')
      closeSync(writer)
      await ended
    }
  })
}

const UNSHARE = '/usr/bin/unshare'
const isolated = [...['--pid', '--fork', '--kill-child', '--mount-proc'], process.execPath]
const canIsolate = existsSync(UNSHARE) && spawnSync(UNSHARE, [...isolated, '--version']).status === 0

// The kernel ignores a signal to the first process that it would end any other with.
test('SIGTERM ends a start at once that hangs as the first process of a container', {
  skip: !canIsolate && 'takes root and unshare',
}, async () => {
  using home = temporaryHome()
  const fifo = join(home.path, 'accounts.yaml')
  execFileSync('mkfifo', [fifo])
  const env = { HOME: home.path, PATH: process.env['PATH'] }
  const serve = [ROLECALL, 'serve', '--data', ':memory:', '--directory', fifo]
  const child = spawn(UNSHARE, [...isolated, ...serve], { cwd: home.path, env, stdio: 'ignore' })
  const ended = once(child, 'exit')
  const writer = await readBy(child, fifo)
  try {
    const [first] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ')
    process.kill(Number(first), 'SIGTERM')
    assert.deepEqual(await Promise.race([ended, delay(2000, 'it goes on')]), [143, null])
  } finally {
    child.kill('SIGKILL')
    closeSync(writer)
    await ended
  }
})

/** Waits until the child reads a FIFO, where it then waits for what never comes. */
async function readBy(child: ChildProcess, fifo: string): Promise<number> {
  for (;;) {
    try {
      return openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENXIO')) throw error
      assert.equal(child.exitCode, null, 'serve ended early')
      await delay(20)
    }
  }
}
