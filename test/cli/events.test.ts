import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Broker, startBroker } from '../../src/index.ts'
import { formPost, send, sign } from '../wire/wire-client.ts'
import { commandLine, type Ended } from './command-line.ts'
import { errorAnswer, fakeBroker } from './fake-broker.ts'

const QUICKSTART = new URL('../../examples/quickstart.yaml', import.meta.url).pathname
const DEPLOYER = 'arn:aws:iam::222222222222:role/Deployer'

const folder = mkdtempSync(join(tmpdir(), 'rolecall-events-'))
const readyFile = join(folder, 'ready.json')
const SETTINGS = { data: join(folder, 'data'), keys: join(folder, 'keys'), directory: QUICKSTART, readyFile }
let broker: Broker
before(async () => {
  broker = await startBroker(SETTINGS)
  assert.equal(await assumeRole('bob', 'refused', 'quickstart'), 403)
  assert.equal(await assumeRole('alice', 'mistaken', 'guessed'), 403)
  await delay(150)
  assert.equal(await assumeRole('alice', 'granted', 'quickstart'), 200)
})
after(async () => {
  await broker.stop()
  rmSync(folder, { recursive: true })
})

async function assumeRole(user: string, RoleSessionName: string, ExternalId: string): Promise<number> {
  const { credentials } = await broker.as(`source/${user}`)
  const params = { Action: 'AssumeRole', Version: '2011-06-15', RoleArn: DEPLOYER, RoleSessionName, ExternalId }
  const request = await sign(formPost(new URL(broker.endpoint).host, params), credentials)
  return (await send(broker.endpoint, request)).status
}

const events = (...args: string[]): Promise<Ended> => commandLine(['events', '--ready-file', readyFile, ...args])

/** The session names of AssumeRole that were listed, in the order of the lines. */
async function listed(...args: string[]): Promise<readonly string[]> {
  const { status, stdout, stderr } = await events('--json', '--event-name', 'AssumeRole', ...args)
  assert.equal(status, 0, stderr)
  const lines = stdout.split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line).requestParameters.roleSessionName)
}

describe('events refuses', () => {
  for (const [rule, args, says] of [
    ['a limit that is no number', ['--limit', 'all'], /'--limit <COUNT>' argument 'all' is invalid/],
    ['a limit of nothing', ['--limit', '0'], /whole number from 1 to 99999/],
    ['a time that is none', ['--since', 'yesterday'], /ValidationError: since has to be an instant/],
    ['a day that is none', ['--until', '2026-13-41'], /ValidationError: until has to be an instant/],
    ['an end to following', ['--follow', '--until', '1h'], /--follow has no end/],
    ['arguments', ['AssumeRole'], /too many arguments/],
  ] as const) {
    test(rule, async () => {
      const { status, stdout, stderr } = await events(...args)
      assert.deepEqual([status, stdout], [2, ''])
      assert.match(stderr, says)
    })
  }

  for (const [rule, args, says] of [
    ['an account that there is not', ['--account', 'nowhere'], /NoSuchEntity: There is no account called nowhere/],
    ['a principal that there is not', ['--principal', 'source/carol'], /NoSuchEntity: There is no principal called/],
    [
      'a session of a role that there is not',
      ['--principal', 'arn:aws:sts::222222222222:assumed-role/Nobody/x'],
      /NoSuchEntity/,
    ],
  ] as const) {
    test(rule, async () => {
      const { status, stderr } = await events(...args)
      assert.equal(status, 1)
      assert.match(stderr, says)
    })
  }

  test('an answer that no broker gives', async () => {
    await using fake = await fakeBroker(() => ({ body: { events: 'none' } }))
    const token = join(folder, 'token')
    writeFileSync(token, 'token')
    const { status, stderr } = await commandLine(['events', '--admin', fake.origin, '--operator-token-file', token])
    assert.equal(status, 1)
    assert.match(stderr, /nothing that Rolecall would say/)
  })
})

describe('events lists', () => {
  test('the newest last, a grant across accounts in both of them', async () => {
    assert.deepEqual(await listed(), ['refused', 'mistaken', 'granted', 'granted'])
  })

  for (const [args, names] of [
    [['--account', 'target'], ['granted']],
    [
      ['--account', '111111111111'],
      ['refused', 'mistaken', 'granted'],
    ],
    [['--account', '999999999999'], []],
    [
      ['--principal', 'source/alice'],
      ['mistaken', 'granted'],
    ],
    [['--principal', 'arn:aws:iam::111111111111:user/bob'], ['refused']],
    [['--error'], ['refused', 'mistaken']],
    [['--error', 'AccessDenied', '--principal', 'source/alice'], ['mistaken']],
    [['--error', 'Throttling'], []],
    [
      ['--access-key', 'AKIAIOSFODNN7EXAMPLE'],
      ['mistaken', 'granted'],
    ],
    [['--since', '1h', '--account', 'target'], ['granted']],
    [['--until', '1h'], []],
    [['--since', '2100-01-01'], []],
    [
      ['--account', 'source', '--limit', '2'],
      ['mistaken', 'granted'],
    ],
  ] as const) {
    test(args.join(' '), async () => {
      assert.deepEqual(await listed(...args), names)
    })
  }

  test('a table for people, its columns below each other', async () => {
    const { stdout } = await events('--event-name', 'AssumeRole')
    const lines = stdout.split('\n').slice(0, -1)
    assert.equal(lines.length, 4)
    const [, mistaken = ''] = lines
    // The two records of a grant have one time, so either may come first.
    const foreign = lines.find((line) => line.includes('  222222222222  ')) ?? ''
    assert.match(
      mistaken,
      /^\S+Z {2}111111111111 {2}user\/alice +sts:AssumeRole arn:aws:iam::222222222222:role\/Deployer {2}AccessDenied$/,
    )
    assert.match(foreign, /^\S+Z {2}222222222222 {2}111111111111 AIDA\w+ {2}sts:AssumeRole \S+ {2}ok ASIA\w+$/)
    assert.equal(new Set(lines.map((line) => line.indexOf('sts:'))).size, 1)
  })

  test('what the operator did, but listing itself only when asked for', async () => {
    await events()
    await delay(150)
    const { stdout } = await events()
    assert.match(stdout, /- {13}operator +rolecall:ApplyDirectory/)
    assert.ok(!stdout.includes('ListEvents'))
    assert.match((await events('--event-name', 'ListEvents')).stdout, /rolecall:ListEvents/)
  })

  test('what a record says cannot move the cursor of a terminal', async () => {
    const record = { eventName: 'x\u001b[2J\n\u009b', userIdentity: { arn: 'a:b:c:d:e:user/\u001bc' }, errorCode: '\r' }
    await using fake = await fakeBroker(() => ({ body: { events: [record], last: 1 } }))
    const token = join(folder, 'token')
    writeFileSync(token, 'token')
    const args = ['events', '--admin', fake.origin, '--operator-token-file', token]
    const { stdout } = await commandLine(args)
    assert.doesNotMatch(stdout.slice(0, -1), /\p{Cc}/u)
  })
})

test('following shows every event once, and goes on when the broker was started again', {
  timeout: 30_000,
}, async () => {
  const signals = new EventEmitter()
  const args = [
    'events',
    '--ready-file',
    readyFile,
    '--follow',
    '--json',
    '--event-name',
    'AssumeRole',
    '--account',
    'target',
  ]
  const ended = commandLine(args, { signals })
  await delay(300)
  await assumeRole('alice', 'followed', 'quickstart')
  await delay(1500)
  await broker.stop()
  await delay(1500)
  broker = await startBroker(SETTINGS)
  await assumeRole('alice', 'afterwards', 'quickstart')
  await delay(2500)
  signals.emit('SIGINT')
  const { status, stdout, stderr } = await ended
  assert.equal(status, 0)
  const names = stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).requestParameters.roleSessionName)
  assert.deepEqual(names, ['granted', 'followed', 'afterwards'])
  assert.equal(stderr.match(/trying again/g)?.length, 1, 'an outage is told once')
})

test('following ends when the broker says that the question is wrong', async () => {
  let answers = 0
  await using fake = await fakeBroker(() =>
    answers++ === 0 ? { body: { events: [], last: 1 } } : errorAnswer(400, 'ValidationError', 'no such filter'),
  )
  const token = join(folder, 'token')
  writeFileSync(token, 'token')
  const { status, stderr } = await commandLine([
    'events',
    '--admin',
    fake.origin,
    '--operator-token-file',
    token,
    '--follow',
  ])
  assert.equal(status, 2)
  assert.match(stderr, /no such filter/)
})
