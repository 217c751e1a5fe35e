import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { AccessDenied, Secret } from '../../../src/model/index.ts'
import type { LogLevel } from '../../../src/platform/config/index.ts'
import { createLogger, type Logger } from '../../../src/platform/telemetry/index.ts'

function linesOf(level: LogLevel, write: (log: Logger) => void): Record<string, unknown>[] {
  const lines: string[] = []
  write(createLogger({ level, destination: { write: (line: string) => lines.push(line) } }))
  for (const line of lines) assert.ok(line.indexOf('\n') === line.length - 1, 'one line, and a whole one')
  return lines.map((line) => JSON.parse(line))
}

test('a secret prints as [secret], however deep it lies', () => {
  const secret = new Secret('hunter2')
  const [line] = linesOf('info', (log) =>
    log.info('key.made', { secret, in: { a: [secret] }, of: new Map([[1, secret]]) }),
  )
  assert.ok(!JSON.stringify(line).includes('hunter2'))
  assert.equal(line?.['secret'], '[secret]')
  assert.deepEqual(line?.['in'], { a: ['[secret]'] })
})

for (const name of ['authorization', 'secretAccessKey', 'sessionToken', 'securityToken', 'password', 'material']) {
  test(`a field named ${name} prints as [secret], at the top and one level down`, () => {
    const [line] = linesOf('info', (log) => log.info('x.done', { [name]: 'hunter2', request: { [name]: 'hunter2' } }))
    assert.equal(line?.[name], '[secret]')
    assert.deepEqual(line?.['request'], { [name]: '[secret]' })
  })
}

test('a value does not break out of its line', () => {
  const [line] = linesOf('info', (log) => log.info('x.done', { agent: 'a\n{"event":"forged.line"}\u2028\u0000"' }))
  assert.equal(line?.['agent'], 'a\n{"event":"forged.line"}\u2028\u0000"')
})

test('a field that contains itself, or no JSON, does not stop the caller', () => {
  const loop: Record<string, unknown> = { big: 1n, call: () => 1, symbol: Symbol('x') }
  loop['loop'] = loop
  const [line] = linesOf('info', (log) => log.info('x.done', { loop, none: undefined }))
  assert.equal(line?.['event'], 'x.done')
})

test('below the level nothing is written, and at silent nothing at all', () => {
  const all = (log: Logger): void => {
    log.debug('a.debug')
    log.info('a.info')
    log.warn('a.warn')
    log.error('a.error')
  }
  const eventsAt = (level: LogLevel): unknown[] => linesOf(level, all).map(({ event }) => event)
  assert.deepEqual(eventsAt('silent'), [])
  assert.deepEqual(eventsAt('error'), ['a.error'])
  assert.deepEqual(eventsAt('warn'), ['a.warn', 'a.error'])
  assert.deepEqual(eventsAt('info'), ['a.info', 'a.warn', 'a.error'])
  assert.deepEqual(eventsAt('debug'), ['a.debug', 'a.info', 'a.warn', 'a.error'])
})

test('an error is logged with its detail, its stack and its causes', () => {
  const error = new AccessDenied('no', { detail: 'statement 3', cause: new Error('why') })
  const [line] = linesOf('info', (log) => log.error('request.failed', { error }))
  const { error: logged } = JSON.parse(JSON.stringify(line))
  assert.equal(logged.code, 'AccessDenied')
  assert.equal(logged.detail, 'statement 3')
  assert.match(logged.stack, /logger\.test\.ts[\s\S]*caused by: Error: why/)
})

test('a line is its time, level, fields and event, and no more', () => {
  const [line] = linesOf('info', (log) => log.warn('signature.rejected', { reason: 'scope-date', attempts: 3 }))
  const { time, ...rest } = line ?? {}
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.deepEqual(rest, { level: 'warn', reason: 'scope-date', attempts: 3, event: 'signature.rejected' })
})

/** A process that runs `script` with `createLogger` at hand. */
function processOf(script: string): ChildProcess {
  const telemetry = new URL('../../../src/platform/telemetry/index.ts', import.meta.url)
  return spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { createLogger } from '${telemetry}'\n${script}`,
  ])
}

test('standard error that nobody reads stops no process: lines beyond a bound are dropped, and later counted', {
  timeout: 10_000,
}, async (t) => {
  const child = processOf(`const log = createLogger({ level: 'debug' })
    const long = 'x'.repeat(1000)
    for (let i = 0; i < 5000; i++) log.warn('line.written', { long })
    process.stdout.write(String(process.stderr.writableLength))
    process.stdin.once('data', () => log.error('node.stopped'))
    process.stdin.once('end', () => undefined)`)
  t.after(() => child.kill())
  const { stdin, stdout, stderr } = child
  assert.ok(stdin !== null && stdout !== null && stderr !== null)
  const [waiting] = await once(stdout, 'data')
  assert.ok(Number(waiting) < 2_000_000, `${waiting} bytes wait`)
  const log = text(stderr)
  // The reader has to catch up before there is room again.
  await once(stderr, 'data')
  setTimeout(() => stdin.end('stop'), 500)
  const events = (await log)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const [dropped, last] = events.slice(-2)
  assert.equal(last.event, 'node.stopped')
  assert.deepEqual([dropped.level, dropped.event], ['warn', 'log.dropped'])
  assert.match(dropped.time, /^\d{4}-.*Z$/)
  assert.ok(dropped.lines > 1000)
  assert.equal(dropped.lines + events.length - 2, 5000)
})

test('standard error whose reader went away stops no process', { timeout: 10_000 }, async (t) => {
  const child = processOf(`const log = createLogger({ level: 'debug' })
    let left = 20
    const timer = setInterval(() => {
      log.error('line.written')
      if (--left === 0) clearInterval(timer)
    }, 5)`)
  t.after(() => child.kill())
  child.stderr?.destroy()
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test('of one event only so many lines are written in a second; the next one tells how many were not', () => {
  let now = 5000
  const lines: string[] = []
  const log = createLogger({ level: 'info', destination: { write: (line) => lines.push(line) }, now: () => now })
  const events = (): unknown[] => lines.splice(0).map((line) => JSON.parse(line).event)
  for (let count = 0; count < 606; count++) log.info('request.refused')
  assert.deepEqual(events(), Array(20).fill('request.refused'))
  log.warn('signature.rejected')
  assert.deepEqual(events(), ['signature.rejected'], 'other events have their own count')
  now += 999
  log.info('request.refused')
  assert.deepEqual(events(), [])
  now += 1
  log.info('request.refused')
  const { time: _, ...suppressed } = JSON.parse(lines[0] ?? '')
  assert.deepEqual(suppressed, { level: 'info', suppressed: 'request.refused', lines: 587, event: 'log.suppressed' })
  assert.deepEqual(events(), ['log.suppressed', 'request.refused'])
  now += 1000
  log.info('request.refused')
  assert.deepEqual(events(), ['request.refused'], 'nothing was suppressed in between')
})

test('at debug, every line is written', () => {
  const lines = linesOf('debug', (log) => {
    for (let count = 0; count < 100; count++) log.info('request.refused')
  })
  assert.equal(lines.length, 100)
})

test('lines go to standard error, and those before an exit are not lost', () => {
  const telemetry = new URL('../../../src/platform/telemetry/index.ts', import.meta.url)
  const script = `import { createLogger } from '${telemetry}'
    createLogger({ level: 'info' }).error('node.stopped', { why: 'test' })
    process.exit(3)`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  })
  assert.equal(status, 3)
  assert.equal(stdout, '')
  assert.match(stderr, /^\{"level":"error",.*"why":"test","event":"node\.stopped"\}\n$/)
})
