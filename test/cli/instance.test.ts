import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { startNode } from '../../src/compose/index.ts'
import { aFolder, configIn } from '../compose/samples.ts'
import { exchange } from '../doors/metadata/service.ts'
import { commandLine } from './command-line.ts'
import { errorAnswer, fakeBroker } from './fake-broker.ts'

const ID = 'i-0123456789abcdef0'

async function aNode(t: TestContext, { dev = true } = {}) {
  const folder = await aFolder(t)
  const readyFile = join(folder, 'ready.json')
  const directory = { Accounts: [{ Id: '111111111111', Instances: [{ InstanceId: ID }] }] }
  const node = await startNode(configIn(folder, { readyFile, dev, data: ':memory:' }), { directories: [directory] })
  t.after(() => node.stop())
  const run = (...args: readonly string[]) =>
    commandLine(['instance', ...args], { environment: { ROLECALL_READY_FILE: readyFile } })
  return { node, run }
}

describe('instance is used wrongly', () => {
  for (const [rule, args, says] of [
    ['with something that cannot be done', [ID, 'stop'], /stop is nothing that can be done to an instance: show, set,/],
    ['with a word that every object has', [ID, 'constructor'], /constructor is nothing that can be done/],
    ['with nothing to set', [ID, 'set'], /Say what to set: NAME=VALUE/],
    ['with nothing to unset', [ID, 'unset'], /Say what to unset: NAME/],
    ['with a name alone to set', [ID, 'set', 'rotation'], /rotation is not NAME=VALUE/],
    ['with a value alone to set', [ID, 'set', '=stopped'], /=stopped is not NAME=VALUE/],
    ['with something to rotate', [ID, 'rotate', 'now'], /rotate takes nothing more/],
    ['with the session tokens of a container', ['task/x', 'void-tokens'], /void-tokens is for instances/],
    ['with a path for an id', ['../clock'], /\.\.\/clock is no id of an instance/],
    ['with dots for an id', ['..', 'expire'], /\.\. is no id of an instance/],
    ['with dots in the name of a pod', ['pod/shop/../web', 'expire'], /pod\/shop\/\.\.\/web is no id/],
  ] as const) {
    test(rule, async () => {
      const { status, stdout, stderr } = await commandLine(['instance', ...args])
      assert.match(stderr, says)
      assert.deepEqual([status, stdout], [2, ''])
    })
  }

  test('with a name that there is not', async (t) => {
    const { run } = await aNode(t)
    const { status, stderr } = await run(ID, 'set', 'httpToken=optional')
    assert.deepEqual(
      [status, stderr],
      [2, 'rolecall: ValidationError: httpToken: is no member here; did you mean httpTokens?\n'],
    )
  })
})

test('an instance that there is not is said to be none', async (t) => {
  const { run } = await aNode(t)
  const { status, stderr } = await run('i-00000000000000009', 'rotate')
  assert.deepEqual(
    [status, stderr],
    [1, `rolecall: NoSuchEntity: There is no instance i-00000000000000009 here. There is ${ID}.\n`],
  )
})

test('a broker without --dev steers nothing, and the command says so', async (t) => {
  const { run } = await aNode(t, { dev: false })
  const { status, stderr } = await run(ID, 'rotate')
  assert.equal(status, 1)
  assert.match(stderr, /serve --dev/)
})

for (const [rule, answer, says] of [
  ['something else is no broker', { body: { steering: 5 } }, /answered 200 and nothing that Rolecall would say\n$/],
  [
    'a refusal is told as one line',
    errorAnswer(500, 'InternalFailure', 'a\u001b[31m\nb'),
    /InternalFailure: a \[31m b\n$/,
  ],
] as const) {
  test(rule, async (t) => {
    await using broker = await fakeBroker(() => answer)
    const token = join(await aFolder(t), 'token')
    await writeFile(token, 'secret')
    const args = ['instance', ID, '--admin', broker.origin, '--operator-token-file', token]
    assert.match((await commandLine(args)).stderr, says)
  })
}

test('an instance is steered, shown and brought back', async (t) => {
  const { node, run } = await aNode(t)
  const port = Number(new URL(node.addresses.metadata).port)
  const status = async () => (await exchange(port, 'GET', '/latest/meta-data/', {})).status
  assert.equal((await run(ID)).stdout, 'Everything is as usual.\n')
  const { stdout } = await run(ID, 'set', 'httpTokens=optional', 'faults=[{"path":"user-data","answer":503}]')
  assert.equal(stdout, 'httpTokens  optional\nfaults      [{"path":"user-data","answer":503}]\n')
  assert.equal(await status(), 200)
  assert.equal((await run(ID, 'unset', 'faults')).stdout, 'httpTokens  optional\n')
  assert.match(
    (await run(ID, 'requests')).stdout,
    /^AT +METHOD +ANSWER +TOKEN +PATH\n.* GET +200 +- +\/latest\/meta-data\/\n$/,
  )
  for (const what of ['rotate', 'expire', 'void-tokens']) assert.equal((await run(ID, what)).stdout, 'Done.\n')
  assert.equal((await run(ID, 'reset')).stdout, 'Everything is as usual.\n')
  assert.equal(await status(), 401)
})

test('instances are listed with where their metadata is; --json says all of it', async (t) => {
  const { node, run } = await aNode(t)
  const { metadata } = node.addresses
  assert.equal((await run()).stdout.split('\n')[1], `${ID}  111111111111  ${metadata}`)
  assert.deepEqual(JSON.parse((await run('--json')).stdout), {
    instances: [{ id: ID, account: '111111111111', addresses: [metadata] }],
  })
})

test('an action alone says what becomes of a spot instance', async () => {
  await using broker = await fakeBroker(() => ({ body: { id: ID, steering: {} } }))
  await using folder = await tokenIn()
  for (const [name, url] of [
    [ID, `/instances/${ID}`],
    ['task/0123456789abcdef0123456789abcdef', '/tasks/0123456789abcdef0123456789abcdef'],
    ['pod/shop/default/web', '/pods/shop/default/web'],
  ] as const) {
    const args = ['instance', name, 'set', 'spotInterruption=terminate', '--admin', broker.origin]
    await commandLine([...args, '--operator-token-file', folder.file])
    const asked = broker.asked.at(-1)
    assert.equal(asked?.url, url)
    assert.deepEqual(JSON.parse(asked?.body ?? ''), { spotInterruption: { action: 'terminate' } })
  }
  await commandLine(['instance', ID, 'forget', '--admin', broker.origin, '--operator-token-file', folder.file])
  assert.equal(`${broker.asked.at(-1)?.method} ${broker.asked.at(-1)?.url}`, `DELETE /instances/${ID}/requests`)
})

async function tokenIn(): Promise<{ readonly file: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-instance-'))
  const file = join(folder, 'token')
  await writeFile(file, 'secret')
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
