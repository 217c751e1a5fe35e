import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import {
  CreateLoginProfileCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  DeleteUserPolicyCommand,
  GetLoginProfileCommand,
  type IAMClient,
  ListUserPoliciesCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  TagUserCommand,
  UpdateAccessKeyCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam'
import { Directory } from '../../../src/domain/directory/index.ts'
import { ACCOUNT, type IamStage, refused, setIamStage } from './iam-stage.ts'

const PASSWORD = 'Correct horse 7'
const DEVELOPERS = `arn:aws:iam::${ACCOUNT}:user/dev/*`
const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/boundary`
const NOBODY: Outcome = [403, 'InvalidClientTokenId', 'The security token included in the request is invalid.']

type Outcome = readonly [status: number, code: string, message: string | RegExp]

function denied(action: string): Outcome {
  const says = `^User: .*user/eve is not authorized to perform: iam:${action} on resource: user carl because no `
  return [403, 'AccessDenied', new RegExp(says)]
}

function documented(Resource: string, Condition: object = {}) {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iam:*', Resource, Condition }] }
}

/** Eve, who may do something with Carl, and the administrator. */
async function eveAndCarl(t: TestContext, PolicyDocument = documented(DEVELOPERS)) {
  const stage = await setIamStage(
    [
      {
        UserName: 'eve',
        Policies: [{ PolicyName: 'delegated', PolicyDocument }],
        Tags: [{ Key: 'team', Value: 'dev' }],
      },
      {
        UserName: 'carl',
        Path: '/dev/',
        AccessKeys: [],
        Tags: [{ Key: 'stage', Value: 'test' }],
        PermissionsBoundary: BOUNDARY,
      },
    ],
    {
      ManagedPolicies: [{ ManagedPolicyName: 'boundary', PolicyDocument: documented('arn:aws:iam::*:user/other/*') }],
    },
  )
  t.after(() => stage[Symbol.asyncDispose]())
  return { stage, admin: stage.as('admin'), eve: stage.as('eve') }
}

/** Makes a call, and holds it where it waits for its turn to change the directory until something else was done. */
async function overtaken(t: TestContext, call: () => Promise<unknown>, meanwhile: () => Promise<unknown>) {
  const { edit } = Directory.prototype
  const waits = Promise.withResolvers<void>()
  const turn = Promise.withResolvers<void>()
  const held = t.mock.method(
    Directory.prototype,
    'edit',
    async function (this: Directory, ...asked: Parameters<Directory['edit']>) {
      held.mock.restore()
      waits.resolve()
      await turn.promise
      return await edit.apply(this, asked)
    },
  )
  const outcome = call().then(
    () => async () => undefined,
    (error: unknown) => async () => {
      throw error
    },
  )
  await Promise.race([waits.promise, outcome])
  await meanwhile()
  turn.resolve()
  return await outcome
}

interface Case {
  readonly says: string
  readonly policy?: ReturnType<typeof documented>
  readonly meanwhile: (admin: IAMClient, stage: IamStage) => Promise<unknown>
  readonly outcome: Outcome
}

const equal = (key: string, value: string) => documented('*', { StringEquals: { [key]: value } })

const CASES: readonly Case[] = [
  {
    says: 'the policy of who asks is gone',
    meanwhile: (admin) => admin.send(new DeleteUserPolicyCommand({ UserName: 'eve', PolicyName: 'delegated' })),
    outcome: denied('PutUserPolicy'),
  },
  {
    says: 'what it is on was moved to another path',
    meanwhile: (admin) => admin.send(new UpdateUserCommand({ UserName: 'carl', NewPath: '/admin/' })),
    outcome: denied('PutUserPolicy'),
  },
  {
    says: 'what it is on was deleted and made anew elsewhere',
    async meanwhile(admin) {
      await admin.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'carl' }))
      await admin.send(new DeleteUserCommand({ UserName: 'carl' }))
      await admin.send(new CreateUserCommand({ UserName: 'carl', Path: '/admin/' }))
    },
    outcome: denied('PutUserPolicy'),
  },
  {
    says: 'what it is on is tagged otherwise',
    policy: equal('aws:ResourceTag/stage', 'test'),
    meanwhile: (admin) => admin.send(new TagUserCommand({ UserName: 'carl', Tags: [{ Key: 'stage', Value: 'prod' }] })),
    outcome: denied('PutUserPolicy'),
  },
  {
    says: 'what it is on has lost its boundary',
    policy: equal('iam:PermissionsBoundary', BOUNDARY),
    meanwhile: (admin) => admin.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'carl' })),
    outcome: denied('PutUserPolicy'),
  },
  {
    says: 'who asks is tagged otherwise',
    policy: equal('aws:PrincipalTag/team', 'dev'),
    meanwhile: (admin) => admin.send(new TagUserCommand({ UserName: 'eve', Tags: [{ Key: 'team', Value: 'none' }] })),
    outcome: denied('PutUserPolicy'),
  },
  {
    says: 'who asks has got a boundary',
    meanwhile: (admin) =>
      admin.send(new PutUserPermissionsBoundaryCommand({ UserName: 'eve', PermissionsBoundary: BOUNDARY })),
    outcome: denied('PutUserPolicy'),
  },
  {
    says: 'the key of who asks is inactive',
    async meanwhile(admin, { broker }) {
      const { accessKeyId: AccessKeyId } = (await broker.as(`arn:aws:iam::${ACCOUNT}:user/eve`)).credentials
      await admin.send(new UpdateAccessKeyCommand({ UserName: 'eve', AccessKeyId, Status: 'Inactive' }))
    },
    outcome: NOBODY,
  },
  {
    says: 'who asks is gone',
    async meanwhile(admin, { broker }) {
      const { accessKeyId: AccessKeyId } = (await broker.as(`arn:aws:iam::${ACCOUNT}:user/eve`)).credentials
      await admin.send(new DeleteAccessKeyCommand({ UserName: 'eve', AccessKeyId }))
      await admin.send(new DeleteUserPolicyCommand({ UserName: 'eve', PolicyName: 'delegated' }))
      await admin.send(new DeleteUserCommand({ UserName: 'eve' }))
    },
    outcome: NOBODY,
  },
]

const PUTTING = { UserName: 'carl', PolicyName: 'all', PolicyDocument: JSON.stringify(documented('*')) }

describe('what was permitted when it was asked is refused when its turn comes and it no longer is', () => {
  for (const { says, policy, meanwhile, outcome } of CASES) {
    test(says, async (t) => {
      const { stage, admin, eve } = await eveAndCarl(t, policy)
      const asked = await overtaken(
        t,
        () => eve.send(new PutUserPolicyCommand(PUTTING)),
        () => meanwhile(admin, stage),
      )
      await refused(asked(), ...outcome)
      const { PolicyNames } = await admin.send(new ListUserPoliciesCommand({ UserName: 'carl' }))
      assert.deepEqual(PolicyNames, [])
      const records = (await stage.broker.events()).filter(({ eventName }) => eventName === 'PutUserPolicy')
      assert.deepEqual(
        records.map(({ errorCode }) => errorCode),
        [outcome[1]],
        'it is recorded as refused, and as nothing else',
      )
    })
  }

  test('a password for who became an administrator, by who lost the permission while it was hashed', async (t) => {
    const { admin, eve } = await eveAndCarl(t)
    const asked = await overtaken(
      t,
      () => eve.send(new CreateLoginProfileCommand({ UserName: 'carl', Password: PASSWORD })),
      async () => {
        await admin.send(new UpdateUserCommand({ UserName: 'carl', NewPath: '/admin/' }))
        await admin.send(new DeleteUserPolicyCommand({ UserName: 'eve', PolicyName: 'delegated' }))
      },
    )
    await refused(asked(), ...denied('CreateLoginProfile'))
    const profile = admin.send(new GetLoginProfileCommand({ UserName: 'carl' }))
    await refused(profile, 404, 'NoSuchEntity', 'Login Profile for User carl cannot be found.')
  })

  test('a password is not given to another user of the same name', async (t) => {
    const { admin, eve } = await eveAndCarl(t)
    const asked = await overtaken(
      t,
      () => eve.send(new CreateLoginProfileCommand({ UserName: 'carl', Password: PASSWORD })),
      async () => {
        await admin.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'carl' }))
        await admin.send(new DeleteUserCommand({ UserName: 'carl' }))
        await admin.send(new CreateUserCommand({ UserName: 'carl', Path: '/dev/' }))
      },
    )
    await refused(asked(), 409, 'ConcurrentModification', /^The directory was changed by somebody else/)
  })
})

describe('what is still permitted when its turn comes is done', () => {
  test('though something else was changed, or who asks has another name', async (t) => {
    const { admin, eve } = await eveAndCarl(t)
    const asked = await overtaken(
      t,
      () => eve.send(new PutUserPolicyCommand(PUTTING)),
      async () => {
        await admin.send(new CreateUserCommand({ UserName: 'bystander' }))
        await admin.send(new UpdateUserCommand({ UserName: 'eve', NewUserName: 'eva' }))
      },
    )
    await asked()
    const { PolicyNames } = await admin.send(new ListUserPoliciesCommand({ UserName: 'carl' }))
    assert.deepEqual(PolicyNames, ['all'])
  })
})
