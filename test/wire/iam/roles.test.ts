import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import type { Credentials } from '../wire-client.ts'
import { ACCOUNT, type IamStage, OTHER, refused, setIamStage } from './iam-stage.ts'
import { ALLOWS_ALL, denied, roleArn, TRUSTS_ACCOUNT, TRUSTS_EC2, trusting, userArn } from './role-samples.ts'

const BOUNDARY = 'arn:aws:iam::aws:policy/PowerUserAccess'
const ABSENT = 'The role with name absent cannot be found.'

/** Trust policies that AWS does not save, and what it says. */
const MALFORMED: readonly (readonly [name: string, document: string, says: string])[] = [
  ['no JSON', '{', 'This policy contains invalid Json'],
  ['a member twice', '{"Version":"2012-10-17","Version":"2012-10-17"}', 'This policy contains invalid Json'],
  ['no statement', '{"Version":"2012-10-17"}', 'Could not parse the policy: Statement is empty!'],
  [
    'an action of another service',
    trusting({ AWS: ACCOUNT }, 's3:GetObject'),
    'AssumeRole policy may only specify STS AssumeRole actions.',
  ],
  [
    'a resource',
    '{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Resource":"*"}}',
    'Has prohibited field Resource',
  ],
  [
    'a user that is not there',
    trusting({ AWS: userArn('absent') }),
    `Invalid principal in policy: "AWS":"${userArn('absent')}"`,
  ],
  [
    'a user under another path than its own',
    trusting({ AWS: userArn('x/admin') }),
    `Invalid principal in policy: "AWS":"${userArn('x/admin')}"`,
  ],
  [
    'a role that is not there, beside one principal that is',
    trusting({ AWS: [userArn('admin'), roleArn('absent')] }),
    `Invalid principal in policy: "AWS":"${roleArn('absent')}"`,
  ],
  ['the role itself', trusting({ AWS: roleArn('new') }), `Invalid principal in policy: "AWS":"${roleArn('new')}"`],
  [
    'a principal of an account that is not there',
    trusting({ AWS: 'arn:aws:iam::999999999999:role/x' }),
    'Invalid principal in policy: "AWS":"arn:aws:iam::999999999999:role/x"',
  ],
  [
    'a group',
    trusting({ AWS: `arn:aws:iam::${ACCOUNT}:group/admins` }),
    `Invalid principal in policy: "AWS":"arn:aws:iam::${ACCOUNT}:group/admins"`,
  ],
  [
    'a unique id that nobody has',
    trusting({ AWS: 'AIDAQABCDEFGHIJKLMNOP' }),
    'Invalid principal in policy: "AWS":"AIDAQABCDEFGHIJKLMNOP"',
  ],
  [
    'a principal of another partition',
    trusting({ AWS: `arn:aws-cn:iam::${ACCOUNT}:root` }),
    `Invalid principal in policy: "AWS":"arn:aws-cn:iam::${ACCOUNT}:root"`,
  ],
  ['a service that is none', trusting({ Service: 'ec2' }), 'Invalid principal in policy: "SERVICE":"ec2"'],
  [
    'a provider that is none',
    trusting({ Federated: 'corp idp' }, 'sts:AssumeRoleWithWebIdentity'),
    'Federated principals must be valid domain names or SAML metadata ARNs',
  ],
]

describe('roles', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage([{ UserName: 'idle' }])
    const iam = stage.as('admin')
    await iam.send(new CreateRoleCommand({ RoleName: 'taken', Path: '/team/', AssumeRolePolicyDocument: TRUSTS_EC2 }))
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')
  const create = (RoleName: string, AssumeRolePolicyDocument = TRUSTS_ACCOUNT) =>
    admin().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
  const trustOf = async (RoleName: string) => {
    const { Role } = await admin().send(new GetRoleCommand({ RoleName }))
    return decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')
  }
  const assumeAs = async (credentials: Credentials, role: string): Promise<Credentials> => {
    const sts = new STSClient({ endpoint: stage.broker.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
    const command = new AssumeRoleCommand({ RoleArn: roleArn(role), RoleSessionName: 's1' })
    const { Credentials: given } = await sts.send(command).finally(() => sts.destroy())
    assert.ok(given?.AccessKeyId && given.SecretAccessKey && given.SessionToken)
    return {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
    }
  }
  const assume = async (who: string, role: string) => {
    const { accessKeyId, secretAccessKey } = (await stage.broker.as(userArn(who))).credentials
    return await assumeAs({ accessKeyId, secretAccessKey }, role)
  }

  test('whoever may not is refused before it is told what there is', async () => {
    const idle = stage.as('idle')
    const RoleName = 'taken'
    const policy = { RoleName, PolicyName: 'p', PolicyDocument: ALLOWS_ALL }
    const made = { RoleName, Path: '/x/', AssumeRolePolicyDocument: '{' }
    const calls: readonly (readonly [call: () => Promise<unknown>, action: string, role: string])[] = [
      [() => idle.send(new GetRoleCommand({ RoleName })), 'iam:GetRole', 'team/taken'],
      [() => idle.send(new GetRoleCommand({ RoleName: 'absent' })), 'iam:GetRole', 'absent'],
      [() => idle.send(new CreateRoleCommand(made)), 'iam:CreateRole', 'x/taken'],
      [() => idle.send(new DeleteRoleCommand({ RoleName })), 'iam:DeleteRole', 'team/taken'],
      [() => idle.send(new ListRolesCommand({ PathPrefix: '/team/' })), 'iam:ListRoles', 'team/'],
      [() => idle.send(new PutRolePolicyCommand(policy)), 'iam:PutRolePolicy', 'team/taken'],
      [
        () => idle.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUSTS_ACCOUNT })),
        'iam:UpdateAssumeRolePolicy',
        'team/taken',
      ],
    ]
    for (const [call, action, role] of calls) {
      await refused(call(), 403, 'AccessDenied', denied('idle', action, roleArn(role)))
    }
  })

  for (const [name, document, says] of MALFORMED) {
    test(`no trust policy is saved with ${name}`, async () => {
      await refused(create('new', document), 400, 'MalformedPolicyDocument', says)
      const update = new UpdateAssumeRolePolicyCommand({ RoleName: 'taken', PolicyDocument: document })
      if (name !== 'the role itself') await refused(admin().send(update), 400, 'MalformedPolicyDocument', says)
      await refused(admin().send(new GetRoleCommand({ RoleName: 'new' })), 404, 'NoSuchEntity', /new/)
      assert.equal(await trustOf('taken'), TRUSTS_EC2)
    })
  }

  test('a trust policy is no longer than its quota, white space aside', async () => {
    const long = trusting({ AWS: Array.from({ length: 60 }, () => `arn:aws:iam::${ACCOUNT}:root`) })
    const spaced = `${TRUSTS_EC2.slice(0, -1)}${' '.repeat(3000)}}`
    const says = 'Cannot exceed quota for ACLSizePerRole: 2048'
    await refused(create('new', long), 409, 'LimitExceeded', says)
    const update = new UpdateAssumeRolePolicyCommand({ RoleName: 'taken', PolicyDocument: long })
    await refused(admin().send(update), 409, 'LimitExceeded', says)
    await create('spaced', spaced)
    assert.equal(await trustOf('spaced'), spaced)
  })

  test('what is not there is not found', async () => {
    const RoleName = 'absent'
    const PolicyName = 'p'
    const iam = admin()
    const calls: readonly (() => Promise<unknown>)[] = [
      () => iam.send(new GetRoleCommand({ RoleName })),
      () => iam.send(new UpdateRoleCommand({ RoleName })),
      () => iam.send(new UpdateRoleDescriptionCommand({ RoleName, Description: '' })),
      () => iam.send(new DeleteRoleCommand({ RoleName })),
      () => iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUSTS_EC2 })),
      () => iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: BOUNDARY })),
      () => iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName })),
      () => iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: ALLOWS_ALL })),
      () => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })),
      () => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })),
      () => iam.send(new ListRolePoliciesCommand({ RoleName })),
      () => iam.send(new TagRoleCommand({ RoleName, Tags: [] })),
      () => iam.send(new UntagRoleCommand({ RoleName, TagKeys: [] })),
      () => iam.send(new ListRoleTagsCommand({ RoleName })),
    ]
    for (const call of calls) await refused(call(), 404, 'NoSuchEntity', ABSENT)
    await refused(
      iam.send(new GetRolePolicyCommand({ RoleName: 'taken', PolicyName })),
      404,
      'NoSuchEntity',
      'The role policy with name p cannot be found.',
    )
    await refused(
      iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'taken' })),
      404,
      'NoSuchEntity',
      'The role with name taken has no permissions boundary.',
    )
  })

  test('a name that is taken, whatever the case of its letters and the path, is taken', async () => {
    await refused(create('TAKEN'), 409, 'EntityAlreadyExists', 'Role with name TAKEN already exists.')
  })

  test('nobody makes a role where the roles of services are', async () => {
    const Path = '/aws-service-role/ecs.amazonaws.com/'
    const command = new CreateRoleCommand({ RoleName: 'mine', Path, AssumeRolePolicyDocument: TRUSTS_ACCOUNT })
    await refused(admin().send(command), 400, 'InvalidInput', `Path ${Path} is reserved for roles of AWS services.`)
  })

  const BOUNDARIES: readonly (readonly [arn: string, status: number, code: string, says: string])[] = [
    [
      `arn:aws:iam::${ACCOUNT}:policy/absent`,
      404,
      'NoSuchEntity',
      `Scope ARN: arn:aws:iam::${ACCOUNT}:policy/absent does not exist or is not attachable.`,
    ],
    [
      'arn:aws:iam::aws:policy/NoSuchPolicyOfAws',
      404,
      'NoSuchEntity',
      'Scope ARN: arn:aws:iam::aws:policy/NoSuchPolicyOfAws does not exist or is not attachable.',
    ],
    [roleArn('team/taken'), 400, 'InvalidInput', `ARN ${roleArn('team/taken')} is not valid.`],
    ['no ARN, and long enough', 400, 'InvalidInput', 'ARN no ARN, and long enough is not valid.'],
  ]
  for (const [PermissionsBoundary, status, code, says] of BOUNDARIES) {
    test(`${PermissionsBoundary} is no boundary`, async () => {
      const put = new PutRolePermissionsBoundaryCommand({ RoleName: 'taken', PermissionsBoundary })
      await refused(admin().send(put), status, code, says)
      const made = { RoleName: 'new', AssumeRolePolicyDocument: TRUSTS_EC2, PermissionsBoundary }
      await refused(admin().send(new CreateRoleCommand(made)), status, code, says)
    })
  }

  test('no role is made past the quota of the account', async () => {
    await using small = await setIamStage([], {}, { rolesPerAccount: 1 })
    const iam = small.as('admin')
    await iam.send(new CreateRoleCommand({ RoleName: 'one', AssumeRolePolicyDocument: TRUSTS_EC2 }))
    await refused(
      iam.send(new CreateRoleCommand({ RoleName: 'two', AssumeRolePolicyDocument: TRUSTS_EC2 })),
      409,
      'LimitExceeded',
      'Cannot exceed quota for RolesPerAccount: 1',
    )
  })

  test('a role with inline policies is not deleted, and all of them share one allowance', async () => {
    const RoleName = 'busy'
    await create(RoleName)
    const put = (PolicyName: string, PolicyDocument: string) =>
      admin().send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }))
    await put('p', ALLOWS_ALL)
    const Resource = `arn:aws:s3:::${'x'.repeat(10_150)}`
    const long = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource }] })
    const says = `Maximum policy size of 10240 bytes exceeded for role ${RoleName}`
    await refused(put('q', long), 409, 'LimitExceeded', says)
    await refused(
      admin().send(new DeleteRoleCommand({ RoleName })),
      409,
      'DeleteConflict',
      'Cannot delete entity, must delete policies first.',
    )
    const { PolicyNames } = await admin().send(new ListRolePoliciesCommand({ RoleName }))
    assert.deepEqual(PolicyNames, ['p'])
    const { PolicyDocument } = await admin().send(new GetRolePolicyCommand({ RoleName, PolicyName: 'p' }))
    assert.equal(decodeURIComponent(PolicyDocument ?? ''), ALLOWS_ALL)
    await admin().send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'p' }))
    await admin().send(new DeleteRoleCommand({ RoleName }))
  })

  test('an answer has the members that it has at AWS', async () => {
    const { Role: made } = await admin().send(
      new CreateRoleCommand({
        RoleName: 'full',
        Path: '/team/',
        AssumeRolePolicyDocument: TRUSTS_EC2,
        Description: 'first',
        MaxSessionDuration: 7200,
        PermissionsBoundary: BOUNDARY,
        Tags: [{ Key: 'team', Value: 'core' }],
      }),
    )
    assert.match(made?.RoleId ?? '', /^AROA[A-Z2-7]{17}$/)
    const always = {
      Path: '/team/',
      RoleName: 'full',
      RoleId: made?.RoleId,
      Arn: roleArn('team/full'),
      CreateDate: made?.CreateDate,
      AssumeRolePolicyDocument: encodeURIComponent(TRUSTS_EC2),
    }
    const boundary = { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: BOUNDARY }
    const own = { PermissionsBoundary: boundary, Tags: [{ Key: 'team', Value: 'core' }] }
    assert.deepEqual(made, { ...always, ...own })
    const { Role: got } = await admin().send(new GetRoleCommand({ RoleName: 'FULL' }))
    const told = { Description: 'first', MaxSessionDuration: 7200, RoleLastUsed: {} }
    assert.deepEqual(got, { ...always, ...own, ...told })
    const { Roles: none } = await admin().send(new ListRolesCommand({ PathPrefix: '/team/f' }))
    assert.deepEqual(none, [])
    const { Roles } = await admin().send(new ListRolesCommand({ PathPrefix: '/team/' }))
    assert.deepEqual(
      Roles?.find(({ RoleName }) => RoleName === 'full'),
      { ...always, Description: 'first', MaxSessionDuration: 7200 },
    )
    const { Role: described } = await admin().send(
      new UpdateRoleDescriptionCommand({ RoleName: 'full', Description: 'second' }),
    )
    assert.deepEqual(described, { ...always, Description: 'second' })
  })

  test('what an update does not name stays as it is', async () => {
    await create('kept')
    await admin().send(new UpdateRoleCommand({ RoleName: 'kept', Description: 'd' }))
    await admin().send(new UpdateRoleCommand({ RoleName: 'kept', MaxSessionDuration: 43_200 }))
    await admin().send(new UpdateRoleCommand({ RoleName: 'kept' }))
    const { Role } = await admin().send(new GetRoleCommand({ RoleName: 'kept' }))
    assert.deepEqual([Role?.Description, Role?.MaxSessionDuration, Role?.Tags], ['d', 43_200, undefined])
  })

  test('a boundary is set, replaced and taken away', async () => {
    await create('bounded')
    const boundary = async () => {
      const { Role } = await admin().send(new GetRoleCommand({ RoleName: 'bounded' }))
      return Role?.PermissionsBoundary?.PermissionsBoundaryArn
    }
    for (const PermissionsBoundary of [BOUNDARY, 'arn:aws:iam::aws:policy/IAMReadOnlyAccess']) {
      await admin().send(new PutRolePermissionsBoundaryCommand({ RoleName: 'bounded', PermissionsBoundary }))
      assert.equal(await boundary(), PermissionsBoundary)
    }
    await admin().send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'bounded' }))
    assert.equal(await boundary(), undefined)
  })

  test('a role is tagged', async () => {
    await create('tagged')
    await admin().send(new TagRoleCommand({ RoleName: 'tagged', Tags: [{ Key: 'a', Value: '1' }] }))
    await admin().send(new TagRoleCommand({ RoleName: 'tagged', Tags: [{ Key: 'b', Value: '2' }] }))
    await admin().send(new UntagRoleCommand({ RoleName: 'tagged', TagKeys: ['A'] }))
    const { Tags } = await admin().send(new ListRoleTagsCommand({ RoleName: 'tagged' }))
    assert.deepEqual(Tags, [{ Key: 'b', Value: '2' }])
  })

  test('numbers of accounts and unique ids are shown as ARNs', async () => {
    const { User } = await admin().send(new CreateUserCommand({ UserName: 'byid', Path: '/team/' }))
    await create('mixed', trusting({ AWS: [OTHER, User?.UserId, '*'] }))
    const shown = trusting({ AWS: [`arn:aws:iam::${OTHER}:root`, userArn('team/byid'), '*'] })
    assert.equal(await trustOf('mixed'), shown)
    const { Roles } = await admin().send(new ListRolesCommand({}))
    const listed = Roles?.find(({ RoleName }) => RoleName === 'mixed')?.AssumeRolePolicyDocument
    assert.equal(decodeURIComponent(listed ?? ''), shown)
  })

  test('whoever is renamed is shown under the new name', async () => {
    await admin().send(new CreateUserCommand({ UserName: 'before' }))
    await create('follows', trusting({ AWS: userArn('before') }))
    await admin().send(new UpdateUserCommand({ UserName: 'before', NewUserName: 'after', NewPath: '/moved/' }))
    await admin().send(new CreateUserCommand({ UserName: 'before' }))
    assert.equal(await trustOf('follows'), trusting({ AWS: userArn('moved/after') }))
  })

  test('whoever is deleted is shown by the unique id, even where another took the name', async () => {
    const { User } = await admin().send(new CreateUserCommand({ UserName: 'gone' }))
    const { Role } = await create('middle')
    await create('trusts', trusting({ AWS: [userArn('gone'), roleArn('middle')] }))
    await admin().send(new DeleteUserCommand({ UserName: 'gone' }))
    await admin().send(new DeleteRoleCommand({ RoleName: 'middle' }))
    const ids = trusting({ AWS: [User?.UserId, Role?.RoleId] })
    assert.equal(await trustOf('trusts'), ids)
    await admin().send(new CreateUserCommand({ UserName: 'gone' }))
    await create('middle')
    assert.equal(await trustOf('trusts'), ids)
    await refused(
      admin().send(new UpdateAssumeRolePolicyCommand({ RoleName: 'trusts', PolicyDocument: ids })),
      400,
      'MalformedPolicyDocument',
      `Invalid principal in policy: "AWS":"${User?.UserId}"`,
    )
  })

  test('a change is seen by the next request, and a session of a deleted role is worth nothing', async () => {
    await create('target', trusting({ AWS: userArn('idle') }))
    await create('nobodys', TRUSTS_EC2)
    await assert.rejects(assume('idle', 'nobodys'), { name: 'AccessDenied' })
    const session = stage.as(await assume('idle', 'target'))
    const look = () => session.send(new GetRoleCommand({ RoleName: 'target' }))
    await refused(look(), 403, 'AccessDenied', /no identity-based policy allows/)
    const policy = { RoleName: 'target', PolicyName: 'all' }
    await admin().send(new PutRolePolicyCommand({ ...policy, PolicyDocument: ALLOWS_ALL }))
    assert.equal((await look()).Role?.RoleName, 'target')
    const deny = { RoleName: 'target', PermissionsBoundary: 'arn:aws:iam::aws:policy/AWSDenyAll' }
    await admin().send(new PutRolePermissionsBoundaryCommand(deny))
    await refused(look(), 403, 'AccessDenied', /explicit deny in a permissions boundary/)

    await admin().send(new UpdateAssumeRolePolicyCommand({ RoleName: 'target', PolicyDocument: TRUSTS_EC2 }))
    await assert.rejects(assume('idle', 'target'), { name: 'AccessDenied' })

    await admin().send(new DeleteRolePolicyCommand(policy))
    await admin().send(new DeleteRoleCommand({ RoleName: 'target' }))
    await create('target', trusting({ AWS: userArn('idle') }))
    await admin().send(new PutRolePolicyCommand({ ...policy, PolicyDocument: ALLOWS_ALL }))
    await refused(look(), 403, 'InvalidClientTokenId', 'The security token included in the request is invalid.')
    assert.ok(await assume('idle', 'target'))
  })

  test('a role that is made again is not the one that was trusted', async () => {
    await create('hop', trusting({ AWS: userArn('idle') }))
    const goal = trusting({ AWS: roleArn('hop') })
    await create('goal', goal)
    const allow = { RoleName: 'hop', PolicyName: 'all', PolicyDocument: ALLOWS_ALL }
    const hop = async () => assumeAs(await assume('idle', 'hop'), 'goal')
    await hop()
    const { Role: first } = await admin().send(new GetRoleCommand({ RoleName: 'hop' }))
    await admin().send(new DeleteRoleCommand({ RoleName: 'hop' }))
    await create('hop', trusting({ AWS: userArn('idle') }))
    await admin().send(new PutRolePolicyCommand(allow))
    await assert.rejects(hop(), { name: 'AccessDenied' })
    assert.equal(await trustOf('goal'), trusting({ AWS: first?.RoleId }))
    await admin().send(new UpdateAssumeRolePolicyCommand({ RoleName: 'goal', PolicyDocument: goal }))
    await hop()
    assert.equal(await trustOf('goal'), goal)
  })

  test('a list comes in pages', async () => {
    for (const RoleName of ['p1', 'p2', 'p3']) {
      await admin().send(new CreateRoleCommand({ RoleName, Path: '/paged/', AssumeRolePolicyDocument: TRUSTS_EC2 }))
    }
    const first = await admin().send(new ListRolesCommand({ PathPrefix: '/paged/', MaxItems: 2 }))
    const { Marker } = first
    const last = await admin().send(new ListRolesCommand({ PathPrefix: '/paged/', MaxItems: 2, Marker }))
    const names = [first, last].map(({ Roles, IsTruncated }) => [IsTruncated, ...(Roles ?? []).map((r) => r.RoleName)])
    assert.deepEqual(names, [
      [true, 'p1', 'p2'],
      [false, 'p3'],
    ])
    await refused(admin().send(new ListRolesCommand({ Marker })), 400, 'ValidationError', 'Invalid Marker.')
  })
})
