import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  RemoveRoleFromInstanceProfileCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { exchange, MD, TOKEN, TTL } from '../doors/metadata/service.ts'
import { ACCOUNT, refused, setIamStage } from './iam/iam-stage.ts'

const INSTANCE = 'i-00000000000000001'
const PROFILE = { InstanceProfileName: 'web-profile' }
const WEB = { RoleName: 'web' }
const trusting = (Service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
})
const EC2 = trusting('ec2.amazonaws.com')

interface Held {
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
  readonly Token: string
}

/** An instance that runs with a role, and an administrator who changes that by IAM's own API. */
async function stage(t: TestContext) {
  const set = await setIamStage([], {
    Roles: ['web', 'db'].map((RoleName) => ({ RoleName, AssumeRolePolicyDocument: EC2 })),
    InstanceProfiles: [{ ...PROFILE, Roles: ['web'] }],
    Instances: [{ InstanceId: INSTANCE, IamInstanceProfile: 'web-profile' }],
  })
  t.after(() => set[Symbol.asyncDispose]())
  const { broker } = set
  const iam = set.as('admin')
  const port = Number(new URL(broker.instance(INSTANCE).endpoint).port)
  const read = async (path: string) => {
    const { body: token } = await exchange(port, 'PUT', '/latest/api/token', { [TTL]: '60' })
    return await exchange(port, 'GET', `${MD}iam/${path}`, { [TOKEN]: token })
  }
  /** A document, which comes with 200 whatever it says. */
  const json = async (path: string) => {
    const { status, body } = await read(path)
    assert.equal(status, 200, path)
    return JSON.parse(body)
  }
  return {
    broker,
    iam,
    info: () => json('info'),
    document: (role = 'web') => json(`security-credentials/${role}`),
    /** Names of a listing; `undefined` where there is none. */
    async list(path: string) {
      const { status, body } = await read(path)
      return status === 404 ? undefined : body.split('\n')
    },
    add: (role = WEB) => iam.send(new AddRoleToInstanceProfileCommand({ ...PROFILE, ...role })),
    takeOut: () => iam.send(new RemoveRoleFromInstanceProfileCommand({ ...PROFILE, ...WEB })),
    trust: (policy: object) =>
      iam.send(new UpdateAssumeRolePolicyCommand({ ...WEB, PolicyDocument: JSON.stringify(policy) })),
    /** Who the API takes the holder of credentials for, or the code of its refusal. */
    async whoIs({ AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken }: Held) {
      const credentials = { accessKeyId, secretAccessKey, sessionToken }
      const client = new STSClient({ endpoint: broker.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
      try {
        return (await client.send(new GetCallerIdentityCommand())).Arn
      } catch (error) {
        return error instanceof Error ? error.name : String(error)
      } finally {
        client.destroy()
      }
    },
  }
}

const session = (role: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${INSTANCE}`

test('a role that an instance runs with is not deleted, and goes on being handed out', async (t) => {
  const { iam, document, whoIs } = await stage(t)
  const held = await document()
  const says = 'Cannot delete entity, must remove roles from instance profile first.'
  await refused(iam.send(new DeleteRoleCommand(WEB)), 409, 'DeleteConflict', says)
  await refused(iam.send(new DeleteInstanceProfileCommand(PROFILE)), 409, 'DeleteConflict', says)
  assert.deepEqual(await document(), held)
  assert.equal(await whoIs(held), session('web'))
})

test('a role that is taken out is listed no more, what it gave stays good, and it comes back', async (t) => {
  const { info, list, document, takeOut, add, whoIs } = await stage(t)
  const held = await document()
  const { InstanceProfileId } = await info()
  await takeOut()
  const { Code, Message, ...rest } = await info()
  assert.deepEqual([Code, Message], ['Success', 'Instance Profile does not contain a role.'])
  assert.equal(rest.InstanceProfileId, InstanceProfileId)
  assert.deepEqual(await list(''), ['info'])
  assert.equal(await list('security-credentials/'), undefined)
  assert.equal(await list('security-credentials/web'), undefined)
  assert.equal(await whoIs(held), session('web'))
  await add()
  assert.deepEqual(Object.keys(await info()), ['Code', 'LastUpdated', 'InstanceProfileArn', 'InstanceProfileId'])
  assert.deepEqual(await list('security-credentials/'), ['web'])
  assert.equal(await whoIs(await document()), session('web'))
})

test('another role in its place is the only one to be had', async (t) => {
  const { list, document, takeOut, add, whoIs } = await stage(t)
  const held = await document()
  await takeOut()
  await add({ RoleName: 'db' })
  assert.deepEqual(await list('security-credentials/'), ['db'])
  assert.equal(await list('security-credentials/web'), undefined)
  assert.equal(await whoIs(await document('db')), session('db'))
  assert.equal(await whoIs(held), session('web'))
})

test('a profile that is deleted is not found, and one of its name that is made later is another', async (t) => {
  const { iam, info, list, document, takeOut, add, whoIs } = await stage(t)
  const held = await document()
  const before = await info()
  await takeOut()
  await iam.send(new DeleteInstanceProfileCommand(PROFILE))
  const { Code, ...rest } = await info()
  assert.equal(Code, 'InstanceProfileNotFound')
  assert.deepEqual(Object.keys(rest), ['Message', 'LastUpdated'])
  assert.deepEqual(await list(''), ['info'])
  assert.equal(await list('security-credentials/'), undefined)
  assert.equal(await whoIs(held), session('web'))
  const { InstanceProfile } = await iam.send(new CreateInstanceProfileCommand(PROFILE))
  await add()
  const after = await info()
  assert.deepEqual([after.Code, after.InstanceProfileId], ['Success', InstanceProfile?.InstanceProfileId])
  assert.notEqual(after.InstanceProfileId, before.InstanceProfileId)
  assert.equal(await whoIs(await document()), session('web'))
})

test('what a deleted role gave is refused for good: one of its name that is made later is another', async (t) => {
  const { iam, list, document, takeOut, add, whoIs } = await stage(t)
  const held = await document()
  await takeOut()
  assert.equal(await whoIs(held), session('web'))
  await iam.send(new DeleteRoleCommand(WEB))
  assert.equal(await whoIs(held), 'InvalidClientTokenId')
  assert.equal(await list('security-credentials/'), undefined)
  await iam.send(new CreateRoleCommand({ ...WEB, AssumeRolePolicyDocument: JSON.stringify(EC2) }))
  await add()
  const after = await document()
  assert.notEqual(after.AccessKeyId, held.AccessKeyId)
  assert.deepEqual([await whoIs(held), await whoIs(after)], ['InvalidClientTokenId', session('web')])
})

test('trust that is withdrawn shows at the next rotation, and trust that is given back at once', async (t) => {
  const { broker, list, document, trust, whoIs } = await stage(t)
  const held = await document()
  await trust(trusting('lambda.amazonaws.com'))
  assert.deepEqual(await document(), held)
  broker.clock.advance(3_600_000)
  const { Code, Message, ...rest } = await document()
  assert.equal(Code, 'AssumeRoleUnauthorizedAccess')
  assert.match(Message, /^EC2 cannot assume the role web\./)
  assert.deepEqual(Object.keys(rest), ['LastUpdated'])
  assert.deepEqual(await list('security-credentials/'), ['web'])
  assert.equal(await whoIs(held), session('web'))
  await trust(EC2)
  const after = await document()
  assert.notEqual(after.AccessKeyId, held.AccessKeyId)
  assert.equal(await whoIs(after), session('web'))
})

test('a role that comes back is assumed anew: whom it trusts by then is what counts', async (t) => {
  const { document, takeOut, trust, add, whoIs } = await stage(t)
  const held = await document()
  await takeOut()
  await trust(trusting('lambda.amazonaws.com'))
  await add()
  assert.equal((await document()).Code, 'AssumeRoleUnauthorizedAccess')
  assert.equal(await whoIs(held), session('web'))
})
