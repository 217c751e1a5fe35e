import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  AccessDenied,
  type AccountCaller,
  type Caller,
  type Fault,
  InternalFailure,
  InvalidClientTokenId,
  NoSuchEntity,
  type OperatorCaller,
  ServiceUnavailable,
  ValidationError,
} from '../../src/model/index.ts'
import { AS_OPERATOR, type Proven } from '../../src/pipeline/authentication/index.ts'
import type { Access, PermittedCall } from '../../src/pipeline/authorization/index.ts'
import * as authorization from '../../src/pipeline/authorization/index.ts'
import { type Operation, submit } from '../../src/pipeline/index.ts'
import { StoreUnavailable } from '../../src/platform/storage/index.ts'
import { anAccount, aRole, aUser } from '../domain/directory/samples.ts'
import { aBroker, aliceAs, FACTS, ROOT, SOURCE, sessionIn, type TestBroker } from './samples.ts'

type Step = 'prove' | 'input' | 'requires' | 'perform' | 'details' | 'record'
const STEPS: readonly Step[] = ['prove', 'input', 'requires', 'perform', 'details', 'record']

interface Case {
  /** What goes wrong at which step. */
  readonly problem?: { readonly at: Step; readonly thrown: unknown } | undefined
  readonly accesses?: readonly Access[]
  readonly proof?: Operation<AccountCaller, string, string>['proof']
  readonly presigned?: boolean
  readonly grants?: boolean
  readonly caller?: AccountCaller
}

/** Submits an operation that notes each step it is asked to take. */
async function submitted(
  test: TestBroker,
  { problem, accesses = [], proof = 'signature', presigned = false, grants = true, caller = ROOT }: Case = {},
): Promise<{
  readonly steps: readonly Step[]
  readonly output: string | undefined
  readonly fault: Fault | undefined
}> {
  const steps: Step[] = []
  const step = (at: Step): void => {
    steps.push(at)
    if (problem?.at === at) throw problem.thrown
  }
  test.log.answer = async () => step('record')
  const operation: Operation<AccountCaller, string, string> = {
    action: 'sts:Test',
    proof,
    grants,
    requires(input, asking) {
      assert.deepEqual([input, asking], ['asked', caller])
      step('requires')
      return accesses
    },
    async perform(call) {
      assert.deepEqual([call.input, call.caller, call.facts], ['asked', caller, FACTS])
      step('perform')
      return 'answered'
    },
    details(input, output) {
      if (output !== undefined) step('details')
      return { requestParameters: { input }, responseElements: output === undefined ? undefined : { output } }
    },
  }
  const ask = {
    facts: FACTS,
    async prove(): Promise<Proven<AccountCaller>> {
      step('prove')
      return { caller, region: 'us-east-1', presigned }
    },
    input() {
      step('input')
      return 'asked'
    },
  }
  try {
    return { steps, output: await submit(operation, ask, test.broker), fault: undefined }
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && 'httpStatus' in error, 'nothing but faults is thrown')
    return { steps, output: undefined, fault: error as Fault }
  }
}

/** What was recorded once everything is written out. */
async function recorded({ broker, log }: TestBroker): Promise<readonly object[]> {
  log.answer = async () => undefined
  await broker.audit.flush()
  return log.taken.map(({ body }) => JSON.parse(body))
}

describe('whatever step a request fails at, the ones after it are not taken', () => {
  for (const [index, at] of STEPS.entries()) {
    for (const thrown of [
      new NoSuchEntity('a refusal'),
      new Error('s3cret detail of a bug'),
      's3cret text',
      { code: 'AccessDenied', message: 's3cret object' },
      undefined,
    ]) {
      test(`${at}: ${String(thrown)}`, async (t) => {
        const broker = await aBroker(t)
        const { steps, output, fault } = await submitted(broker, { problem: { at, thrown } })
        assert.deepEqual(steps, STEPS.slice(0, index + 1))
        assert.equal(output, undefined)
        if (at === 'record') assert.ok(fault instanceof ServiceUnavailable, 'what cannot be recorded is not granted')
        else if (thrown instanceof NoSuchEntity) assert.equal(fault, thrown)
        else {
          assert.ok(fault instanceof InternalFailure)
          assert.equal(fault.cause, thrown)
        }
        assert.ok(!fault.message.includes('s3cret'))

        const records = await recorded(broker)
        const refusals = records.filter((record) => 'errorCode' in record)
        // Nobody is known before the proof; whoever is proven is recorded, once.
        assert.equal(refusals.length, at === 'prove' ? 0 : 1)
        if (at === 'prove') return
        assert.partialDeepStrictEqual(refusals[0], { errorCode: fault.code, responseElements: null, eventName: 'Test' })
        const asked = at === 'input' ? null : { input: 'asked' }
        assert.partialDeepStrictEqual(refusals[0], { requestParameters: asked })
        assert.ok(!JSON.stringify(refusals).includes('s3cret'))
      })
    }
  }
})

test('a request that is granted goes through every step in one order, and is recorded before it is answered', async (t) => {
  const broker = await aBroker(t)
  assert.deepEqual(await submitted(broker), { steps: STEPS, output: 'answered', fault: undefined })
  const [record, ...more] = await recorded(broker)
  assert.deepEqual(more, [])
  assert.partialDeepStrictEqual(record, {
    eventSource: 'sts.amazonaws.com',
    eventName: 'Test',
    awsRegion: 'us-east-1',
    requestParameters: { input: 'asked' },
    responseElements: { output: 'answered' },
    requestID: FACTS.requestId,
  })
  assert.ok(record && !('errorCode' in record))
})

test('a grant whose record is not durable yet is not answered yet', async (t) => {
  const { broker, log } = await aBroker(t)
  const durable = Promise.withResolvers<void>()
  log.answer = () => durable.promise
  let answered = false
  const operation: Operation<OperatorCaller, undefined, string> = {
    action: 'rolecall:Test',
    proof: 'operator',
    grants: true,
    requires: () => [],
    perform: async () => 'done',
    details: () => ({}),
  }
  const answering = submit(
    operation,
    { facts: FACTS, prove: async () => AS_OPERATOR, input: () => undefined },
    broker,
  ).then(() => {
    answered = true
  })
  while (log.taken.length === 0) await new Promise(setImmediate)
  await new Promise(setImmediate)
  assert.equal(answered, false)
  durable.resolve()
  await answering
})

test('a question grants nothing: it is answered though the log hangs, and recorded all the same', async (t) => {
  const broker = await aBroker(t)
  const { output, steps } = await submitted(broker, { grants: false })
  assert.equal(output, 'answered')
  assert.ok(!steps.includes('record'))
  assert.equal((await recorded(broker)).length, 1)
})

test('a refusal is answered though the log takes nothing', async (t) => {
  const broker = await aBroker(t)
  const problem = { at: 'perform', thrown: new ValidationError('too long') } as const
  const answering = submitted(broker, { problem })
  broker.log.answer = async () => {
    throw new StoreUnavailable('disk full')
  }
  assert.equal((await answering).fault, problem.thrown)
})

test('a presigned URL is refused where credentials are issued, before its parameters are looked at', async (t) => {
  const broker = await aBroker(t)
  const { steps, fault } = await submitted(broker, { proof: 'signed-headers', presigned: true })
  assert.ok(fault instanceof AccessDenied)
  assert.equal(fault.message, 'sts:Test cannot be called with a presigned URL.')
  assert.deepEqual(steps, ['prove'])
  const [record] = await recorded(broker)
  assert.partialDeepStrictEqual(record, { errorCode: 'AccessDenied', requestParameters: null })
})

test('a presigned URL is taken for a question, and signed headers are taken for everything', async (t) => {
  const broker = await aBroker(t)
  assert.equal((await submitted(broker, { proof: 'signature', presigned: true })).output, 'answered')
  assert.equal((await submitted(broker, { proof: 'signed-headers', presigned: false })).output, 'answered')
})

test('a request is counted once: granted, refused, or failed where the fault is ours', async (t) => {
  const broker = await aBroker(t)
  await submitted(broker)
  await submitted(broker, { problem: { at: 'prove', thrown: new InvalidClientTokenId('no such key') } })
  await submitted(broker, { problem: { at: 'perform', thrown: new Error('bug') } })
  await submitted(broker, { problem: { at: 'record', thrown: new Error('disk') } })
  assert.deepEqual(broker.counted, ['sts:Test granted', 'sts:Test refused', 'sts:Test failed', 'sts:Test failed'])
})

describe('what is not permitted is not performed', () => {
  const admin = { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }
  const WHAT_BELONGS_TO_THE_OPERATOR = ['rolecall:ApplyDirectory', 'rolecall:GetAccessKey', 'rolecall:Anything']

  /** An administrator of each kind that an account can have. */
  async function administrators({ world }: TestBroker): Promise<readonly AccountCaller[]> {
    const parts = { Path: '/team/', ...admin }
    await world.apply(anAccount(SOURCE, { Users: [aUser('alice', parts)], Roles: [aRole('Deployer', parts)] }))
    const user = await world.directory.user(SOURCE, 'alice')
    const role = await world.directory.role(`arn:aws:iam::${SOURCE}:role/team/Deployer`)
    assert.ok(user && role)
    return [ROOT, aliceAs(user.uniqueId), sessionIn(SOURCE, role.uniqueId)]
  }

  test('no caller of an account, administrators and root included, ever does what belongs to the operator', async (t) => {
    const broker = await aBroker(t)
    for (const caller of await administrators(broker)) {
      for (const action of WHAT_BELONGS_TO_THE_OPERATOR) {
        const { fault, steps } = await submitted(broker, { caller, accesses: [{ action, resource: '*' }] })
        assert.ok(fault instanceof AccessDenied)
        assert.equal(fault.message, `User: ${caller.arn} is not authorized to perform: ${action}`)
        assert.ok(!steps.includes('perform'))
      }
      const allowed = await submitted(broker, { caller, accesses: [{ action: 's3:GetObject', resource: '*' }] })
      assert.equal(allowed.output, 'answered', 'and yet may do everything else')
    }
  })

  test('the operator never does what callers of accounts do, alone or among its own', async (t) => {
    const broker = await aBroker(t)
    for (const action of ['sts:AssumeRole', 'iam:CreateUser', 'Rolecall:X', 'xrolecall:X', '*', 'rolecall']) {
      let performed = false
      const operation: Operation<OperatorCaller, undefined, undefined> = {
        action: 'rolecall:Test',
        proof: 'operator',
        grants: true,
        requires: () => [
          { action: 'rolecall:Test', resource: '*' },
          { action, resource: '*' },
        ],
        perform: async () => {
          performed = true
        },
        details: () => ({}),
      }
      const ask = { facts: FACTS, prove: async () => AS_OPERATOR, input: () => undefined }
      await assert.rejects(submit(operation, ask, broker.broker), AccessDenied, action)
      assert.equal(performed, false)
    }
    const refused = await recorded(broker)
    assert.equal(refused.length, 6, 'the operator is recorded like everybody')
  })

  test('of several accesses each has to be allowed, and the first that is not is named', async (t) => {
    const broker = await aBroker(t)
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:Get*', Resource: '*' }],
    }
    const Policies = [{ PolicyName: 'p', PolicyDocument: JSON.stringify(policy) }]
    await broker.world.apply(anAccount(SOURCE, { Users: [aUser('alice', { Path: '/team/', Policies })] }))
    const caller = aliceAs((await broker.world.directory.user(SOURCE, 'alice'))?.uniqueId)
    const asking = (...actions: readonly string[]) =>
      submitted(broker, { caller, accesses: actions.map((action) => ({ action, resource: '*' })) })
    assert.match((await asking('s3:GetObject', 's3:Put', 's3:Delete')).fault?.message ?? '', /perform: s3:Put /)
    assert.match((await asking('s3:Delete', 's3:GetObject')).fault?.message ?? '', /perform: s3:Delete /)
    assert.equal((await asking('s3:GetObject', 's3:GetBucket')).output, 'answered')
  })

  test('a permitted call can be made by authorization alone', () => {
    // @ts-expect-error: an object that looks like a permitted call is none
    const forged: PermittedCall<Caller, string> = { caller: ROOT, input: 'asked', facts: FACTS, role: undefined }
    assert.ok(forged)
    assert.deepEqual(Object.keys(authorization).sort(), [
      'authorize',
      'deniedAccess',
      'explainAccess',
      'explainExchange',
      'requestTags',
      'simulateAccess',
      'weighExchange',
    ])
  })
})
