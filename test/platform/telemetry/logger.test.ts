import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
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
