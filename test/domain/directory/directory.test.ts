import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AwsManagedPolicies } from '../../../src/domain/directory/aws-managed-policies.ts'
import { Directory, documentOf, type PrincipalPolicies, planDirectory } from '../../../src/domain/directory/index.ts'
import { openSecret, sealSecret } from '../../../src/domain/directory/sealed-secret.ts'
import { decide, parsePolicy, validatePolicy } from '../../../src/engines/policy/index.ts'
import { epochMillis, Secret, type UserCaller } from '../../../src/model/index.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { memoryKeyRing } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { fc } from '../../fast-check.ts'
import { anyText } from '../../model/any-text.ts'
import { ALLOW_ALL, aGroup, anAccount, aPolicy, aRole, aUser, aWorld, SOURCE, TARGET, type World } from './samples.ts'

const ALICE = `arn:aws:iam::${SOURCE}:user/alice`
const LIMIT = `arn:aws:iam::${SOURCE}:policy/limit`
const allowing = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })

async function aliceOf({ directory }: World): Promise<UserCaller> {
  const user = await directory.user(SOURCE, 'alice')
  assert.ok(user)
  const { uniqueId, userName } = user
  const names = { arn: ALICE, principalArn: ALICE, userId: uniqueId, uniqueId, userName, session: undefined }
  return { kind: 'user', account: SOURCE, accessKeyId: 'AKIAIOSFODNN7EXAMPLE', tags: [], ...names }
}

/** Whether policies let alice do something. */
function allows({ identity, boundary }: PrincipalPolicies, action: string): boolean {
  const policies = boundary === undefined ? { identity } : { identity, boundary }
  const { outcome } = decide(policies, {
    principal: { kind: 'user', account: SOURCE, arn: ALICE },
    action,
    resource: '*',
    resourceAccount: SOURCE,
    context: new Map(),
  })
  return outcome === 'allowed'
}

describe('what is gone allows nothing', () => {
  const inGroup = { Groups: ['admins'], ManagedPolicyArns: [LIMIT], PermissionsBoundary: LIMIT }
  const before = anAccount(SOURCE, {
    ManagedPolicies: [aPolicy('limit', { PolicyDocument: allowing('s3:*') })],
    Groups: [aGroup('admins', { Policies: [{ PolicyName: 'p', PolicyDocument: allowing('ec2:*') }] })],
    Users: [aUser('alice', inGroup)],
  })

  test('a boundary that vanished allows nothing at all', async (t) => {
    const world = await aWorld(t)
    await world.apply(
      anAccount(SOURCE, {
        Users: [aUser('alice', { Policies: [{ PolicyName: 'p', PolicyDocument: ALLOW_ALL }] })],
        ManagedPolicies: [aPolicy('limit')],
      }),
    )
    await world.apply(
      anAccount(SOURCE, {
        Users: [
          aUser('alice', { PermissionsBoundary: LIMIT, Policies: [{ PolicyName: 'p', PolicyDocument: ALLOW_ALL }] }),
        ],
      }),
    )
    const alice = await aliceOf(world)
    assert.equal(allows(await world.directory.policiesOf(alice), 's3:GetObject'), true)
    await world.directory.change(async () => ({
      changes: [{ remove: { kind: 'managed-policy', key: `${SOURCE}/limit`, account: SOURCE } }],
    }))
    assert.equal(allows(await world.directory.policiesOf(alice), 's3:GetObject'), false)
  })

  for (const [what, kind, key, attached] of [
    ['a group', 'group', 'admins', { Groups: ['admins'] }],
    ['an attached policy', 'managed-policy', 'limit', { ManagedPolicyArns: [LIMIT] }],
    ['a policy of a group', 'managed-policy', 'limit', { Groups: ['limited'] }],
  ] as const) {
    test(`${what} that vanished grants nothing, nor does anything beside it: it may have denied`, async (t) => {
      const world = await aWorld(t)
      const denies = ALLOW_ALL.replace('Allow', 'Deny')
      await world.apply(
        anAccount(SOURCE, {
          ManagedPolicies: [aPolicy('limit', { PolicyDocument: denies })],
          Groups: [
            aGroup('admins', { Policies: [{ PolicyName: 'p', PolicyDocument: denies }] }),
            aGroup('limited', { ManagedPolicyArns: [LIMIT] }),
          ],
          Users: [aUser('alice', { ...attached, Policies: [{ PolicyName: 'p', PolicyDocument: ALLOW_ALL }] })],
        }),
      )
      const alice = await aliceOf(world)
      assert.equal(allows(await world.directory.policiesOf(alice), 's3:GetObject'), false)
      await world.directory.change(async () => ({
        changes: [{ remove: { kind, key: `${SOURCE}/${key}`, account: SOURCE } }],
      }))
      assert.equal(allows(await world.directory.policiesOf(alice), 's3:GetObject'), false)
    })
  }

  test('an attached policy and a group that vanished grant nothing more', async (t) => {
    const world = await aWorld(t)
    await world.apply({ ...before, Users: [aUser('alice', { ...inGroup, PermissionsBoundary: undefined })] })
    const alice = await aliceOf(world)
    const may = async (action: string) => allows(await world.directory.policiesOf(alice), action)
    assert.deepEqual(
      [await may('s3:GetObject'), await may('ec2:RunInstances'), await may('sqs:Send')],
      [true, true, false],
    )
    await world.directory.change(async () => ({
      changes: [{ remove: { kind: 'group', key: `${SOURCE}/admins`, account: SOURCE } }],
    }))
    assert.deepEqual([await may('s3:GetObject'), await may('ec2:RunInstances')], [false, false])
    await world.directory.change(async () => ({
      changes: [{ remove: { kind: 'managed-policy', key: `${SOURCE}/limit`, account: SOURCE } }],
    }))
    assert.equal(await may('s3:GetObject'), false)
  })

  test('a user who vanished, or whose name another has now, may nothing', async (t) => {
    const world = await aWorld(t)
    await world.apply(before)
    const alice = await aliceOf(world)
    await world.apply(anAccount(SOURCE, { Users: [aUser('alice', { Path: '/new/', ManagedPolicyArns: [LIMIT] })] }))
    assert.equal(allows(await world.directory.policiesOf(alice), 's3:GetObject'), false)
    assert.equal(allows(await world.directory.policiesOf(await aliceOf(world)), 's3:GetObject'), true)
    await world.directory.change(async () => ({
      changes: [{ remove: { kind: 'user', key: `${SOURCE}/alice`, account: SOURCE } }],
    }))
    assert.equal(allows(await world.directory.policiesOf(alice), 's3:GetObject'), false)
  })
})

describe('a role is found by its exact ARN only', () => {
  for (const arn of [
    '',
    'Deployer',
    '*',
    `arn:aws:iam::${SOURCE}:role/Deployer`,
    `arn:aws:iam::${SOURCE}:role/team/deployer`,
    `arn:aws:iam::${SOURCE}:role/Team/Deployer`,
    `arn:aws:iam::${SOURCE}:role/other/Deployer`,
    `arn:aws:iam::${SOURCE}:role//team/Deployer`,
    `arn:aws:iam::${SOURCE}:role/team/Deployer/`,
    `arn:aws:iam::${TARGET}:role/team/Deployer`,
    `arn:aws-cn:iam::${SOURCE}:role/team/Deployer`,
    `arn:aws:sts::${SOURCE}:role/team/Deployer`,
    `arn:aws:iam:us-east-1:${SOURCE}:role/team/Deployer`,
    `arn:aws:iam::${SOURCE}:user/team/Deployer`,
    `arn:aws:iam::${SOURCE}/x:role/team/Deployer`,
    'arn:aws:iam::__proto__:role/constructor',
    'arn:aws:iam::\0:role/\ud800',
  ]) {
    test(`not by ${JSON.stringify(arn)}`, async (t) => {
      const world = await aWorld(t)
      await world.apply(anAccount(SOURCE, { Roles: [aRole('Deployer', { Path: '/team/' })] }))
      assert.equal(await world.directory.role(arn), undefined)
      assert.equal(await world.directory.principal(arn), undefined)
      assert.ok(await world.directory.role(`arn:aws:iam::${SOURCE}:role/team/Deployer`))
    })
  }
})

test('an access key, an alias, and a policy are found by their exact text; a user whatever the case of its name', async (t) => {
  const { directory, apply } = await aWorld(t)
  const AccessKeys = [{ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Active' } as const]
  await apply(
    anAccount(SOURCE, { Alias: 'shop', Users: [aUser('Alice', { AccessKeys })], ManagedPolicies: [aPolicy('Limit')] }),
  )
  assert.equal(await directory.accessKey('akiaiosfodnn7example'), undefined)
  assert.equal(await directory.accountOfAlias('Shop'), undefined)
  assert.equal(await directory.managedPolicy(LIMIT), undefined)
  assert.equal(await directory.managedPolicy('arn:aws-cn:iam::aws:policy/AdministratorAccess'), undefined)
  assert.equal(await directory.user(TARGET, 'Alice'), undefined)
  assert.equal((await directory.accessKey('AKIAIOSFODNN7EXAMPLE'))?.userName, 'Alice')
  assert.equal((await directory.user(SOURCE, 'ALICE'))?.userName, 'Alice')
})

test('a change drops the view of what changed, and no other', async (t) => {
  const { directory, apply } = await aWorld(t)
  await apply(
    anAccount(SOURCE, {
      Users: [aUser('alice'), aUser('bob')],
      Roles: [aRole('A'), aRole('B')],
      ManagedPolicies: [aPolicy('limit')],
    }),
  )
  const views = () =>
    Promise.all([
      directory.user(SOURCE, 'alice'),
      directory.user(SOURCE, 'bob'),
      directory.role(`arn:aws:iam::${SOURCE}:role/A`),
      directory.role(`arn:aws:iam::${SOURCE}:role/B`),
      directory.managedPolicy(LIMIT),
    ])
  const before = await views()
  assert.deepEqual(
    (await views()).map((view, index) => view === before[index]),
    [true, true, true, true, true],
  )
  await apply(anAccount(SOURCE, { Users: [aUser('Alice')], Roles: [aRole('B', { MaxSessionDuration: 7200 })] }))
  const after = await views()
  assert.deepEqual(
    after.map((view, index) => view === before[index]),
    [false, true, true, false, true],
  )
  assert.equal(after[3]?.maxSessionDurationSeconds, 7200)
})

test('another node on the same data sees a change with its next look at the log', async (t) => {
  const { storage, keyring, apply } = await aWorld(t)
  t.mock.timers.enable({ apis: ['setInterval'] })
  const other = new Directory({
    storage,
    keyring,
    random: systemRandom,
    clock: systemClock,
    partition: 'aws',
    cachedRecords: 10,
  })
  await other.start()
  t.after(() => other.stop())
  assert.equal(await other.user(SOURCE, 'alice'), undefined)
  await apply(anAccount(SOURCE, { Users: [aUser('alice')] }))
  assert.equal(await other.user(SOURCE, 'alice'), undefined, 'that there was none is remembered')
  t.mock.timers.tick(500)
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
  assert.equal((await other.user(SOURCE, 'alice'))?.userName, 'alice')
})

test('a plan that forgets everything leaves nothing', async (t) => {
  const { directory, keyring, apply, storage } = await aWorld(t)
  const AccessKeys = [{ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Active' } as const]
  assert.equal(await directory.isEmpty(), true)
  const Users = Array.from({ length: 1200 }, (_, index) => aUser(`user-${index}`))
  await apply(anAccount(SOURCE, { Alias: 'shop', Users: [...Users, aUser('alice', { AccessKeys })] }))
  await apply(anAccount(SOURCE, { Groups: [aGroup('g')], Roles: [aRole('r')], ManagedPolicies: [aPolicy('p')] }))
  assert.equal(await directory.isEmpty(), false)
  const parts = { directory, keyring, random: systemRandom, now: epochMillis(0), unlisted: 'forgotten' } as const
  const { changes } = await directory.change(() => planDirectory({ Accounts: [] }, parts))
  assert.equal(changes.length, 1200 + 7)
  assert.equal(await directory.isEmpty(), true)
  assert.equal(await directory.accessKey('AKIAIOSFODNN7EXAMPLE'), undefined)
  assert.equal(await directory.accountOfAlias('shop'), undefined)
  assert.deepEqual(await storage.directory.list('user', { limit: 10 }), [])
})

describe('the sealed secret of an access key', () => {
  const sources = { random: systemRandom, clock: systemClock }
  const ring = memoryKeyRing(sources)
  const ID = 'AKIAIOSFODNN7EXAMPLE'
  const { sealed, keyId } = sealSecret(ID, new Secret('s'.repeat(40)), ring, systemRandom)

  test('does not open in the record of another key', () => {
    assert.throws(() => openSecret('AKIAI44QH8DHBEXAMPLE', sealed, ring))
  })

  test('does not open without the key it was sealed under, and says which one that is', () => {
    assert.throws(() => openSecret(ID, sealed, memoryKeyRing(sources)), {
      message: `the secret of ${ID} is sealed under the key ${keyId}, which is missing`,
    })
  })

  test('does not open when any of its bytes changed, or some are missing', () => {
    const [, payload = ''] = sealed.split('.')
    const bytes = Buffer.from(payload, 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      assert.throws(() => openSecret(ID, `${keyId}.${changed.toString('base64url')}`, ring))
      const cut = bytes.subarray(0, at).toString('base64url')
      assert.throws(() => openSecret(ID, `${keyId}.${cut}`, ring))
    }
  })

  test('opens as it was, and never twice in the same words', () => {
    fc.assert(
      fc.property(anyText(60), (text) => {
        const secret = text.toWellFormed()
        const once = sealSecret(ID, new Secret(secret), ring, systemRandom).sealed
        assert.equal(openSecret(ID, once, ring).reveal(), secret)
        assert.notEqual(sealSecret(ID, new Secret(secret), ring, systemRandom).sealed, once)
      }),
    )
  })

  test('moved to the record of another key makes that key unusable, and no other', async (t) => {
    const { directory, apply, storage } = await aWorld(t)
    const keyed = (AccessKeyId: string) => [{ AccessKeyId, Status: 'Active' } as const]
    const [mine, theirs] = ['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE']
    await apply(
      anAccount(SOURCE, {
        Users: [aUser('alice', { AccessKeys: keyed(mine) }), aUser('bob', { AccessKeys: keyed(theirs) })],
      }),
    )
    const from = await storage.directory.find('access-key', mine)
    const to = await storage.directory.find('access-key', theirs)
    assert.ok(from && to)
    const body = JSON.stringify({ ...JSON.parse(to.body), sealedSecret: JSON.parse(from.body).sealedSecret })
    await directory.change(async () => ({ changes: [{ put: { ...to, body } }] }))
    await assert.rejects(directory.accessKey(theirs))
    assert.ok(await directory.accessKey(mine))
  })
})

test('every AWS managed policy that is offered is a policy AWS would save, and can be a boundary too', async (t) => {
  const { directory } = await aWorld(t)
  for (const policy of new AwsManagedPolicies('aws').all) {
    validatePolicy(parsePolicy(documentOf(policy)), 'identity')
    const view = await directory.managedPolicy(policy.arn)
    assert.equal(view?.policy.kind, 'identity')
    assert.equal(view.boundary.kind, 'boundary')
  }
})
