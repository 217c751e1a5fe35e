import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { readForm } from '../../src/engines/wire/index.ts'
import { NoSuchEntity, Secret, ValidationError } from '../../src/model/index.ts'
import {
  type GetAccessKeyInput,
  getAccessKey,
  readGetAccessKey,
  resetDirectory,
} from '../../src/operations/broker/index.ts'
import { assumeRole } from '../../src/operations/sts/assume-role.ts'
import { AS_OPERATOR } from '../../src/pipeline/authentication/index.ts'
import { submit } from '../../src/pipeline/index.ts'
import { anAccount, aRole, aUser } from '../domain/directory/samples.ts'
import { aBroker, FACTS, ROOT, SOURCE, TARGET, type TestBroker } from '../pipeline/samples.ts'

const ROLE = `arn:aws:iam::${TARGET}:role/Deployer`
const AKIA = 'AKIAIOSFODNN7EXAMPLE'

function parsed(form: string): ReturnType<typeof assumeRole.parse> {
  return assumeRole.parse(readForm([`RoleArn=${ROLE}&RoleSessionName=ci${form}`], 100))
}

const OUTPUT: Awaited<ReturnType<typeof assumeRole.perform>> = {
  AssumedRoleUser: { AssumedRoleId: 'AROA:ci', Arn: `arn:aws:sts::${TARGET}:assumed-role/Deployer/ci` },
  Credentials: {
    AccessKeyId: 'ASIASESSION',
    SecretAccessKey: new Secret('the-secret-of-the-session'),
    SessionToken: 'the.token.of.the.session',
    Expiration: new Date('2026-01-01T13:00:00.987Z'),
  },
  PackedPolicySize: undefined,
  SourceIdentity: undefined,
}

describe('the record of AssumeRole', () => {
  test('has neither the secret nor the session token', () => {
    const record = JSON.stringify(assumeRole.details(parsed(''), OUTPUT, ROOT))
    assert.ok(!record.includes('the-secret') && !record.includes('the.token') && !record.includes('[secret]'))
  })

  test('has what was asked as it was asked: no duration where none was sent', () => {
    const asked = { roleArn: ROLE, roleSessionName: 'ci' }
    const recorded = (form: string): unknown =>
      JSON.parse(JSON.stringify(assumeRole.details(parsed(form), undefined, ROOT).requestParameters))
    assert.deepEqual(recorded(''), asked)
    assert.deepEqual(recorded('&DurationSeconds=3600&ExternalId=ext'), {
      ...asked,
      durationSeconds: 3600,
      externalId: 'ext',
    })
  })

  test('says which key was made for whom and until when, in whole seconds, and which role it is about', () => {
    assert.deepEqual(assumeRole.details(parsed(''), OUTPUT, ROOT), {
      requestParameters: {
        roleArn: ROLE,
        roleSessionName: 'ci',
        durationSeconds: undefined,
        externalId: undefined,
        serialNumber: undefined,
        policy: undefined,
        sourceIdentity: undefined,
      },
      responseElements: {
        credentials: { accessKeyId: 'ASIASESSION', sessionId: undefined, expiration: '2026-01-01T13:00:00Z' },
        assumedRoleUser: { assumedRoleId: 'AROA:ci', arn: `arn:aws:sts::${TARGET}:assumed-role/Deployer/ci` },
        packedPolicySize: undefined,
        sourceIdentity: undefined,
      },
      resources: [{ ARN: ROLE, accountId: TARGET, type: 'AWS::IAM::Role' }],
    })
  })

  test('has no response where it was refused', () => {
    assert.equal(assumeRole.details(parsed(''), undefined, ROOT).responseElements, undefined)
  })
})

function keyOf({ broker }: TestBroker, principal: string) {
  const ask = { facts: FACTS, prove: async () => AS_OPERATOR, input: () => ({ principal }) }
  return submit(getAccessKey, ask, broker)
}

async function populated(t: TestContext): Promise<TestBroker> {
  const broker = await aBroker(t)
  const keys = [
    { AccessKeyId: 'AKIAINACTIVEEXAMPLE0', Status: 'Inactive' } as const,
    { AccessKeyId: AKIA, SecretAccessKey: 's'.repeat(40), Status: 'Active' } as const,
  ]
  await broker.world.apply(
    anAccount(SOURCE, {
      Alias: 'shop',
      Root: { AccessKeys: [{ Status: 'Active' }] },
      Users: [aUser('alice', { Path: '/team/', AccessKeys: keys }), aUser('bob')],
      Roles: [aRole('Deployer')],
    }),
    anAccount(TARGET),
  )
  return broker
}

describe('the operator gets the key of a user or a root, and of nobody else', () => {
  for (const principal of [
    '',
    'alice',
    'shop',
    '/alice',
    'shop/',
    'shop/team/alice',
    'shop/alice/x',
    'Shop/alice',
    'other/alice',
    `${TARGET}/alice`,
    `arn:aws:iam::${SOURCE}:user/alice`,
    `arn:aws:iam::${SOURCE}:role/Deployer`,
    `arn:aws:sts::${SOURCE}:assumed-role/Deployer/ci`,
    `arn:aws:iam::${SOURCE}:user/team/bob`,
    'arn:aws:iam::999999999999:root',
    `arn:aws-cn:iam::${SOURCE}:root`,
    `arn:aws:iam::${SOURCE}:rooted`,
    'arn:aws:iam:::root',
  ]) {
    test(`not of ${JSON.stringify(principal)}`, async (t) => {
      await assert.rejects(keyOf(await populated(t), principal), (error) => {
        assert.ok(error instanceof NoSuchEntity)
        assert.ok(error.message.startsWith(`There is no user or root called ${principal}. Say an ARN`), error.message)
        return true
      })
    })
  }

  test('not of who has no active one, and is told how to give one', async (t) => {
    const broker = await populated(t)
    for (const [principal, arn] of [
      ['shop/bob', `arn:aws:iam::${SOURCE}:user/bob`],
      [`arn:aws:iam::${TARGET}:root`, `arn:aws:iam::${TARGET}:root`],
    ] as const) {
      await assert.rejects(keyOf(broker, principal), {
        message: `${arn} has no active access key. In a directory file, "AccessKeys: [{}]" gives it one.`,
      })
    }
  })

  test('by ARN, by alias, by account, whatever the case of the name: the first that is active', async (t) => {
    const broker = await populated(t)
    const arn = `arn:aws:iam::${SOURCE}:user/team/alice`
    for (const principal of [arn, 'shop/alice', 'shop/ALICE', `${SOURCE}/alice`]) {
      const key = await keyOf(broker, principal)
      assert.deepEqual([key.arn, key.accessKeyId, key.secretAccessKey.reveal()], [arn, AKIA, 's'.repeat(40)])
    }
    const root = await keyOf(broker, `arn:aws:iam::${SOURCE}:root`)
    assert.match(root.accessKeyId, /^AKIA/)
  })

  test('and the record of it has the id of the key, not its secret', async (t) => {
    const broker = await populated(t)
    await keyOf(broker, 'shop/alice')
    const body = broker.log.taken.at(-1)?.body ?? ''
    assert.partialDeepStrictEqual(JSON.parse(body), {
      requestParameters: { principal: 'shop/alice' },
      responseElements: { accessKeyId: AKIA },
    })
    assert.ok(!body.includes('sssss') && !body.includes('[secret]'))
  })
})

test('whose key is wanted is a text, and nothing else is read from what the operator sends', () => {
  for (const value of [undefined, null, 'shop/alice', [], {}, { principal: 1 }, { Principal: 'x' }]) {
    assert.throws(() => readGetAccessKey(value), ValidationError)
  }
  const read: GetAccessKeyInput = readGetAccessKey({ principal: 'shop/alice', more: 1 })
  assert.deepEqual(read, { principal: 'shop/alice' })
})

test('a reset is recorded with what it changed', async (t) => {
  const broker = await populated(t)
  const ask = { facts: FACTS, prove: async () => AS_OPERATOR, input: () => ({ Accounts: [] }) }
  assert.deepEqual(await submit(resetDirectory, ask, broker.broker), { changes: 9 })
  assert.partialDeepStrictEqual(JSON.parse(broker.log.taken.at(-1)?.body ?? ''), {
    eventName: 'ResetDirectory',
    responseElements: { changes: 9 },
  })
  await assert.rejects(keyOf(broker, 'shop/alice'), NoSuchEntity)
})
