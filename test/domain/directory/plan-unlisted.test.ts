import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import {
  type DesiredAccount,
  DirectoryMistakes,
  type DirectoryPlan,
  planDirectory,
} from '../../../src/domain/directory/index.ts'
import { epochMillis } from '../../../src/model/index.ts'
import { readDirectoryObject } from '../../../src/operations/loading/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { aGroup, anAccount, aPolicy, aRole, aUser, aWorld, SOURCE, TARGET, trusting, type World } from './samples.ts'

const KEY = 'AKIAIOSFODNN7EXAMPLE'
const SECRET = 's3cret'.repeat(6)
const key = (AccessKeyId = KEY, parts: object = {}) =>
  ({ AccessKeyId, SecretAccessKey: SECRET, Status: 'Active', ...parts }) as const
const arn = (name: string) => `arn:aws:iam::${SOURCE}:${name}`

/** Everything that a file can list in one account. */
const FULL = anAccount(SOURCE, {
  Alias: 'shop',
  Root: { AccessKeys: [key('AKIAROOTROOTROOT1111')] },
  Groups: [aGroup('admins')],
  ManagedPolicies: [aPolicy('limit')],
  Users: [aUser('alice', { Groups: ['admins'], AccessKeys: [key()] }), aUser('bob')],
  Roles: [aRole('Deployer', { AssumeRolePolicyDocument: trusting(arn('user/alice')) })],
})

function planned(
  { directory, keyring }: World,
  unlisted: 'kept' | 'pruned',
  ...Accounts: readonly DesiredAccount[]
): Promise<DirectoryPlan> {
  return planDirectory({ Accounts }, { directory, keyring, random: systemRandom, now: epochMillis(5), unlisted })
}

async function pruned(world: World, ...accounts: readonly DesiredAccount[]): Promise<DirectoryPlan> {
  return await world.directory.change(() => planned(world, 'pruned', ...accounts))
}

async function filled(t: TestContext): Promise<World> {
  const world = await aWorld(t)
  await world.apply(FULL, anAccount(TARGET, { Alias: 'other', Users: [aUser('carol')] }))
  return world
}

/** `- user arn`, sorted. */
function lines({ differences }: DirectoryPlan): readonly string[] {
  const sign = { created: '+', changed: '~', deleted: '-' }
  return differences
    .map(({ change, kind, arn: name, accessKeyId = '', properties = [] }) =>
      [sign[change], kind, name, accessKeyId, ...properties].filter((cell) => cell !== '').join(' '),
    )
    .toSorted()
}

describe('what is desired and there already', () => {
  test('makes no change, however often it is planned, and whether or not the rest is pruned', async (t) => {
    const world = await filled(t)
    for (const unlisted of ['kept', 'pruned'] as const) {
      assert.deepEqual(await planned(world, unlisted, FULL), {
        changes: [],
        differences: [],
        inventedKeys: new Set(),
        warnings: [],
      })
    }
  })

  test('is changed where it differs, and each difference is named as a directory file names it', async (t) => {
    const world = await filled(t)
    const plan = await planned(
      world,
      'kept',
      anAccount(SOURCE, {
        Alias: 'market',
        Users: [
          aUser('alice', { Tags: [{ Key: 'team', Value: 'core' }], AccessKeys: [key(KEY, { Status: 'Inactive' })] }),
          aUser('bob', { AccessKeys: [key('AKIABOBBOBBOBBOBBOB1')] }),
        ],
        Roles: [aRole('Deployer', { MaxSessionDuration: 7200 })],
      }),
    )
    assert.deepEqual(lines(plan), [
      `+ access-key ${arn('user/bob')} AKIABOBBOBBOBBOBBOB1`,
      `~ access-key ${arn('user/alice')} ${KEY} Status`,
      `~ account ${arn('root')} Alias`,
      `~ role ${arn('role/Deployer')} MaxSessionDuration AssumeRolePolicyDocument`,
      `~ user ${arn('user/alice')} Groups Tags`,
      `~ user ${arn('user/bob')} AccessKeys`,
    ])
  })

  test('is another one under another path: one is deleted, one created, and the trust in the old one is told of', async (t) => {
    const world = await filled(t)
    const before = await world.directory.user(SOURCE, 'alice')
    const plan = await planned(world, 'kept', anAccount(SOURCE, { Users: [aUser('alice', { Path: '/team/' })] }))
    assert.deepEqual(lines(plan), [`+ user ${arn('user/team/alice')}`, `- user ${arn('user/alice')}`])
    await world.directory.change(async () => ({ changes: plan.changes }))
    assert.notEqual((await world.directory.user(SOURCE, 'alice'))?.uniqueId, before?.uniqueId)
  })

  test('has its secrets in no difference', async (t) => {
    const world = await aWorld(t)
    const { differences } = await planned(world, 'kept', FULL)
    assert.equal(differences.length, 8)
    assert.ok(!JSON.stringify(differences).includes('s3cret'))
  })
})

describe('a secret', () => {
  test('that is the same is not sealed again', async (t) => {
    const world = await filled(t)
    const before = await world.storage.directory.find('access-key', KEY)
    await world.apply(
      anAccount(SOURCE, { Users: [aUser('alice', { AccessKeys: [key(KEY, { Status: 'Inactive' })] })] }),
    )
    const after = await world.storage.directory.find('access-key', KEY)
    assert.equal(JSON.parse(after?.body ?? '').sealedSecret, JSON.parse(before?.body ?? '').sealedSecret)
    assert.equal(after?.sealedUnder, before?.sealedUnder)
  })

  test('that is another one is told of without being told', async (t) => {
    const world = await filled(t)
    const SecretAccessKey = 'another'.repeat(4)
    const plan = await planned(
      world,
      'kept',
      anAccount(SOURCE, {
        Users: [aUser('alice', { Groups: ['admins'], AccessKeys: [key(KEY, { SecretAccessKey })] })],
      }),
    )
    assert.deepEqual(lines(plan), [`~ access-key ${arn('user/alice')} ${KEY} SecretAccessKey`])
  })
})

describe('pruning', () => {
  test('deletes what is in a listed account and not listed, a user with their keys, and nothing else', async (t) => {
    const world = await filled(t)
    const plan = await pruned(world, anAccount(SOURCE, { Users: [aUser('bob')] }))
    assert.deepEqual(lines(plan), [
      `- access-key ${arn('user/alice')} ${KEY}`,
      `- group ${arn('group/admins')}`,
      `- managed-policy ${arn('policy/limit')}`,
      `- role ${arn('role/Deployer')}`,
      `- user ${arn('user/alice')}`,
      `~ account ${arn('root')} Alias`,
    ])
    assert.equal(await world.directory.accountOfAlias('shop'), undefined)
    assert.equal(await world.directory.accessKey(KEY), undefined)
    assert.ok(await world.directory.accessKey('AKIAROOTROOTROOT1111'), 'keys of whoever lists none stay')
    assert.equal((await world.directory.user(TARGET, 'carol'))?.userName, 'carol')
    assert.equal(await world.directory.accountOfAlias('other'), TARGET)
    assert.deepEqual((await pruned(world, anAccount(SOURCE, { Users: [aUser('bob')] }))).changes, [])
  })

  test('is not done unless it is asked for', async (t) => {
    const world = await filled(t)
    assert.deepEqual((await planned(world, 'kept', anAccount(SOURCE), anAccount(TARGET))).changes, [])
  })

  test('an empty list of keys leaves none; without pruning it keeps them', async (t) => {
    const world = await filled(t)
    const user = anAccount(SOURCE, { ...FULL, Root: {}, Users: [aUser('alice', { Groups: ['admins'] }), aUser('bob')] })
    assert.deepEqual((await planned(world, 'kept', user)).changes, [])
    assert.deepEqual(lines(await planned(world, 'pruned', user)), [
      `- access-key ${arn('user/alice')} ${KEY}`,
      `~ user ${arn('user/alice')} AccessKeys`,
    ])
  })

  for (const [what, listed] of [
    ['a group', { Users: [aUser('alice', { Groups: ['admins'] })] }],
    ['an attached policy', { Users: [aUser('alice', { ManagedPolicyArns: [arn('policy/limit')] })] }],
    ['a boundary', { Roles: [aRole('r', { PermissionsBoundary: arn('policy/limit') })] }],
    ['a trusted user', { Roles: [aRole('r', { AssumeRolePolicyDocument: trusting(arn('user/bob')) })] }],
  ] as const) {
    test(`does not take away ${what} that is named still: that is a mistake`, async (t) => {
      const world = await filled(t)
      await assert.rejects(planned(world, 'pruned', anAccount(SOURCE, listed)), DirectoryMistakes)
      await planned(world, 'kept', anAccount(SOURCE, listed))
    })
  }

  test('may leave a trust in another account that names what is gone, and means nobody', async (t) => {
    const world = await filled(t)
    const role = aRole('Shared', { AssumeRolePolicyDocument: trusting(arn('user/bob')) })
    await world.apply(anAccount(TARGET, { Roles: [role] }))
    const before = await world.directory.user(SOURCE, 'bob')
    await pruned(world, anAccount(SOURCE, { Users: [aUser('alice')] }))
    await world.apply(anAccount(SOURCE, { Users: [aUser('bob')] }))
    const trusted = (await world.directory.roleNamed(TARGET, 'Shared'))?.trustedIds
    assert.deepEqual(trusted, { [arn('user/bob')]: before?.uniqueId })
    assert.notEqual((await world.directory.user(SOURCE, 'bob'))?.uniqueId, before?.uniqueId)
  })

  test('takes instances and their profiles, and frees the places that they listen on', async (t) => {
    const world = await aWorld(t)
    const [full, other] = ['i-1234567890abcdef0', 'i-1234567890abcdef1'].map((InstanceId) => {
      const profile = { InstanceProfileName: 'web', Roles: ['Deployer'] }
      const instances = [{ InstanceId, IamInstanceProfile: 'web', Listen: '127.0.0.2:7601', UserData: 'c2VjcmV0' }]
      const written = { Id: SOURCE, InstanceProfiles: [profile], Instances: instances }
      const [account] = readDirectoryObject({ Accounts: [written] }).desired.Accounts
      return anAccount(SOURCE, { ...account, Roles: [aRole('Deployer')] })
    })
    assert.ok(full && other)
    await world.apply(full)
    assert.deepEqual((await planned(world, 'pruned', full)).changes, [])
    await assert.rejects(planned(world, 'kept', other), DirectoryMistakes)
    assert.deepEqual(lines(await planned(world, 'pruned', other)), [
      '+ instance arn:aws:ec2:us-east-1:111111111111:instance/i-1234567890abcdef1',
      '- instance arn:aws:ec2:us-east-1:111111111111:instance/i-1234567890abcdef0',
    ])
    assert.deepEqual(lines(await planned(world, 'pruned', anAccount(SOURCE, { Roles: [aRole('Deployer')] }))), [
      '- instance arn:aws:ec2:us-east-1:111111111111:instance/i-1234567890abcdef0',
      `- instance-profile ${arn('instance-profile/web')}`,
    ])
  })

  test('takes more than one page of what is not listed', async (t) => {
    const world = await aWorld(t)
    await world.apply(anAccount(SOURCE, { Users: Array.from({ length: 1100 }, (_, n) => aUser(`user-${n}`)) }))
    assert.equal((await pruned(world, anAccount(SOURCE))).differences.length, 1100)
    assert.deepEqual(await world.storage.directory.list('user', { limit: 1 }), [])
  })
})

describe('an account that loses the last key that opens it is told of', () => {
  const WARNING = `account ${SOURCE} is left without an active access key`
  for (const [how, account] of [
    ['deleted', { Root: { AccessKeys: [] }, Users: [aUser('bob')] }],
    ['made inactive', { Root: { AccessKeys: [key('AKIAROOTROOTROOT1111', { Status: 'Inactive' })] } }],
  ] as const) {
    test(how, async (t) => {
      const world = await filled(t)
      const { warnings } = await pruned(world, anAccount(SOURCE, account))
      assert.equal(warnings.length, 1)
      assert.ok(warnings[0]?.startsWith(WARNING), warnings[0])
      assert.deepEqual((await pruned(world, anAccount(SOURCE, account))).warnings, [], 'once')
    })
  }

  test('not while there is another one', async (t) => {
    const world = await filled(t)
    assert.deepEqual((await planned(world, 'pruned', anAccount(SOURCE))).warnings, [])
  })

  test('not when another one comes in its place', async (t) => {
    const world = await filled(t)
    const account = anAccount(SOURCE, { Root: { AccessKeys: [key('AKIANEWNEWNEWNEWNEW1')] } })
    assert.deepEqual((await planned(world, 'pruned', account)).warnings, [])
  })
})

test('an organization keeps its management account', async (t) => {
  const { directory, keyring, apply } = await aWorld(t)
  await apply(anAccount(SOURCE), anAccount(TARGET))
  const member = (Id: string) => ({ Id, ServiceControlPolicies: [], ResourceControlPolicies: [] })
  const root = { Id: 'r-root', ServiceControlPolicies: [], ResourceControlPolicies: [], OrganizationalUnits: [] }
  const organization = (ManagementAccountId: string) => ({
    Accounts: [],
    Organization: { ManagementAccountId, Roots: [{ ...root, Accounts: [member(SOURCE), member(TARGET)] }] },
  })
  const parts = { directory, keyring, random: systemRandom, now: epochMillis(0) }
  const first = await directory.change(() => planDirectory(organization(SOURCE), parts))
  assert.match(first.differences[0]?.arn ?? '', /^arn:aws:organizations::111111111111:organization\/o-[0-9a-f]{10}$/)
  assert.deepEqual((await planDirectory(organization(SOURCE), parts)).changes, [])
  await assert.rejects(planDirectory(organization(TARGET), parts), {
    message: 'Organization.ManagementAccountId: an organization keeps its management account, which is 111111111111',
  })
})
