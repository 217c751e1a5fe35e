import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { Usage } from '../../../src/domain/usage/index.ts'
import { accountId, type Caller, epochMillis, PLAIN_TERMS, Violation } from '../../../src/model/index.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { StoreUnavailable, type UsageStamp, type UsageStamps } from '../../../src/platform/storage/index.ts'
import { openSqlStorage } from '../../../src/platform/storage/sql/index.ts'

const silent = () => undefined
const logger = { debug: silent, info: silent, warn: silent, error: silent }
const ACCOUNT = accountId('111111111111')
if (ACCOUNT instanceof Violation) throw new Error('no account')
const PRINCIPAL = { account: ACCOUNT, arn: '', principalArn: '', tags: [] }
const ALICE: Caller = {
  ...PRINCIPAL,
  kind: 'user',
  userName: 'alice',
  userId: 'AIDAALICE',
  uniqueId: 'AIDAALICE',
  accessKeyId: 'AKIAALICE',
  session: undefined,
}

/** A store that can be made to fail, and counts what it is asked. */
function aStore() {
  const recorded: UsageStamp[][] = []
  const store = { recorded, fails: false }
  const stamps: UsageStamps = {
    async record(all) {
      if (store.fails) throw new StoreUnavailable('no')
      recorded.push([...all])
    },
    find: async (kind, keys) => recorded.flat().filter((each) => each.kind === kind && keys.includes(each.key)),
    startingWith: async (kind, prefix) =>
      recorded.flat().filter((each) => each.kind === kind && each.key.startsWith(prefix)),
    forget: async () => 0,
  }
  return { store, stamps }
}

test('what was not used was never used', async (t) => {
  const { stamps } = aStore()
  const usage = new Usage({ stamps, clock: systemClock, logger })
  t.after(() => usage.stop())
  assert.equal(await usage.lastUsed('access-key', 'AKIAALICE'), undefined)
  assert.deepEqual(await usage.actionsOf('AIDAALICE'), new Map())
})

test('a use is told at once and written later, once for all uses of a minute', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.after(() => mock.timers.reset())
  const { store, stamps } = aStore()
  const usage = new Usage({ stamps, clock: systemClock, logger })
  for (let time = 1; time <= 1000; time++) usage.seen(ALICE, 'sts:GetCallerIdentity', 'us-east-1', epochMillis(time))
  usage.seen(ALICE, 'iam:GetUser', 'eu-west-1', epochMillis(2000))
  assert.deepEqual(store.recorded, [])
  assert.deepEqual(await usage.lastUsed('access-key', 'AKIAALICE'), {
    kind: 'access-key',
    key: 'AKIAALICE',
    usedAt: 2000,
    region: 'eu-west-1',
    service: 'iam',
  })
  const actions = await usage.actionsOf('AIDAALICE')
  assert.deepEqual(
    [...actions].map(([action, { usedAt }]) => [action, usedAt]),
    [
      ['sts:GetCallerIdentity', 1000],
      ['iam:GetUser', 2000],
    ],
  )
  mock.timers.tick(60_000)
  await usage.stop()
  assert.deepEqual(
    store.recorded.flat().map(({ kind, key }) => [kind, key]),
    [
      ['access-key', 'AKIAALICE'],
      ['action', 'AIDAALICE/sts:GetCallerIdentity'],
      ['action', 'AIDAALICE/iam:GetUser'],
    ],
  )
})

test('a session is no use of the key that it was made with, and a role is used by its sessions', async (t) => {
  const { stamps } = aStore()
  const usage = new Usage({ stamps, clock: systemClock, logger })
  t.after(() => usage.stop())
  const session = {
    id: 's',
    account: ACCOUNT,
    accessKeyId: 'ASIA1',
    issuedAt: epochMillis(0),
    expiresAt: epochMillis(9),
    holder: { kind: 'assumed-role' as const, roleName: 'r', roleId: 'AROA1', sessionName: 'n', chainDepth: 0 },
    terms: PLAIN_TERMS,
  }
  usage.seen({ ...ALICE, accessKeyId: 'ASIA1', session }, 'sts:GetCallerIdentity', undefined, epochMillis(1))
  const role: Caller = {
    ...PRINCIPAL,
    kind: 'assumed-role',
    userId: 'AROA1:n',
    uniqueId: 'AROA1',
    accessKeyId: 'ASIA1',
    session,
  }
  usage.seen(role, 'iam:GetRole', 'us-east-1', epochMillis(2))
  usage.seen({ kind: 'operator' }, 'rolecall:ListKeys', undefined, epochMillis(3))
  assert.equal(await usage.lastUsed('access-key', 'ASIA1'), undefined)
  assert.equal((await usage.lastUsed('role', 'AROA1'))?.usedAt, 2)
  assert.deepEqual([...(await usage.actionsOf('AROA1')).keys()], ['iam:GetRole'])
  assert.deepEqual([...(await usage.actionsOf('AROA')).keys()], [])
})

test('what a store that fails did not take is told still, and written when it works again', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.after(() => mock.timers.reset())
  const { store, stamps } = aStore()
  store.fails = true
  const usage = new Usage({ stamps, clock: systemClock, logger })
  usage.seen(ALICE, 'sts:GetCallerIdentity', 'us-east-1', epochMillis(1))
  mock.timers.tick(60_000)
  await new Promise(setImmediate)
  usage.seen(ALICE, 'sts:AssumeRole', 'us-east-1', epochMillis(2))
  assert.equal((await usage.actionsOf('AIDAALICE')).get('sts:GetCallerIdentity')?.usedAt, 1)
  store.fails = false
  await usage.stop()
  assert.equal(store.recorded.flat().length, 3)
  assert.equal((await usage.lastUsed('access-key', 'AKIAALICE'))?.usedAt, 2)
})

test('more keys than there is room for are not noted, and nothing fails', async (t) => {
  const { stamps } = aStore()
  const usage = new Usage({ stamps, clock: systemClock, logger })
  t.after(() => usage.stop())
  for (let n = 0; n <= 20_000; n++) {
    usage.seen({ ...ALICE, accessKeyId: `AKIA${n}` }, 'sts:AssumeRole', 'us-east-1', epochMillis(n))
  }
  assert.equal((await usage.lastUsed('access-key', 'AKIA19999'))?.usedAt, 19_999)
  assert.equal(await usage.lastUsed('access-key', 'AKIA20000'), undefined)
  for (let n = 0; n <= 20_000; n++) {
    usage.seen({ ...ALICE, userId: `AIDA${n}` }, 'sts:AssumeRole', 'us-east-1', epochMillis(n))
  }
  assert.equal((await usage.actionsOf('AIDA19998')).size, 1)
  assert.equal((await usage.actionsOf('AIDA20000')).size, 0)
})

test('what a node wrote is there for the next', async () => {
  const storage = await openSqlStorage({ data: ':memory:' })
  const first = new Usage({ stamps: storage.usage, clock: systemClock, logger })
  first.seen(ALICE, 'sts:AssumeRole', 'us-east-1', systemClock.now())
  await first.stop()
  const second = new Usage({ stamps: storage.usage, clock: systemClock, logger })
  assert.equal((await second.lastUsed('access-key', 'AKIAALICE'))?.service, 'sts')
  assert.deepEqual([...(await second.actionsOf('AIDAALICE')).keys()], ['sts:AssumeRole'])
  await second.stop()
  await storage.close()
})
