import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DesiredAccount, DirectoryMistakes } from '../../../src/domain/directory/index.ts'
import { aGroup, anAccount, aPolicy, aRole, aUser, aWorld, SOURCE, TARGET, trusting, type World } from './samples.ts'

async function mistakesOf(world: World, ...accounts: readonly DesiredAccount[]): Promise<readonly string[]> {
  try {
    await world.plan(...accounts)
  } catch (error) {
    assert.ok(error instanceof DirectoryMistakes)
    return error.mistakes.map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`)
  }
  return []
}

const LIMIT = `arn:aws:iam::${TARGET}:policy/limit`

for (const [what, at, parts] of [
  ['attached to a user', 'Users.0.ManagedPolicyArns.0', { Users: [aUser('a', { ManagedPolicyArns: [LIMIT] })] }],
  ['attached to a group', 'Groups.0.ManagedPolicyArns.0', { Groups: [aGroup('g', { ManagedPolicyArns: [LIMIT] })] }],
  ['attached to a role', 'Roles.0.ManagedPolicyArns.0', { Roles: [aRole('r', { ManagedPolicyArns: [LIMIT] })] }],
  ["a user's boundary", 'Users.0.PermissionsBoundary', { Users: [aUser('a', { PermissionsBoundary: LIMIT })] }],
  ["a role's boundary", 'Roles.0.PermissionsBoundary', { Roles: [aRole('r', { PermissionsBoundary: LIMIT })] }],
] as const) {
  test(`a managed policy of another account cannot be ${what}`, async (t) => {
    const world = await aWorld(t)
    const refused = [`${at}: ${LIMIT} belongs to another account, and cannot be attached in ${SOURCE}`]
    const other = anAccount(TARGET, { ManagedPolicies: [aPolicy('limit')] })
    assert.deepEqual(await mistakesOf(world, anAccount(SOURCE, parts), other), refused)
    await world.apply(other)
    assert.deepEqual(await mistakesOf(world, anAccount(SOURCE, parts)), refused)
  })
}

for (const partition of ['foo', 'aws-cn', 'aws-us-gov', 'aws-']) {
  test(`a trust policy names no account, session, user or role of partition ${partition}`, async (t) => {
    const world = await aWorld(t)
    for (const resource of [`iam::${SOURCE}:root`, `sts::${SOURCE}:assumed-role/r/s1`, `iam::${SOURCE}:role/r`]) {
      const arn = `arn:${partition}:${resource}`
      const role = aRole('r', { AssumeRolePolicyDocument: trusting(SOURCE, arn) })
      assert.deepEqual(await mistakesOf(world, anAccount(SOURCE, { Roles: [role] })), [
        `Roles.0.AssumeRolePolicyDocument: Invalid principal in policy: "AWS":"${arn}"`,
      ])
    }
  })
}

test('managed policies of an ARN in another partition are refused', async (t) => {
  const user = aUser('a', { ManagedPolicyArns: ['arn:aws-cn:iam::aws:policy/AdministratorAccess'] })
  const [mistake = '', ...more] = await mistakesOf(await aWorld(t), anAccount(SOURCE, { Users: [user] }))
  assert.match(mistake, /^Users\.0\.ManagedPolicyArns\.0: there is no managed policy arn:aws-cn:/)
  assert.deepEqual(more, [])
})

test('an alias of twelve digits is refused: it would be taken for an account id', async (t) => {
  const [mistake = '', ...more] = await mistakesOf(await aWorld(t), anAccount(SOURCE, { Alias: TARGET }))
  assert.match(mistake, /^Alias: "222222222222" must be .*, and not 12 digits$/)
  assert.deepEqual(more, [])
})

test('an alias of eleven or thirteen digits is none of an account', async (t) => {
  const world = await aWorld(t)
  for (const Alias of ['1'.repeat(11), '1'.repeat(13), '1111-11111111', 'a11111111111']) {
    assert.deepEqual(await mistakesOf(world, anAccount(SOURCE, { Alias })), [])
  }
})

test('accounts and sessions of the own partition are trusted, whether or not they exist', async (t) => {
  const trusted = trusting('arn:aws:iam::999999999999:root', 'arn:aws:sts::999999999999:assumed-role/r/s1', '*')
  const role = aRole('r', { AssumeRolePolicyDocument: trusted })
  assert.deepEqual(await mistakesOf(await aWorld(t), anAccount(SOURCE, { Roles: [role] })), [])
})

test('no mistake repeats the id of an access key: it may be a secret in the wrong place', async (t) => {
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
  const Status = 'Active'
  const AccessKeys = [
    { AccessKeyId: secret, SecretAccessKey: 'AKIAIOSFODNN7EXAMPLE', Status },
    { AccessKeyId: secret, Status },
  ] as const
  const mistakes = await mistakesOf(await aWorld(t), anAccount(SOURCE, { Users: [aUser('a', { AccessKeys })] }))
  assert.equal(mistakes.length, 3)
  assert.ok(!mistakes.join().includes(secret))
})

test('of more than a hundred mistakes the message lists a hundred, and says how many more there are', async (t) => {
  const world = await aWorld(t)
  const Users = Array.from({ length: 250 }, (_, index) => aUser(`a ${index}`))
  await assert.rejects(world.plan(anAccount(SOURCE, { Users })), (error) => {
    assert.ok(error instanceof DirectoryMistakes)
    const lines = error.message.split('\n')
    assert.equal(error.mistakes.length, 250)
    assert.equal(lines.length, 101)
    assert.equal(lines.at(-1), 'and 150 more')
    return true
  })
})
