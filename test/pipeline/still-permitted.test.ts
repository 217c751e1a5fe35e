import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { type DesiredUser, Directory, nameKey } from '../../src/domain/directory/index.ts'
import type { RecordBodies } from '../../src/domain/directory/records.ts'
import { AccessDenied, type AccountCaller, InvalidClientTokenId } from '../../src/model/index.ts'
import { deleteUser } from '../../src/operations/iam/users/delete-user.ts'
import { type Operation, stillPermitted, submit } from '../../src/pipeline/index.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { ALLOW_ALL, anAccount, aRole, aUser } from '../domain/directory/samples.ts'
import { aBroker, aliceAs, FACTS, SOURCE, sessionIn, type TestBroker } from './samples.ts'

const Policies = [{ PolicyName: 'all', PolicyDocument: ALLOW_ALL }]
const KEY = {
  AccessKeyId: 'AKIAALICE00000000000',
  SecretAccessKey: 'secret'.repeat(7).slice(0, 40),
  Status: 'Active' as const,
}
const ALICE = nameKey(SOURCE, 'alice')
const RESOURCE = `arn:aws:iam::${SOURCE}:user/anybody`

/** Alice with her policies and key, and a role that may do as much; and whoever else is there. */
function accountOf(alice: Partial<DesiredUser> = {}, others: readonly DesiredUser[] = []) {
  return anAccount(SOURCE, {
    Users: [aUser('alice', { Path: '/team/', Policies, AccessKeys: [KEY], ...alice }), ...others],
    Roles: [aRole('Deployer', { Path: '/team/', Policies })],
  })
}

async function brokerWithAlice(t: TestContext) {
  const test = await aBroker(t)
  await test.world.apply(accountOf())
  const { directory } = test.world
  const role = await directory.role(`arn:aws:iam::${SOURCE}:role/team/Deployer`)
  return {
    ...test,
    alice: { ...aliceAs((await directory.user(SOURCE, 'alice'))?.uniqueId), accessKeyId: KEY.AccessKeyId },
    deployer: sessionIn(SOURCE, role?.uniqueId),
  }
}

/** Changes a record as an action of IAM does. */
function changeRecord<Kind extends 'account' | 'access-key' | 'user'>(
  directory: Directory,
  kind: Kind,
  key: string,
  parts: Partial<RecordBodies[Kind]>,
) {
  return directory.edit(
    async (edit) => {
      const body = await edit.stored(kind, key)
      assert.ok(body)
      await edit.replace(kind, key, { ...body, ...parts })
    },
    async () => undefined,
  )
}

interface Turn {
  readonly caller: AccountCaller
  /** What happens while the call waits. */
  readonly meanwhile?: () => Promise<unknown>
  /** What happens once the caller is proven and before anything is decided. */
  readonly beforehand?: () => Promise<unknown>
}

/** Submits an operation that waits for its turn: whoever has it then, and how often its accesses were asked for. */
async function turn({ broker }: TestBroker, { caller, meanwhile, beforehand }: Turn) {
  let asked = 0
  const operation: Operation<AccountCaller, undefined, AccountCaller> = {
    action: 'iam:Test',
    proof: 'signature',
    grants: true,
    requires() {
      asked += 1
      return [{ action: 'iam:Test', resource: RESOURCE }]
    },
    async perform(call) {
      await meanwhile?.()
      return (await stillPermitted(call, operation, broker)).caller
    },
    details: () => ({}),
  }
  const prove = async () => {
    await beforehand?.()
    return { caller, region: 'us-east-1', presigned: false }
  }
  return { caller: await submit(operation, { facts: FACTS, prove, input: () => undefined }, broker), asked }
}

describe('a call that waited is not permitted any more', () => {
  test('when the policy is gone: that is recorded and explained like every refusal', async (t) => {
    const test = await brokerWithAlice(t)
    const meanwhile = () => test.world.apply(accountOf({ Policies: [] }))
    await assert.rejects(turn(test, { caller: test.alice, meanwhile }), (error) => {
      assert.ok(error instanceof AccessDenied)
      assert.match(
        error.message,
        /^User: .*alice is not authorized to perform: iam:Test on resource: .*anybody because/,
      )
      assert.ok(error.explanation !== undefined)
      return true
    })
    await test.broker.audit.flush()
    const records = test.log.taken.map(({ body }) => JSON.parse(body))
    assert.equal(records.length, 1)
    assert.partialDeepStrictEqual(records[0], { eventName: 'Test', errorCode: 'AccessDenied' })
    assert.equal(typeof test.log.taken[0]?.explanation, 'string')
  })

  test('when the key went after the caller was proven and before anything was decided', async (t) => {
    const test = await brokerWithAlice(t)
    const beforehand = () => test.world.apply(accountOf({ AccessKeys: [{ ...KEY, Status: 'Inactive' }] }))
    await assert.rejects(turn(test, { caller: test.alice, beforehand }), InvalidClientTokenId)
  })

  const closing = ({ world }: TestBroker) => changeRecord(world.directory, 'account', SOURCE, { closedAt: FACTS.now })
  const CASES: readonly [says: string, who: 'alice' | 'deployer', meanwhile: (test: TestBroker) => Promise<unknown>][] =
    [
      [
        'a key that is inactive',
        'alice',
        ({ world }) => world.apply(accountOf({ AccessKeys: [{ ...KEY, Status: 'Inactive' }] })),
      ],
      ['a key of a closed account', 'alice', closing],
      ['a session of a closed account', 'deployer', closing],
      [
        'a key that is another user’s',
        'alice',
        async ({ world }) => {
          await world.apply(accountOf({}, [aUser('bob', { Policies })]))
          await changeRecord(world.directory, 'access-key', KEY.AccessKeyId, { userName: 'bob' })
        },
      ],
      [
        'a session that was revoked',
        'deployer',
        ({ world: { directory } }) =>
          directory.change(async () => ({
            changes: await directory.planRevocation(`session/${sessionIn(SOURCE).accessKeyId}`, FACTS.now),
          })),
      ],
    ]
  for (const [says, who, meanwhile] of CASES) {
    test(`when it was made with ${says} by now`, async (t) => {
      const test = await brokerWithAlice(t)
      const asked = turn(test, { caller: test[who], meanwhile: () => meanwhile(test) })
      await assert.rejects(asked, InvalidClientTokenId)
    })
  }
})

describe('a call that waited is still permitted', () => {
  test('when nothing changed: nothing is decided twice', async (t) => {
    const test = await brokerWithAlice(t)
    assert.deepEqual(await turn(test, { caller: test.alice }), { caller: test.alice, asked: 1 })
  })

  test('when something else changed: that is decided anew', async (t) => {
    const test = await brokerWithAlice(t)
    for (const caller of [test.alice, test.deployer]) {
      const meanwhile = () => test.world.apply(accountOf({}, [aUser(`for-${caller.kind}`)]))
      const { caller: later, asked } = await turn(test, { caller, meanwhile })
      assert.deepEqual([later.userId, asked], [caller.userId, 2])
    }
  })

  test('by a caller who has other tags and another path by then', async (t) => {
    const test = await brokerWithAlice(t)
    const tags = [{ key: 'Team', value: 'edge' }]
    const meanwhile = () => changeRecord(test.world.directory, 'user', ALICE, { path: '/other/', tags })
    const { caller } = await turn(test, { caller: test.alice, meanwhile })
    assert.equal(caller.principalArn, `arn:aws:iam::${SOURCE}:user/other/alice`)
    assert.deepEqual(caller.tags, tags)
  })
})

test('what another node takes away while a change is recorded is not granted by the change that is made again', async (t) => {
  const test = await brokerWithAlice(t)
  const { world, log, broker } = test
  await world.apply(accountOf({}, [aUser('carl')]))
  const other = new Directory({
    ...world,
    random: systemRandom,
    clock: systemClock,
    partition: 'aws',
    cachedRecords: 10,
  })
  await other.start()
  t.after(() => other.stop())
  log.answer = async () => {
    log.answer = async () => undefined
    await changeRecord(other, 'user', ALICE, { policies: [] })
  }
  const prove = async () => ({ caller: test.alice, region: 'us-east-1', presigned: false })
  const asked = submit(deleteUser, { facts: FACTS, prove, input: () => ({ userName: 'carl' }) }, broker)
  await assert.rejects(asked, AccessDenied)
  assert.ok(await world.directory.user(SOURCE, 'carl'))
  await broker.audit.flush()
  const codes = log.taken.map(({ body }) => JSON.parse(body).errorCode)
  assert.deepEqual(codes, [undefined, 'AccessDenied'], 'the refusal stands behind the record of what was not done')
})
