import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { AuditTrail } from '../../src/domain/audit/index.ts'
import { openReference, readExplanation, viewFor } from '../../src/domain/explanation/index.ts'
import { readForm } from '../../src/engines/wire/index.ts'
import { AccessDenied, Fault, type FederatedCaller, InvalidClientTokenId, PLAIN_TERMS } from '../../src/model/index.ts'
import { explainRefusal } from '../../src/operations/broker/index.ts'
import { assumeRole } from '../../src/operations/sts/assume-role.ts'
import { decodeAuthorizationMessage } from '../../src/operations/sts/decode-authorization-message.ts'
import { AS_OPERATOR } from '../../src/pipeline/authentication/index.ts'
import { type BrokerParts, submit } from '../../src/pipeline/index.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { ALLOW_ALL, anAccount, aPolicy, aRole, aUser, trusting } from '../domain/directory/samples.ts'
import { aBroker, aliceAs, FACTS, ROOT, SOURCE, sessionIn, TARGET, type TestBroker } from './samples.ts'

const ROLE = `arn:aws:iam::${TARGET}:role/Deployer`
const parts = { region: 'us-east-1', presigned: false }

/** A broker whose audit records are kept. */
async function keepingBroker(t: TestContext): Promise<TestBroker> {
  const test = await aBroker(t)
  const { logger, metrics } = test.broker
  const audit = new AuditTrail({ log: test.world.storage.audit, random: systemRandom, logger, metrics })
  return { ...test, broker: { ...test.broker, audit } }
}

async function refusedRole(broker: BrokerParts, caller = aliceAs(), requestId = FACTS.requestId): Promise<Fault> {
  const input = assumeRole.parse(readForm([`RoleArn=${ROLE}&RoleSessionName=ci&ExternalId=green`], 100))
  const facts = { ...FACTS, requestId }
  const ask = { facts, prove: async () => ({ caller, ...parts }), input: () => input }
  const fault = await submit(assumeRole, ask, broker).catch((error: unknown) => error)
  assert.ok(fault instanceof Fault)
  return fault
}

function decode(broker: BrokerParts, encodedMessage: string): Promise<{ DecodedMessage: string }> {
  const ask = { facts: FACTS, prove: async () => ({ caller: ROOT, ...parts }), input: () => ({ encodedMessage }) }
  return submit(decodeAuthorizationMessage, ask, broker)
}

function explained(broker: BrokerParts, message: string) {
  return submit(explainRefusal, { facts: FACTS, prove: async () => AS_OPERATOR, input: () => ({ message }) }, broker)
}

describe('a denial that was not kept', () => {
  test('is said to be so to those whom it concerns: to its account, and to the operator', async (t) => {
    const { broker } = await aBroker(t)
    const { explanation = '' } = await refusedRole(broker)
    await assert.rejects(decode(broker, explanation), {
      code: 'InvalidAuthorizationMessageException',
      message: `Message is valid, but what it refers to was not kept: request ${FACTS.requestId}`,
    })
    await assert.rejects(explained(broker, explanation), { code: 'NoSuchEntity', message: /was not kept/ })
  })

  test('is a denial all the same when no key can seal it', async (t) => {
    const { broker, counted } = await aBroker(t)
    const errors: string[] = []
    const active = (): never => {
      throw new Error('no key')
    }
    const logger = { ...broker.logger, error: (name: string) => void errors.push(name) }
    const fault = await refusedRole({ ...broker, keyring: { ...broker.keyring, active }, logger })
    assert.ok(fault instanceof AccessDenied)
    assert.equal(fault.explanation, undefined)
    assert.deepEqual(errors, ['explanation.seal-failed'])
    assert.deepEqual(counted, ['sts:AssumeRole refused'])
  })
})

test('a denial is explained as it was decided, whatever policies say by now', async (t) => {
  const { broker, world } = await keepingBroker(t)
  const Policies = [{ PolicyName: 'p', PolicyDocument: ALLOW_ALL }]
  const source = (parts = {}) => anAccount(SOURCE, { Users: [aUser('alice', { Path: '/team/', ...parts })] })
  await world.apply(source(), anAccount(TARGET, { Roles: [aRole('Deployer')] }))
  const alice = aliceAs((await world.directory.user(SOURCE, 'alice'))?.uniqueId)
  const { explanation = '' } = await refusedRole(broker, alice)
  await world.apply(
    source({ Policies }),
    anAccount(TARGET, { Roles: [aRole('Deployer', { AssumeRolePolicyDocument: trusting('*') })] }),
  )
  const { rolecall } = JSON.parse((await decode(broker, explanation)).DecodedMessage)
  assert.equal(rolecall.because, 'no identity-based policy allows it')
  assert.equal((await explained(broker, explanation)).changes.length, 1)
})

test('two denials of one millisecond each have their own explanation', async (t) => {
  const { broker } = await keepingBroker(t)
  const ids = ['01234567-89ab-4cde-8f01-23456789abc1', '01234567-89ab-4cde-8f01-23456789abc2']
  for (const id of ids) {
    const { explanation = '' } = await refusedRole(broker, aliceAs(), id)
    assert.equal((await explained(broker, explanation)).requestId, id)
  }
})

describe('whatever policies hold, little is kept of a denial', () => {
  const statement = (Sid: string, more = {}) => ({ Sid, Effect: 'Deny', Action: '*', Resource: '*', ...more })
  const long = { StringLike: { 'aws:userid': ['*', ...Array.from({ length: 20 }, () => 'x'.repeat(250))] } }
  for (const [rule, statements] of [
    ['a few statements', [statement('a'), statement('b')]],
    ['statements that are as long as they can be', [statement('a', { Condition: long })]],
    ['as many statements as are traced', Array.from({ length: 20 }, (_, n) => statement(`a${n}`))],
    ['more statements than are traced', Array.from({ length: 90 }, (_, n) => statement(`a${n}`))],
  ] as const) {
    test(`ten policies of ${rule}`, async (t) => {
      const { broker, world } = await keepingBroker(t)
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements })
      const ManagedPolicies = Array.from({ length: 10 }, (_, n) => aPolicy(`p${n}`, { PolicyDocument }))
      const ManagedPolicyArns = ManagedPolicies.map((each) => `arn:aws:iam::${SOURCE}:policy/${each.ManagedPolicyName}`)
      const alice = aUser('alice', { Path: '/team/', ManagedPolicyArns })
      await world.apply(anAccount(SOURCE, { Users: [alice], ManagedPolicies }))
      const caller = aliceAs((await world.directory.user(SOURCE, 'alice'))?.uniqueId)
      const { explanation = '' } = await refusedRole(broker, caller)
      const { because, changes } = await explained(broker, explanation)
      assert.match(
        because,
        /^the identity-based policy arn:aws:iam::111111111111:policy\/p0 \(statement "a0?"\), .* deny it/,
      )
      assert.match(changes[0] ?? '', /^Remove the Deny in statement "a0?" of the identity-based policy .*\/p0/)
      assert.deepEqual(JSON.parse((await decode(broker, explanation)).DecodedMessage).explicitDeny, true)
      const { entries } = await world.storage.audit.find({ limit: 10 })
      const kept = entries.find((entry) => entry.explanation !== undefined)?.explanation ?? ''
      assert.ok(kept.length > 500 && kept.length < 16_000, `${kept.length} characters`)
    })
  }
})

test('whatever is too much to trace, a side that refuses is never said to allow', async (t) => {
  const { broker, world } = await keepingBroker(t)
  const Statement = Array.from({ length: 90 }, (_, n) => ({
    Sid: `a${n}`,
    Effect: 'Deny',
    Action: '*',
    Resource: '*',
  }))
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  const ManagedPolicies = Array.from({ length: 10 }, (_, n) => aPolicy(`p${n}`, { PolicyDocument }))
  const ManagedPolicyArns = ManagedPolicies.map((each) => `arn:aws:iam::${SOURCE}:policy/${each.ManagedPolicyName}`)
  const Users = [aUser('alice', { Path: '/team/', ManagedPolicyArns })]
  const closed = aRole('Deployer', { AssumeRolePolicyDocument: trusting(`arn:aws:iam::${TARGET}:root`) })
  await world.apply(anAccount(SOURCE, { Users, ManagedPolicies }), anAccount(TARGET, { Roles: [closed] }))
  await refusedRole(broker, aliceAs((await world.directory.user(SOURCE, 'alice'))?.uniqueId))
  await broker.audit.flush()
  const { entries } = await world.storage.audit.find({ refused: true, limit: 1 })
  const kept = readExplanation(entries[0]?.explanation ?? '')
  assert.equal(viewFor(kept, 'resource').because, 'the role trust policy does not allow it')
  assert.deepEqual(viewFor(kept, 'resource').changes, [
    `Allow sts:AssumeRole to ${kept.caller.arn} in the trust policy of ${ROLE}`,
    `Account ${SOURCE} has to allow it, too: whether it does is for its own administrators to see.`,
  ])
  assert.ok(
    viewFor(kept, 'both').changes.includes(`Allow sts:AssumeRole to ${kept.caller.arn} in the trust policy of ${ROLE}`),
  )
})

test('a role that is not there costs as many reads of the store as one that refuses', async (t) => {
  const Policies = [{ PolicyName: 'p', PolicyDocument: ALLOW_ALL }]
  const Users = [aUser('alice', { Path: '/team/', Policies })]
  const readsFor = async (roles: readonly string[]): Promise<readonly number[]> => {
    const { broker, world } = await keepingBroker(t)
    const reads = t.mock.method(world.storage.directory, 'find')
    const closed = { AssumeRolePolicyDocument: trusting(`arn:aws:iam::${TARGET}:root`) }
    const Roles = roles.map((name) => aRole(name, closed))
    await world.apply(anAccount(SOURCE, { Users }), anAccount(TARGET, { Roles }))
    const alice = aliceAs((await world.directory.user(SOURCE, 'alice'))?.uniqueId)
    await world.directory.policiesOf(alice)
    const counts: number[] = []
    for (let n = 0; n < 3; n++) {
      const before = reads.mock.callCount()
      await refusedRole(broker, alice)
      await broker.audit.flush()
      counts.push(reads.mock.callCount() - before)
    }
    return counts
  }
  const missing = await readsFor(['Another'])
  assert.deepEqual(await readsFor(['Another', 'Deployer']), missing)
  assert.equal(missing[2], 0, 'and none at all once it is known')
})

describe('the reference that a refused caller gets', () => {
  const federated: FederatedCaller = {
    ...ROOT,
    kind: 'federated-user',
    arn: `arn:aws:sts::${SOURCE}:federated-user/bob`,
    principalArn: `arn:aws:sts::${SOURCE}:federated-user/bob`,
    userId: `${SOURCE}:bob`,
    session: { ...sessionIn(SOURCE).session, terms: PLAIN_TERMS },
    issuer: undefined,
  }

  test('leads to a rule, too, whatever code it answers with', async (t) => {
    const { broker, log } = await aBroker(t)
    const input = assumeRole.parse(readForm([`RoleArn=${ROLE}&RoleSessionName=ci`], 100))
    const ask = { facts: FACTS, prove: async () => ({ caller: federated, ...parts }), input: () => input }
    const fault = await submit(assumeRole, ask, broker).catch((error: unknown) => error)
    assert.ok(fault instanceof InvalidClientTokenId)
    assert.deepEqual(openReference(fault.explanation ?? '', broker.keyring), {
      requestId: FACTS.requestId,
      time: FACTS.now,
      account: SOURCE,
      resourceAccount: SOURCE,
    })
    await broker.audit.flush()
    const kept = readExplanation(log.taken[0]?.explanation ?? '')
    assert.match(viewFor(kept, 'both').because, /^whatever policies say: The security token/)
  })

  test('is none for the operator, and none for what fails for another reason', async (t) => {
    const { broker } = await aBroker(t)
    const fault = await explained(broker, 'AAAA').catch((error: unknown) => error)
    assert.ok(fault instanceof Fault && fault.explanation === undefined)
  })
})
