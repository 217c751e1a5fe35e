import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Fault, type OperatorCaller, ServiceUnavailable } from '../../../src/model/index.ts'
import {
  applyDirectory,
  closeAccount,
  createAccount,
  recoverAdministrator,
  resetDirectory,
} from '../../../src/operations/broker/index.ts'
import { AS_OPERATOR } from '../../../src/pipeline/authentication/index.ts'
import { type Operation, submit } from '../../../src/pipeline/index.ts'
import { StoreUnavailable } from '../../../src/platform/storage/index.ts'
import { anAccount, aUser } from '../../domain/directory/samples.ts'
import { aBroker, FACTS, SOURCE, type TestBroker } from '../../pipeline/samples.ts'

function asked<Input, Output>(operation: Operation<OperatorCaller, Input, Output>, input: Input) {
  return ({ broker }: TestBroker) =>
    submit(operation, { facts: FACTS, prove: async () => AS_OPERATOR, input: () => input }, broker)
}

const desired = { Accounts: [anAccount(SOURCE, { Users: [aUser('bob')] })] }

/** Every operation that changes the directory. */
const CHANGES: Readonly<Record<string, (broker: TestBroker) => Promise<unknown>>> = {
  ApplyDirectory: asked(applyDirectory, { desired, prune: true, dryRun: false }),
  CloseAccount: asked(closeAccount, { account: SOURCE, delete: false }),
  CreateAccount: asked(createAccount, { account: undefined, alias: 'other' }),
  RecoverAdministrator: asked(recoverAdministrator, { account: undefined }),
  ResetDirectory: asked(resetDirectory, desired),
}

async function withAlice(t: Parameters<typeof aBroker>[0]): Promise<TestBroker> {
  const broker = await aBroker(t)
  await broker.world.apply(anAccount(SOURCE, { Users: [aUser('alice')] }))
  return broker
}

function bodies({ log }: TestBroker): readonly { readonly eventName: string; readonly errorCode?: string }[] {
  return log.taken.map(({ body }) => JSON.parse(body))
}

for (const [name, change] of Object.entries(CHANGES)) {
  describe(name, () => {
    test('changes nothing when its record cannot be kept, and is tried again when it can', async (t) => {
      const broker = await withAlice(t)
      const before = await broker.world.storage.changes.last()
      broker.log.answer = () => Promise.reject(new StoreUnavailable('the disk is full'))
      await assert.rejects(change(broker), ServiceUnavailable)
      assert.equal(await broker.world.storage.changes.last(), before)
      broker.log.answer = async () => undefined
      await change(broker)
      assert.ok((await broker.world.storage.changes.last()) > before)
    })

    test('is recorded before it is done, once', async (t) => {
      const broker = await withAlice(t)
      const before = await broker.world.storage.changes.last()
      broker.log.answer = async () => assert.equal(await broker.world.storage.changes.last(), before)
      await change(broker)
      assert.deepEqual(
        bodies(broker).map(({ eventName, errorCode }) => [eventName, errorCode]),
        [[name, undefined]],
      )
    })

    test('that fails after its record has its failure recorded behind it, for the same request', async (t) => {
      const broker = await withAlice(t)
      broker.log.answer = () => broker.world.storage.close()
      await assert.rejects(change(broker), (fault: Fault) => fault.code === 'ServiceUnavailable')
      broker.log.answer = async () => undefined
      await broker.broker.audit.flush()
      assert.deepEqual(
        bodies(broker).map(({ eventName, errorCode }) => [eventName, errorCode]),
        [
          [name, undefined],
          [name, 'ServiceUnavailable'],
        ],
      )
      assert.equal(new Set(requestsIn(broker)).size, 1)
    })
  })
}

function requestsIn({ log: { taken } }: TestBroker): readonly string[] {
  return taken.map(({ body }) => JSON.parse(body).requestID)
}

test('the record of an account that is made has the id of its key, and not the secret', async (t) => {
  const broker = await withAlice(t)
  const admin = await asked(createAccount, { account: undefined, alias: 'other' })(broker)
  const body = broker.log.taken.at(-1)?.body ?? ''
  assert.ok(body.includes(admin.accessKeyId) && !body.includes(admin.secretAccessKey.reveal()))
  assert.ok(!body.includes('[secret]'))
})

test('the record of what was applied is bounded, however large it was', async (t) => {
  const broker = await aBroker(t)
  const Accounts = Array.from({ length: 500 }, (_, n) => anAccount(String(n).padStart(12, '0')))
  await asked(applyDirectory, { desired: { Accounts }, prune: false, dryRun: false })(broker)
  const body = broker.log.taken.at(-1)?.body ?? ''
  assert.ok(body.length < 20_000)
  assert.equal(JSON.parse(body).responseElements.count, 500)
})

test('what changes nothing is recorded all the same', async (t) => {
  const broker = await withAlice(t)
  const input = { desired: { Accounts: [] }, prune: false, dryRun: false }
  await asked(applyDirectory, input)(broker)
  assert.deepEqual(
    bodies(broker).map(({ eventName }) => eventName),
    ['ApplyDirectory'],
  )
})
