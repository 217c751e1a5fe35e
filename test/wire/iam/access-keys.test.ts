import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { Credentials } from '../wire-client.ts'
import { ACCOUNT, ADMIN, type IamStage, OTHER, refused, setIamStage } from './iam-stage.ts'

const MUST_NAME = 'Must specify userName when calling with non-User credentials'
const absentKey = (id: string) => `The Access Key with id ${id} cannot be found.`
const ABSENT = 'AKIAIOSFODNN7EXAMPLE'

const OWN_KEYS = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'iam:*AccessKey*',
      Resource: `arn:aws:iam::${ACCOUNT}:user/\${aws:username}`,
    },
  ],
}

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
}

const USERS = [
  { UserName: 'idle' },
  { UserName: 'self', Policies: [{ PolicyName: 'own', PolicyDocument: OWN_KEYS }] },
  { UserName: 'full', AccessKeys: [{}, {}] },
  { UserName: 'bare', AccessKeys: [] },
  { UserName: 'rotating', AccessKeys: [] },
  { UserName: 'paged', AccessKeys: [{}, {}] },
  { UserName: 'revoked' },
]

describe('access keys', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage(USERS, {
      Roles: [{ RoleName: 'keeper', AssumeRolePolicyDocument: TRUST, Policies: ADMIN.Policies ?? [] }],
    })
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')
  const keyIdsOf = async (UserName: string) => {
    const { AccessKeyMetadata = [] } = await admin().send(new ListAccessKeysCommand({ UserName }))
    return AccessKeyMetadata.map(({ AccessKeyId = '' }) => AccessKeyId)
  }

  test('a third key is refused, of a user and of root', async () => {
    const quota = 'Cannot exceed quota for AccessKeysPerUser: 2'
    await refused(admin().send(new CreateAccessKeyCommand({ UserName: 'full' })), 409, 'LimitExceeded', quota)
    const { AccessKey: second } = await stage.as('root').send(new CreateAccessKeyCommand({}))
    assert.equal(second?.UserName, undefined)
    await refused(stage.as('root').send(new CreateAccessKeyCommand({})), 409, 'LimitExceeded', quota)
    await stage.as('root').send(new DeleteAccessKeyCommand({ AccessKeyId: second?.AccessKeyId }))
  })

  test('a user who is not there has no keys', async () => {
    const UserName = 'absent'
    const says = 'The user with name absent cannot be found.'
    for (const call of [
      admin().send(new CreateAccessKeyCommand({ UserName })),
      admin().send(new ListAccessKeysCommand({ UserName })),
      admin().send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: ABSENT })),
      admin().send(new UpdateAccessKeyCommand({ UserName, AccessKeyId: ABSENT, Status: 'Inactive' })),
    ]) {
      await refused(call, 404, 'NoSuchEntity', says)
    }
  })

  test('a key of somebody else, in whatever account, is none of a user', async () => {
    const [theirs = ''] = await keyIdsOf('full')
    const elsewhere = (await stage.broker.as(`arn:aws:iam::${OTHER}:user/admin`)).credentials.accessKeyId
    for (const AccessKeyId of [theirs, elsewhere, ABSENT]) {
      for (const call of [
        admin().send(new DeleteAccessKeyCommand({ UserName: 'bare', AccessKeyId })),
        admin().send(new UpdateAccessKeyCommand({ UserName: 'bare', AccessKeyId, Status: 'Inactive' })),
      ]) {
        await refused(call, 404, 'NoSuchEntity', absentKey(AccessKeyId))
      }
    }
    assert.equal((await keyIdsOf('full')).length, 2)
  })

  test('whoever may not is refused, and root is a resource of its own', async () => {
    await refused(
      stage.as('idle').send(new CreateAccessKeyCommand({ UserName: 'bare' })),
      403,
      'AccessDenied',
      `User: arn:aws:iam::${ACCOUNT}:user/idle is not authorized to perform: iam:CreateAccessKey on resource: user bare because no identity-based policy allows the iam:CreateAccessKey action`,
    )
    await refused(
      stage.as('self').send(new CreateAccessKeyCommand({ UserName: 'bare' })),
      403,
      'AccessDenied',
      /iam:CreateAccessKey on resource/,
    )
  })

  test('a role has to say whose keys it means', async () => {
    const session = await deployer()
    for (const call of [
      stage.as(session).send(new CreateAccessKeyCommand({})),
      stage.as(session).send(new ListAccessKeysCommand({})),
      stage.as(session).send(new DeleteAccessKeyCommand({ AccessKeyId: ABSENT })),
      stage.as(session).send(new UpdateAccessKeyCommand({ AccessKeyId: ABSENT, Status: 'Active' })),
    ]) {
      await refused(call, 400, 'ValidationError', MUST_NAME)
    }
  })

  test('no status but active and inactive can be set', async () => {
    const [AccessKeyId = ''] = await keyIdsOf('full')
    const update = new UpdateAccessKeyCommand({ UserName: 'full', AccessKeyId, Status: 'Expired' })
    await refused(admin().send(update), 400, 'InvalidInput', /Active or Inactive/)
  })

  test('a key that the operator took back stays inactive', async () => {
    const [AccessKeyId = ''] = await keyIdsOf('revoked')
    const revoke = await fetch(`${stage.broker.addresses.admin}/operations/RevokeSessions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stage.broker.operatorToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'access-key', target: AccessKeyId }),
    })
    assert.equal(revoke.status, 200)
    await refused(
      admin().send(new UpdateAccessKeyCommand({ UserName: 'revoked', AccessKeyId, Status: 'Active' })),
      400,
      'InvalidInput',
      /was revoked/,
    )
    await admin().send(new UpdateAccessKeyCommand({ UserName: 'revoked', AccessKeyId, Status: 'Inactive' }))
    await admin().send(new DeleteAccessKeyCommand({ UserName: 'revoked', AccessKeyId }))
  })

  test('a key is made, used, set inactive, and deleted', async () => {
    const { AccessKey } = await admin().send(new CreateAccessKeyCommand({ UserName: 'ROTATING' }))
    assert.deepEqual(
      [AccessKey?.UserName, AccessKey?.Status, AccessKey?.SecretAccessKey?.length],
      ['rotating', 'Active', 40],
    )
    assert.match(AccessKey?.AccessKeyId ?? '', /^AKIA[A-Z2-7]{16}$/)
    const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {}
    const rotating = stage.as({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey })
    await refused(rotating.send(new GetUserCommand({})), 403, 'AccessDenied', /user\/rotating/)
    await admin().send(new UpdateAccessKeyCommand({ UserName: 'rotating', AccessKeyId, Status: 'Inactive' }))
    await refused(rotating.send(new GetUserCommand({})), 403, 'InvalidClientTokenId', /invalid/)
    const { AccessKeyMetadata } = await admin().send(new ListAccessKeysCommand({ UserName: 'rotating' }))
    assert.deepEqual(AccessKeyMetadata, [
      { UserName: 'rotating', AccessKeyId, Status: 'Inactive', CreateDate: AccessKey?.CreateDate },
    ])
    await admin().send(new UpdateAccessKeyCommand({ UserName: 'rotating', AccessKeyId, Status: 'Active' }))
    await refused(rotating.send(new GetUserCommand({})), 403, 'AccessDenied', /user\/rotating/)
    await admin().send(new DeleteAccessKeyCommand({ UserName: 'rotating', AccessKeyId }))
    assert.deepEqual(await keyIdsOf('rotating'), [])
    await refused(rotating.send(new GetUserCommand({})), 403, 'InvalidClientTokenId', /invalid/)
  })

  test('who names nobody means their own keys', async () => {
    const self = stage.as('self')
    const { AccessKey } = await self.send(new CreateAccessKeyCommand({}))
    assert.equal(AccessKey?.UserName, 'self')
    const { AccessKeyMetadata = [] } = await self.send(new ListAccessKeysCommand({}))
    assert.equal(AccessKeyMetadata.length, 2)
    await self.send(new DeleteAccessKeyCommand({ AccessKeyId: AccessKey?.AccessKeyId }))
    const { AccessKeyMetadata: ofRoot = [] } = await stage.as('root').send(new ListAccessKeysCommand({}))
    assert.deepEqual(
      ofRoot.map(({ UserName, Status }) => [UserName, Status]),
      [[undefined, 'Active']],
    )
  })

  test('of a key that is not there, or of another account, nothing is told', async () => {
    const elsewhere = (await stage.broker.as(`arn:aws:iam::${OTHER}:user/admin`)).credentials.accessKeyId
    for (const AccessKeyId of [ABSENT, elsewhere]) {
      await refused(
        admin().send(new GetAccessKeyLastUsedCommand({ AccessKeyId })),
        404,
        'NoSuchEntity',
        absentKey(AccessKeyId),
      )
      await refused(
        stage.as('self').send(new GetAccessKeyLastUsedCommand({ AccessKeyId })),
        403,
        'AccessDenied',
        /iam:GetAccessKeyLastUsed on resource: arn:aws:iam::111111111111:user\/\* /,
      )
    }
  })

  test('the last use of a key is told, and N/A before the first', async () => {
    const { AccessKey } = await admin().send(new CreateAccessKeyCommand({ UserName: 'bare' }))
    const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {}
    const lastUsed = async () => await admin().send(new GetAccessKeyLastUsedCommand({ AccessKeyId }))
    const before = await lastUsed()
    assert.deepEqual([before.UserName, before.AccessKeyLastUsed], ['bare', { ServiceName: 'N/A', Region: 'N/A' }])
    const sts = new STSClient({
      endpoint: stage.broker.endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey },
    })
    await sts.send(new GetCallerIdentityCommand({}))
    sts.destroy()
    const { AccessKeyLastUsed: used } = await lastUsed()
    assert.deepEqual([used?.ServiceName, used?.Region], ['sts', 'eu-west-1'])
    assert.ok(Math.abs((used?.LastUsedDate?.getTime() ?? 0) - Date.now()) < 60_000)
    await admin().send(new DeleteAccessKeyCommand({ UserName: 'bare', AccessKeyId }))
  })

  test('keys come in pages, and a marker is good for one user', async () => {
    const first = await admin().send(new ListAccessKeysCommand({ UserName: 'paged', MaxItems: 1 }))
    assert.deepEqual([first.AccessKeyMetadata?.length, first.IsTruncated], [1, true])
    const { Marker } = first
    const last = await admin().send(new ListAccessKeysCommand({ UserName: 'paged', MaxItems: 1, Marker }))
    assert.deepEqual([last.AccessKeyMetadata?.length, last.IsTruncated], [1, false])
    await refused(
      admin().send(new ListAccessKeysCommand({ UserName: 'full', Marker })),
      400,
      'ValidationError',
      'Invalid Marker.',
    )
  })

  test('a secret leaves once, and stands in no record of it', async () => {
    const { AccessKey } = await admin().send(new CreateAccessKeyCommand({ UserName: 'bare' }))
    const events = await fetch(`${stage.broker.addresses.admin}/operations/ListEvents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stage.broker.operatorToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ limit: 100 }),
    })
    const trail = await events.text()
    assert.ok(trail.includes(AccessKey?.AccessKeyId ?? 'none'), trail)
    assert.ok(!trail.includes(AccessKey?.SecretAccessKey ?? ''))
    await admin().send(new DeleteAccessKeyCommand({ UserName: 'bare', AccessKeyId: AccessKey?.AccessKeyId }))
  })

  async function deployer(): Promise<Credentials> {
    const sts = new STSClient({
      endpoint: stage.broker.endpoint,
      region: 'us-east-1',
      credentials: (await stage.broker.as(`arn:aws:iam::${ACCOUNT}:user/admin`)).credentials,
    })
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/keeper`
    const { Credentials: made } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'keeping' }))
    sts.destroy()
    return {
      accessKeyId: made?.AccessKeyId ?? '',
      secretAccessKey: made?.SecretAccessKey ?? '',
      sessionToken: made?.SessionToken ?? '',
    }
  }
})
