import assert from 'node:assert/strict'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startNode } from '../../src/compose/index.ts'
import { KEY_PURPOSES } from '../../src/platform/keyring/index.ts'
import { aFolder, configIn, DIRECTORY } from '../compose/samples.ts'
import { commandLine } from './command-line.ts'
import { errorAnswer, fakeBroker } from './fake-broker.ts'

async function aNode(t: TestContext) {
  const folder = await aFolder(t)
  const readyFile = join(folder, 'ready.json')
  const node = await startNode(configIn(folder, { readyFile, dev: true }), { directories: [DIRECTORY] })
  t.after(() => node.stop())
  const environment = { ROLECALL_READY_FILE: readyFile, ROLECALL_KEYS: join(folder, 'keys') }
  const run = (...args: readonly string[]) => commandLine(args, { environment })
  return { node, run, folder, idOf: (purpose: 'session-seal' | 'at-rest') => node.broker.keyring.active(purpose).id }
}

describe('keys is used wrongly', () => {
  for (const [rule, args, says] of [
    ['without saying what', ['keys'], /missing required argument 'WHAT'/],
    ['with something that it does not do', ['keys', 'destroy'], /Allowed choices are list, rotate/],
    ['with a purpose to list', ['keys', 'list', 'at-rest'], /keys list takes no purpose/],
    ['with a compromised key to list', ['keys', 'list', '--compromised', 'x'], /keys list takes no purpose/],
    ['with two purposes', ['keys', 'rotate', 'at-rest', 'explanation'], /too many arguments/],
  ] as const) {
    test(rule, async () => {
      const { status, stdout, stderr } = await commandLine(args)
      assert.match(stderr, says)
      assert.deepEqual([status, stdout], [2, ''])
    })
  }

  test('with a purpose that there is not', async (t) => {
    const { run } = await aNode(t)
    const { status, stderr } = await run('keys', 'rotate', 'sessions')
    assert.equal(status, 2)
    assert.match(stderr, /^rolecall: ValidationError: .*a purpose is one of session-seal, session-secret, at-rest, /)
  })
})

test('a key that there is not is said to be none, with status 1', async (t) => {
  const { run } = await aNode(t)
  const { status, stderr } = await run('keys', 'rotate', '--compromised', 'nobody')
  assert.deepEqual(
    [status, stderr],
    [1, 'rolecall: NoSuchEntity: There is no key nobody: "rolecall keys list" shows them.\n'],
  )
})

for (const [rule, answer, says] of [
  ['something else is no broker', { body: { keys: 'none' } }, /answered 200 and nothing that Rolecall would say\n$/],
  [
    'a refusal is told in its words, as one line',
    errorAnswer(503, 'KeyRingFailure', 'full\u001b[31m\ndisk'),
    /^rolecall: KeyRingFailure: full \[31m disk\n$/,
  ],
] as const) {
  test(`what answers ${rule}`, async (t) => {
    const token = join(await aFolder(t), 'token')
    await writeFile(token, 'secret')
    await using broker = await fakeBroker(() => answer)
    const where = ['--admin', broker.origin, '--operator-token-file', token]
    const { status, stdout, stderr } = await commandLine(['keys', 'list', ...where])
    assert.deepEqual([status, stdout], [1, ''])
    assert.match(stderr, says)
  })
}

test('list shows every key in aligned columns, and with --json for machines', async (t) => {
  const { run, idOf } = await aNode(t)
  const { status, stdout } = await run('keys', 'list')
  assert.equal(status, 0)
  const lines = stdout.trimEnd().split('\n')
  assert.match(lines[0] ?? '', /^PURPOSE +ID +STATE +MADE +ACTIVE FROM +RETIRES +DESTROYED$/)
  assert.equal(lines.length, 1 + KEY_PURPOSES.length)
  const column = lines[0]?.indexOf('STATE') ?? 0
  for (const line of lines.slice(1)) assert.equal(line.slice(column, column + 6), 'active')
  const { keys } = JSON.parse((await run('keys', 'list', '--json')).stdout)
  const seal = keys.find((key: { purpose: string }) => key.purpose === 'session-seal')
  assert.equal(seal.id, idOf('session-seal'))
  assert.equal(Date.parse(seal.retiresAt) - Date.parse(seal.activeFrom), 30 * 86_400_000)
  assert.deepEqual(Object.keys(seal), ['purpose', 'id', 'state', 'createdAt', 'activeFrom', 'retiresAt', 'destroyedAt'])
})

test('rotate says what takes over when, and until when what the old key sealed works', async (t) => {
  const { run, idOf } = await aNode(t)
  const old = idOf('session-seal')
  const first = await run('keys', 'rotate', 'session-seal')
  assert.equal(first.status, 0)
  assert.match(
    first.stdout,
    new RegExp(`^session-seal {2}\\S{11} takes over at \\S+Z {2}what ${old} sealed works until \\S+Z\\n$`),
  )
  assert.deepEqual(await run('keys', 'rotate', 'session-seal'), first, 'again: the same key is on its way')
  const all = (await run('keys', 'rotate')).stdout.trimEnd().split('\n')
  assert.equal(all.length, KEY_PURPOSES.length)
  assert.match(all.find((line) => line.startsWith('at-rest')) ?? '', /is sealed anew by itself$/)
})

test('a compromised key is said to be gone, and what that ended', async (t) => {
  const { run, idOf } = await aNode(t)
  const seal = idOf('session-seal')
  const { stdout } = await run('keys', 'rotate', '--compromised', seal)
  assert.equal(
    stdout,
    `The session-seal key ${seal} is destroyed; ${idOf('session-seal')} is active.\n` +
      'Every session whose token it sealed is over: sign in or assume the role again.\n' +
      'Other nodes that share the key folder follow within seconds. Remove the key from your backups, too.\n',
  )
  const atRest = await run('keys', 'rotate', 'at-rest', '--compromised', idOf('at-rest'), '--json')
  assert.equal(JSON.parse(atRest.stdout).resealed, 2)
})

test('doctor and list find a key folder that fails while the broker runs', async (t) => {
  const { run, folder, node } = await aNode(t)
  assert.match((await run('doctor')).stdout, /ready at/)
  await rename(join(folder, 'keys'), join(folder, 'elsewhere'))
  await assert.rejects(node.broker.keyring.upkeep())
  assert.match((await run('keys', 'list')).stdout, /\nproblem: .*ENOENT/)
  node.virtualClock?.advance(1)
  for (let attempt = 0; node.keyProblem() === undefined; attempt++) {
    assert.ok(attempt < 500, 'a node notices at once when its clock is moved')
    await delay(10)
  }
  const { status, stdout } = await run('doctor')
  assert.match(stdout, /problem +admin +\S+ is ready, but: .*ENOENT/)
  assert.equal(status, 1)
})
