import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startBroker } from '../../src/index.ts'
import { formPost, send, sign } from './wire-client.ts'

const QUICKSTART = new URL('../../examples/quickstart.yaml', import.meta.url).pathname
const DEPLOYER = 'arn:aws:iam::222222222222:role/Deployer'

/** A broker whose audit log can be made to refuse every entry. */
async function brokerOn(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-audit-fails-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const settings = { data: join(folder, 'data'), keys: join(folder, 'keys'), directory: QUICKSTART }
  const broker = await startBroker({ ...settings, logLevel: 'silent' })
  t.after(() => broker.stop())
  const { credentials } = await broker.as('source/alice')
  const database = new DatabaseSync(join(folder, 'data', 'audit.sqlite'), { timeout: 5000 })
  t.after(() => database.close())
  return {
    async ask(params: Readonly<Record<string, string>>, other: { readonly secretAccessKey?: string } = {}) {
      const request = formPost(new URL(broker.endpoint).host, { Version: '2011-06-15', ...params })
      return await send(broker.endpoint, await sign(request, { ...credentials, ...other }))
    },
    async dropped(): Promise<number> {
      const metrics = await (await fetch(`${broker.addresses.admin}/metrics`)).text()
      return Number(/^rolecall_audit_dropped_total\{sink="database"\} ([0-9]+)$/m.exec(metrics)?.[1] ?? 0)
    },
    fill: () =>
      database.exec("CREATE TRIGGER full BEFORE INSERT ON audit_event BEGIN SELECT RAISE(ABORT, 'disk is full'); END"),
    empty: () => database.exec('DROP TRIGGER full'),
    entries: () => Number(database.prepare('SELECT count(*) AS count FROM audit_event').get()?.['count']),
  }
}

const ASSUME = { Action: 'AssumeRole', RoleArn: DEPLOYER, RoleSessionName: 'ci', ExternalId: 'quickstart' }

test('nothing is granted that cannot be recorded: 503, and not a trace of a credential', async (t) => {
  const { ask, fill, empty, entries } = await brokerOn(t)
  fill()
  const before = entries()
  for (let n = 0; n < 5; n++) {
    const { status, body, fault } = await ask(ASSUME)
    assert.deepEqual([status, fault?.code, fault?.type], [503, 'ServiceUnavailable', 'Receiver'])
    assert.doesNotMatch(body, /ASIA|SecretAccessKey|SessionToken|full/)
  }
  assert.equal(entries(), before)
  empty()
  assert.equal((await ask(ASSUME)).status, 200)
  assert.equal(entries(), before + 2)
})

test('what grants nothing is answered all the same, and its lost records are counted', async (t) => {
  const { ask, fill, dropped } = await brokerOn(t)
  await delay(150)
  assert.equal(await dropped(), 0)
  fill()
  assert.equal((await ask({ Action: 'GetCallerIdentity' })).status, 200)
  assert.equal((await ask({ ...ASSUME, ExternalId: 'guessed' })).status, 403)
  assert.equal((await ask(ASSUME)).status, 503)
  await delay(300)
  assert.equal(await dropped(), 3)
})

test('whoever proves nobody leaves no record, however often they try', async (t) => {
  const { ask, entries } = await brokerOn(t)
  await delay(200)
  const before = entries()
  for (let n = 0; n < 20; n++) {
    const { status } = await ask({ Action: 'GetCallerIdentity' }, { secretAccessKey: 'guessed' })
    assert.equal(status, 403)
  }
  await delay(200)
  assert.equal(entries(), before)
})
