import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { type DesiredAccount, DirectoryMistakes, type Mistake } from '../../../src/domain/directory/index.ts'
import { fc } from '../../fast-check.ts'
import { anyText } from '../../model/any-text.ts'
import {
  ALLOW_ALL,
  aGroup,
  anAccount,
  aPolicy,
  aRole,
  aUser,
  aWorld,
  SOURCE,
  TARGET,
  trusting,
  type World,
} from './samples.ts'

const Active = 'Active'
const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess'
const ALICE = `arn:aws:iam::${SOURCE}:user/alice`

/** What is wrong with accounts: `path: message` each. */
async function mistakesOf(world: World, ...accounts: readonly DesiredAccount[]): Promise<readonly string[]> {
  try {
    await world.plan(...accounts)
  } catch (error) {
    assert.ok(error instanceof DirectoryMistakes)
    assert.equal(error.message.split('\n').length >= error.mistakes.length, true)
    return error.mistakes.map(lineOf)
  }
  return []
}

function lineOf({ path, message }: Mistake): string {
  return `${path.join('.')}: ${message}`
}

/** Checks that exactly this is wrong, and that nothing was changed. */
async function refuses(t: TestContext, accounts: readonly DesiredAccount[], expected: readonly string[]) {
  const world = await aWorld(t)
  assert.deepEqual(await mistakesOf(world, ...accounts), expected)
  assert.equal(await world.storage.changes.last(), 0)
}

const NAME = '[\\w+=,.@-]+'
const named = (max: number) => `must be 1 to ${max} characters out of ${NAME}`
const WRONG_PATHS = ['', 'team', '/team', 'team/', '/a b/', '/é/', `/${'p'.repeat(511)}/`]
const WRONG_NAMES = (max: number) => ['', 'a b', 'a/b', 'é', 'a:b', 'n\n', '😀', 'n'.repeat(max + 1)]

interface ShapeRule {
  readonly at: string
  readonly says: string
  readonly wrong: readonly string[]
  readonly right: readonly string[]
  put(text: string): DesiredAccount
}

/** Where each rule for a text applies. */
const SHAPES: readonly ShapeRule[] = [
  {
    at: 'Id',
    says: 'must be 12 digits, in quotes',
    wrong: ['', '1', '1111111111111', '11111111111a', '111111111111\n'],
    right: ['000000000000', '999999999999'],
    put: (text) => anAccount(text),
  },
  {
    at: 'Alias',
    says: 'must be 3 to 63 lower-case letters, digits and single hyphens, and not 12 digits',
    wrong: ['', 'ab', '-ab', 'ab-', 'a--b', 'Abc', 'a.b', 'a_b', 'abc\n', 'a'.repeat(64)],
    right: ['abc', 'a-b', '0a1', `${'a-'.repeat(31)}a`],
    put: (Alias) => anAccount(SOURCE, { Alias }),
  },
  {
    at: 'Users.0.UserName',
    says: named(64),
    wrong: WRONG_NAMES(64),
    right: ['a', 'A_b+=,.@-9', 'n'.repeat(64)],
    put: (name) => anAccount(SOURCE, { Users: [aUser(name)] }),
  },
  {
    at: 'Users.0.Path',
    says: 'must begin and end with "/" and have at most 512 characters',
    wrong: WRONG_PATHS,
    right: ['/', '/a/', '/a/b/', `/${'p'.repeat(510)}/`],
    put: (Path) => anAccount(SOURCE, { Users: [aUser('alice', { Path })] }),
  },
  {
    at: 'Groups.0.GroupName',
    says: named(128),
    wrong: WRONG_NAMES(128),
    right: ['n'.repeat(128)],
    put: (name) => anAccount(SOURCE, { Groups: [aGroup(name)] }),
  },
  {
    at: 'Groups.0.Path',
    says: 'must begin and end with "/" and have at most 512 characters',
    wrong: WRONG_PATHS,
    right: ['/'],
    put: (Path) => anAccount(SOURCE, { Groups: [aGroup('admins', { Path })] }),
  },
  {
    at: 'ManagedPolicies.0.ManagedPolicyName',
    says: named(128),
    wrong: WRONG_NAMES(128),
    right: ['n'.repeat(128)],
    put: (name) => anAccount(SOURCE, { ManagedPolicies: [aPolicy(name)] }),
  },
  {
    at: 'ManagedPolicies.0.Path',
    says: 'must begin and end with "/" and have at most 512 characters',
    wrong: WRONG_PATHS,
    right: ['/'],
    put: (Path) => anAccount(SOURCE, { ManagedPolicies: [aPolicy('limit', { Path })] }),
  },
  {
    at: 'Roles.0.RoleName',
    says: named(64),
    wrong: WRONG_NAMES(64),
    right: ['n'.repeat(64)],
    put: (name) => anAccount(SOURCE, { Roles: [aRole(name)] }),
  },
  {
    at: 'Roles.0.Path',
    says: 'must begin and end with "/" and have at most 512 characters',
    wrong: WRONG_PATHS,
    right: ['/'],
    put: (Path) => anAccount(SOURCE, { Roles: [aRole('Deployer', { Path })] }),
  },
  {
    at: 'Users.0.Policies.0.PolicyName',
    says: named(128),
    wrong: WRONG_NAMES(128),
    right: ['n'.repeat(128)],
    put: (PolicyName) => {
      const Policies = [{ PolicyName, PolicyDocument: ALLOW_ALL }]
      return anAccount(SOURCE, { Users: [aUser('alice', { Policies })] })
    },
  },
  {
    at: 'Users.0.AccessKeys.0.AccessKeyId',
    says: 'must be 16 to 128 letters and digits, not ASIA...',
    wrong: ['', 'AKIA', 'A'.repeat(15), 'A'.repeat(129), 'AKIA-AAAAAAAAAAAAAAA', 'ASIAAAAAAAAAAAAAAAAA'],
    right: ['AKIAIOSFODNN7EXAMPLE', 'a'.repeat(16), 'A'.repeat(128)],
    put: (AccessKeyId) => {
      const AccessKeys = [{ AccessKeyId, SecretAccessKey: 's'.repeat(40), Status: Active } as const]
      return anAccount(SOURCE, { Users: [aUser('alice', { AccessKeys })] })
    },
  },
  {
    at: 'Roles.0.Tags.0.Key',
    says: 'must be 1 to 128 letters, digits, spaces and _.:/=+-@, not starting with aws:',
    wrong: ['', 'aws:x', 'AWS:x', 'a#b', 'a\nb', '😀', 'k'.repeat(129)],
    right: ['team', 'équipe 1', 'a_.:/=+-@', 'xaws:', '鍵'.repeat(128)],
    put: (Key) => anAccount(SOURCE, { Roles: [aRole('Deployer', { Tags: [{ Key, Value: 'v' }] })] }),
  },
  {
    at: 'Users.0.Tags.0.Value',
    says: 'must be at most 256 letters, digits, spaces and _.:/=+-@',
    wrong: ['a#b', 'a*', 'a\nb', 'v'.repeat(257)],
    right: ['', 'core team', '値'.repeat(256)],
    put: (Value) => anAccount(SOURCE, { Users: [aUser('alice', { Tags: [{ Key: 'k', Value }] })] }),
  },
]

for (const { at, says, wrong, right, put } of SHAPES) {
  test(`${at} ${says}`, async (t) => {
    const world = await aWorld(t)
    for (const text of wrong) {
      const quoted = at.includes('AccessKeys') ? '' : `"${text}" `
      assert.deepEqual(await mistakesOf(world, put(text)), [`Accounts.0.${at}: ${quoted}${says}`])
    }
    for (const text of right) assert.deepEqual(await mistakesOf(world, put(text)), [], text)
  })
}

test('a secret access key is 16 to 128 printable characters, and no mistake quotes it', async (t) => {
  const world = await aWorld(t)
  for (const SecretAccessKey of ['', 'short', 's'.repeat(15), 's'.repeat(129), `${'s'.repeat(20)} `, 'é'.repeat(20)]) {
    const AccessKeys = [{ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', SecretAccessKey, Status: Active } as const]
    assert.deepEqual(await mistakesOf(world, anAccount(SOURCE, { Users: [aUser('alice', { AccessKeys })] })), [
      'Accounts.0.Users.0.AccessKeys.0.SecretAccessKey: must be 16 to 128 printable characters',
    ])
  }
})

test('MaxSessionDuration is 3600 to 43200 whole seconds', async (t) => {
  const world = await aWorld(t)
  for (const MaxSessionDuration of [0, 3599, 43_201, 3600.5, -3600, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.deepEqual(
      await mistakesOf(world, anAccount(SOURCE, { Roles: [aRole('Deployer', { MaxSessionDuration })] })),
      ['Accounts.0.Roles.0.MaxSessionDuration: must be 3600 to 43200 seconds'],
    )
  }
})

const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index))
const policyOf = (size: number): string => {
  const text = (sid: string) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: sid, Effect: 'Allow', Action: '*', Resource: '*' }] })
  return text('S'.repeat(size - text('').length))
}
const trustOf = (size: number): string => {
  const text = (sid: string) =>
    JSON.stringify({ Statement: [{ Sid: sid, Effect: 'Allow', Principal: { AWS: SOURCE }, Action: 'sts:AssumeRole' }] })
  return text('S'.repeat(size - text('').length))
}
const inline = (...sizes: readonly number[]) =>
  sizes.map((size, index) => ({ PolicyName: `p${index}`, PolicyDocument: policyOf(size) }))
const tags = (count: number) => times(count, (index) => ({ Key: `k${index}`, Value: '' }))
const keys = (count: number) => times(count, (): { Status: 'Active' } => ({ Status: Active }))
const policies = times(11, (index) => aPolicy(`p${index}`))
const arns = (count: number) =>
  policies.slice(0, count).map((each) => `arn:aws:iam::${SOURCE}:policy/${each.ManagedPolicyName}`)
const groups = times(11, (index) => aGroup(`g${index}`))

/** What an account may have at most, one more, and what is said then. */
const QUOTA_RULES: readonly (readonly [at: string, says: string, put: (over: 0 | 1) => Partial<DesiredAccount>])[] = [
  [
    'Users.0.AccessKeys',
    'a user or root has at most 2 access keys',
    (over) => ({ Users: [aUser('a', { AccessKeys: keys(2 + over) })] }),
  ],
  ['Root.AccessKeys', 'a user or root has at most 2 access keys', (over) => ({ Root: { AccessKeys: keys(2 + over) } })],
  [
    'Users.0.ManagedPolicyArns',
    'at most 10 managed policies can be attached',
    (over) => ({ ManagedPolicies: policies, Users: [aUser('a', { ManagedPolicyArns: arns(10 + over) })] }),
  ],
  [
    'Groups.0.ManagedPolicyArns',
    'at most 10 managed policies can be attached',
    (over) => ({ ManagedPolicies: policies, Groups: [aGroup('g', { ManagedPolicyArns: arns(10 + over) })] }),
  ],
  [
    'Roles.0.ManagedPolicyArns',
    'at most 10 managed policies can be attached',
    (over) => ({ ManagedPolicies: policies, Roles: [aRole('r', { ManagedPolicyArns: arns(10 + over) })] }),
  ],
  [
    'Users.0.Groups',
    'a user is in at most 10 groups',
    (over) => ({ Groups: groups, Users: [aUser('a', { Groups: times(10 + over, (index) => `g${index}`) })] }),
  ],
  ['Users.0.Tags', 'at most 50 tags', (over) => ({ Users: [aUser('a', { Tags: tags(50 + over) })] })],
  ['Roles.0.Tags', 'at most 50 tags', (over) => ({ Roles: [aRole('r', { Tags: tags(50 + over) })] })],
  [
    'ManagedPolicies.0.PolicyDocument',
    'the document is longer than 6144 characters',
    (over) => ({ ManagedPolicies: [aPolicy('p', { PolicyDocument: policyOf(6144 + over) })] }),
  ],
  [
    'Roles.0.AssumeRolePolicyDocument',
    'the document is longer than 2048 characters',
    (over) => ({ Roles: [aRole('r', { AssumeRolePolicyDocument: trustOf(2048 + over) })] }),
  ],
  [
    'Users.0.Policies',
    'the inline policies together are longer than 2048 characters',
    (over) => ({ Users: [aUser('a', { Policies: inline(1024, 1024 + over) })] }),
  ],
  [
    'Groups.0.Policies',
    'the inline policies together are longer than 5120 characters',
    (over) => ({ Groups: [aGroup('g', { Policies: inline(2560, 2560 + over) })] }),
  ],
  [
    'Roles.0.Policies',
    'the inline policies together are longer than 10240 characters',
    (over) => ({ Roles: [aRole('r', { Policies: inline(5120, 5120 + over) })] }),
  ],
]

for (const [at, says, put] of QUOTA_RULES) {
  test(`${at}: ${says}`, async (t) => {
    const world = await aWorld(t)
    assert.deepEqual(await mistakesOf(world, anAccount(SOURCE, put(1))), [`Accounts.0.${at}: ${says}`])
    assert.deepEqual(await mistakesOf(world, anAccount(SOURCE, put(0))), [])
  })
}

test('white space in a policy counts against no quota', async (t) => {
  const world = await aWorld(t)
  const PolicyDocument = JSON.stringify(JSON.parse(policyOf(6144)), undefined, 8)
  assert.deepEqual(
    await mistakesOf(world, anAccount(SOURCE, { ManagedPolicies: [aPolicy('p', { PolicyDocument })] })),
    [],
  )
})

const twice = (name: string) => `"${name}" stands here twice; case does not tell names apart`

/** What may stand in a directory once only. */
const DUPLICATES: readonly (readonly [rule: string, parts: Partial<DesiredAccount>, mistake: string])[] = [
  ['a user name', { Users: [aUser('alice'), aUser('Alice', { Path: '/x/' })] }, `Users.1.UserName: ${twice('Alice')}`],
  ['a group name', { Groups: [aGroup('admins'), aGroup('ADMINS')] }, `Groups.1.GroupName: ${twice('ADMINS')}`],
  ['a role name', { Roles: [aRole('Deployer'), aRole('deployer')] }, `Roles.1.RoleName: ${twice('deployer')}`],
  [
    'a managed policy name',
    { ManagedPolicies: [aPolicy('limit', { Path: '/a/' }), aPolicy('Limit')] },
    `ManagedPolicies.1.ManagedPolicyName: ${twice('Limit')}`,
  ],
  [
    'an inline policy name in one user',
    { Users: [aUser('a', { Policies: [...inline(200), ...inline(200)] })] },
    'Users.0.Policies.1.PolicyName: "p0" stands here twice',
  ],
  [
    'a tag key',
    {
      Roles: [
        aRole('r', {
          Tags: [
            { Key: 'Team', Value: '1' },
            { Key: 'team', Value: '2' },
          ],
        }),
      ],
    },
    'Roles.0.Tags.1.Key: "team" stands here twice',
  ],
  [
    'an access key, even in two users',
    {
      Users: ['alice', 'bob'].map((name) =>
        aUser(name, { AccessKeys: [{ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: Active }] }),
      ),
    },
    'Users.1.AccessKeys.0.AccessKeyId: this id stands here twice',
  ],
]

describe('whatever the case of its letters, what may stand once only is', () => {
  for (const [rule, parts, mistake] of DUPLICATES) {
    test(rule, (t) => refuses(t, [anAccount(SOURCE, parts)], [`Accounts.0.${mistake}`]))
  }

  test('an account', (t) =>
    refuses(
      t,
      [anAccount(SOURCE), anAccount(TARGET), anAccount(SOURCE)],
      [`Accounts.2.Id: "${SOURCE}" stands here twice`],
    ))

  test('an alias', (t) =>
    refuses(
      t,
      [anAccount(SOURCE, { Alias: 'shop' }), anAccount(TARGET, { Alias: 'shop' })],
      ['Accounts.1.Alias: the alias "shop" belongs to another account'],
    ))
})

test('one name in two accounts, and one name for a user, a group, a role and a policy, are different things', async (t) => {
  const parts = {
    Users: [aUser('same')],
    Groups: [aGroup('same')],
    Roles: [aRole('same')],
    ManagedPolicies: [aPolicy('same')],
  }
  assert.deepEqual(await mistakesOf(await aWorld(t), anAccount(SOURCE, parts), anAccount(TARGET, parts)), [])
})

const GONE = `arn:aws:iam::${SOURCE}:policy/gone`
const FEW = ' (of AWS managed policies only a few are offered; see the README)'

/** What refers to something that will not be there. */
const DANGLING: readonly (readonly [rule: string, parts: Partial<DesiredAccount>, mistake: string])[] = [
  [
    'a managed policy attached to a user',
    { Users: [aUser('a', { ManagedPolicyArns: [ADMIN, GONE] })] },
    `Users.0.ManagedPolicyArns.1: there is no managed policy ${GONE}`,
  ],
  [
    'an AWS managed policy that is not offered',
    { Groups: [aGroup('g', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] })] },
    `Groups.0.ManagedPolicyArns.0: there is no managed policy arn:aws:iam::aws:policy/ReadOnlyAccess${FEW}`,
  ],
  [
    'a managed policy named without its path',
    {
      ManagedPolicies: [aPolicy('gone', { Path: '/team/' })],
      Roles: [aRole('r', { ManagedPolicyArns: [GONE] })],
    },
    `Roles.0.ManagedPolicyArns.0: there is no managed policy ${GONE}`,
  ],
  [
    'a managed policy named in other case',
    { ManagedPolicies: [aPolicy('Gone')], Roles: [aRole('r', { ManagedPolicyArns: [GONE] })] },
    `Roles.0.ManagedPolicyArns.0: there is no managed policy ${GONE}`,
  ],
  [
    'a text that is no ARN',
    { Roles: [aRole('r', { ManagedPolicyArns: ['AdministratorAccess'] })] },
    'Roles.0.ManagedPolicyArns.0: there is no managed policy AdministratorAccess',
  ],
  [
    'a user where a policy belongs',
    { Users: [aUser('alice')], Roles: [aRole('r', { ManagedPolicyArns: [ALICE] })] },
    `Roles.0.ManagedPolicyArns.0: there is no managed policy ${ALICE}`,
  ],
  [
    'the boundary of a user',
    { Users: [aUser('a', { PermissionsBoundary: GONE })] },
    `Users.0.PermissionsBoundary: there is no managed policy ${GONE}`,
  ],
  [
    'the boundary of a role',
    { Roles: [aRole('r', { PermissionsBoundary: GONE })] },
    `Roles.0.PermissionsBoundary: there is no managed policy ${GONE}`,
  ],
  [
    'a group of another account',
    { Users: [aUser('a', { Groups: ['admins'] })] },
    `Users.0.Groups.0: account ${SOURCE} has no group "admins"`,
  ],
  [
    'a user in a trust policy',
    { Roles: [aRole('r', { AssumeRolePolicyDocument: trusting(ALICE) })] },
    `Roles.0.AssumeRolePolicyDocument: Invalid principal in policy: "AWS":"${ALICE}"`,
  ],
  [
    'a user in a trust policy, named without its path',
    {
      Users: [aUser('alice', { Path: '/team/' })],
      Roles: [aRole('r', { AssumeRolePolicyDocument: trusting(ALICE) })],
    },
    `Roles.0.AssumeRolePolicyDocument: Invalid principal in policy: "AWS":"${ALICE}"`,
  ],
  [
    'a user in a trust policy, named in other case',
    { Users: [aUser('Alice')], Roles: [aRole('r', { AssumeRolePolicyDocument: trusting(ALICE) })] },
    `Roles.0.AssumeRolePolicyDocument: Invalid principal in policy: "AWS":"${ALICE}"`,
  ],
  [
    'a group as a principal',
    {
      Groups: [aGroup('admins')],
      Roles: [aRole('r', { AssumeRolePolicyDocument: trusting(`arn:aws:iam::${SOURCE}:group/admins`) })],
    },
    `Roles.0.AssumeRolePolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam::${SOURCE}:group/admins"`,
  ],
]

describe('what will not be there cannot be named', () => {
  for (const [rule, parts, mistake] of DANGLING) {
    test(rule, (t) =>
      refuses(
        t,
        [anAccount(SOURCE, parts), anAccount(TARGET, { Groups: [aGroup('admins')] })],
        [`Accounts.0.${mistake}`],
      ),
    )
  }

  test('what the same file moves to another path', async (t) => {
    const world = await aWorld(t)
    await world.apply(anAccount(SOURCE, { Users: [aUser('alice')], ManagedPolicies: [aPolicy('gone')] }))
    const moved = {
      Users: [aUser('alice', { Path: '/team/' })],
      ManagedPolicies: [aPolicy('gone', { Path: '/team/' })],
      Roles: [aRole('r', { AssumeRolePolicyDocument: trusting(ALICE), ManagedPolicyArns: [GONE] })],
    }
    assert.deepEqual(await mistakesOf(world, anAccount(SOURCE, moved)), [
      `Accounts.0.Roles.0.AssumeRolePolicyDocument: Invalid principal in policy: "AWS":"${ALICE}"`,
      `Accounts.0.Roles.0.ManagedPolicyArns.0: there is no managed policy ${GONE}`,
    ])
  })
})

describe('a policy document is refused in the words of AWS', () => {
  for (const [at, says, parts] of [
    [
      'ManagedPolicies.0.PolicyDocument',
      'Syntax errors in policy.',
      { ManagedPolicies: [aPolicy('p', { PolicyDocument: '{' })] },
    ],
    [
      'ManagedPolicies.0.PolicyDocument',
      'characters beyond Latin-1 have to be written as \\u escapes',
      { ManagedPolicies: [aPolicy('p', { PolicyDocument: policyOf(200).replace('Statement', 'Stätemenţ') })] },
    ],
    [
      'Users.0.Policies.0.PolicyDocument',
      'Policy document should not specify a principal.',
      { Users: [aUser('a', { Policies: [{ PolicyName: 'p', PolicyDocument: trusting('*') }] })] },
    ],
    [
      'Roles.0.AssumeRolePolicyDocument',
      'This policy contains invalid Json',
      { Roles: [aRole('r', { AssumeRolePolicyDocument: '[]' })] },
    ],
  ] as const) {
    test(`${at}: ${says}`, (t) => refuses(t, [anAccount(SOURCE, parts)], [`Accounts.0.${at}: ${says}`]))
  }
})

describe('what belongs to somebody else is not taken over', () => {
  const AccessKeys = [{ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: Active } as const]
  const before = anAccount(SOURCE, { Alias: 'shop', Users: [aUser('alice', { AccessKeys })] })
  for (const [rule, account, mistake] of [
    [
      'an access key, by another user',
      anAccount(SOURCE, { Users: [aUser('bob', { AccessKeys })] }),
      'Users.0.AccessKeys.0.AccessKeyId: this id belongs to another principal',
    ],
    [
      'an access key, by a user of the same name in another account',
      anAccount(TARGET, { Users: [aUser('alice', { AccessKeys })] }),
      'Users.0.AccessKeys.0.AccessKeyId: this id belongs to another principal',
    ],
    [
      'an access key, by the root of its account',
      anAccount(SOURCE, { Root: { AccessKeys } }),
      'Root.AccessKeys.0.AccessKeyId: this id belongs to another principal',
    ],
    [
      'an alias, by another account',
      anAccount(TARGET, { Alias: 'shop' }),
      'Alias: the alias "shop" belongs to another account',
    ],
  ] as const) {
    test(rule, async (t) => {
      const world = await aWorld(t)
      await world.apply(before)
      assert.deepEqual(await mistakesOf(world, account), [`Accounts.0.${mistake}`])
    })
  }
})

test('every mistake is told at once, each with its place', (t) =>
  refuses(
    t,
    [
      anAccount('1', { Alias: '-' }),
      anAccount(TARGET, {
        Users: [aUser('a b', { Groups: ['x'], PermissionsBoundary: GONE }), aUser('a b')],
        Roles: [aRole('r', { Path: 'x', MaxSessionDuration: 1, AssumeRolePolicyDocument: '' })],
      }),
    ],
    [
      `Accounts.1.Users.1.UserName: ${twice('a b')}`,
      'Accounts.0.Id: "1" must be 12 digits, in quotes',
      'Accounts.0.Alias: "-" must be 3 to 63 lower-case letters, digits and single hyphens, and not 12 digits',
      `Accounts.1.Users.0.UserName: "a b" ${named(64)}`,
      `Accounts.1.Users.0.Groups.0: account ${TARGET} has no group "x"`,
      `Accounts.1.Users.0.PermissionsBoundary: ${GONE} belongs to another account, and cannot be attached in ${TARGET}`,
      `Accounts.1.Users.1.UserName: "a b" ${named(64)}`,
      'Accounts.1.Roles.0.Path: "x" must begin and end with "/" and have at most 512 characters',
      'Accounts.1.Roles.0.MaxSessionDuration: must be 3600 to 43200 seconds',
      'Accounts.1.Roles.0.AssumeRolePolicyDocument: This policy contains invalid Json',
    ],
  ))

test('texts of any kind are mistakes at most, never a crash', async (t) => {
  const world = await aWorld(t)
  const text = fc.oneof(anyText(20), fc.constantFrom('', '\0', '\ud800', '__proto__', 'a\0b', "'; --"))
  await fc.assert(
    fc.asyncProperty(text, text, async (name, value) => {
      await mistakesOf(
        world,
        anAccount(name, {
          Alias: value,
          Users: [aUser(name, { Path: value, Groups: [value], ManagedPolicyArns: [value], PermissionsBoundary: name })],
          Groups: [aGroup(name, { Policies: [{ PolicyName: value, PolicyDocument: name }] })],
          Roles: [aRole(name, { AssumeRolePolicyDocument: value, Tags: [{ Key: name, Value: value }] })],
          ManagedPolicies: [aPolicy(name, { Path: value })],
          Root: { AccessKeys: [{ AccessKeyId: name, SecretAccessKey: value, Status: Active }] },
        }),
      )
    }),
    { numRuns: 50 },
  )
})

/** Two accounts that refer to each other and to themselves in every way. */
function entangled(): DesiredAccount[] {
  const role = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`
  const limit = `arn:aws:iam::${SOURCE}:policy/team/limit`
  return [
    anAccount(SOURCE, {
      Alias: 'source',
      Root: { AccessKeys: [{ Status: Active }] },
      ManagedPolicies: [aPolicy('limit', { Path: '/team/' })],
      Groups: [aGroup('admins', { ManagedPolicyArns: [ADMIN] })],
      Users: [
        aUser('alice', { Groups: ['Admins'], PermissionsBoundary: limit, AccessKeys: keys(2) }),
        aUser('bob', {
          Path: '/team/',
          AccessKeys: [{ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: Active }, ...keys(1)],
        }),
      ],
      Roles: [
        aRole('A', { AssumeRolePolicyDocument: trusting(role(TARGET, 'B'), ALICE), PermissionsBoundary: limit }),
        aRole('Self', { AssumeRolePolicyDocument: trusting(role(SOURCE, 'Self')) }),
      ],
    }),
    anAccount(TARGET, {
      Roles: [aRole('B', { AssumeRolePolicyDocument: trusting(role(SOURCE, 'A'), `${ALICE}`) })],
    }),
  ]
}

/** Everything that is stored, without what is sealed anew each time. */
async function everything({ storage: { directory } }: World): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const kind of ['account', 'account-alias', 'user', 'group', 'role', 'managed-policy', 'access-key'] as const) {
    for (const { key, body } of await directory.list(kind, { limit: 100 })) {
      const { sealedSecret: _, ...rest } = JSON.parse(body)
      found[`${kind} ${key}`] = rest
    }
  }
  return found
}

test('the order of accounts, and of what is in them, does not matter', async (t) => {
  const shuffled = entangled()
    .toReversed()
    .map(({ Users, Roles, ...rest }) => ({ ...rest, Roles: Roles.toReversed(), Users: Users.toReversed() }))
  for (const accounts of [entangled(), shuffled]) assert.deepEqual(await mistakesOf(await aWorld(t), ...accounts), [])
})

test('a directory that is applied again changes no id, no birth and no secret', async (t) => {
  const world = await aWorld(t)
  await world.apply(...entangled())
  const before = await everything(world)
  const secretsOf = async () => {
    const secrets: Record<string, string | undefined> = {}
    for (const { key } of await world.storage.directory.list('access-key', { limit: 100 })) {
      secrets[key] = (await world.directory.accessKey(key))?.secretAccessKey.reveal()
    }
    return secrets
  }
  const secrets = await secretsOf()
  assert.equal(Object.keys(secrets).length, 5, 'one of root, two of alice, two of bob')
  for (let round = 0; round < 3; round++) {
    await world.apply(...(round % 2 === 0 ? entangled().toReversed() : entangled()))
    assert.deepEqual(await everything(world), before)
    assert.deepEqual(await secretsOf(), secrets)
  }
})

test('a key that names nothing stands for a key that its owner has: its status changes, and no other key is made', async (t) => {
  const { directory, apply } = await aWorld(t)
  const withStatus = (Status: 'Active' | 'Inactive') =>
    anAccount(SOURCE, { Root: { AccessKeys: [{ Status }] }, Users: [aUser('alice', { AccessKeys: [{ Status }] })] })
  await apply(withStatus('Active'))
  const ids = [
    ...((await directory.account(SOURCE))?.accessKeyIds ?? []),
    ...((await directory.user(SOURCE, 'alice'))?.accessKeyIds ?? []),
  ]
  assert.equal(ids.length, 2)
  await apply(withStatus('Inactive'))
  for (const id of ids) assert.equal((await directory.accessKey(id))?.status, 'Inactive')
  assert.deepEqual((await directory.user(SOURCE, 'alice'))?.accessKeyIds, ids.slice(1))
})

test('a secret without an id goes to the key that was made for it before', async (t) => {
  const { directory, apply } = await aWorld(t)
  const withSecret = (fill: string) => {
    const AccessKeys = [{ SecretAccessKey: fill.repeat(40), Status: Active } as const]
    return anAccount(SOURCE, { Users: [aUser('alice', { AccessKeys })] })
  }
  for (const fill of ['s', 's', 't']) await apply(withSecret(fill))
  const ids = (await directory.user(SOURCE, 'alice'))?.accessKeyIds ?? []
  assert.equal(ids.length, 1)
  assert.equal((await directory.accessKey(ids[0] ?? ''))?.secretAccessKey.reveal(), 't'.repeat(40))
})

test('what is not listed is kept', async (t) => {
  const { directory, apply } = await aWorld(t)
  await apply(
    anAccount(SOURCE, { Alias: 'source', Users: [aUser('alice', { AccessKeys: keys(1) })], Roles: [aRole('A')] }),
  )
  await apply(anAccount(SOURCE, { Users: [aUser('bob'), aUser('alice')] }), anAccount(TARGET))
  assert.equal(await directory.accountOfAlias('source'), SOURCE)
  assert.ok(await directory.role(`arn:aws:iam::${SOURCE}:role/A`))
  assert.equal((await directory.user(SOURCE, 'alice'))?.accessKeyIds.length, 1)
})

test('another path, and another case of the name, is another principal', async (t) => {
  const { directory, apply } = await aWorld(t)
  const parts = (name: string, Path: string) => ({ Users: [aUser(name, { Path })], Roles: [aRole(name, { Path })] })
  const ids = new Set<string | undefined>()
  for (const [name, path] of [
    ['Same', '/'],
    ['Same', '/team/'],
    ['same', '/team/'],
    ['Same', '/'],
  ] as const) {
    await apply(anAccount(SOURCE, parts(name, path)))
    ids.add((await directory.principal(`arn:aws:iam::${SOURCE}:user${path}${name}`))?.uniqueId)
    ids.add((await directory.principal(`arn:aws:iam::${SOURCE}:role${path}${name}`))?.uniqueId)
  }
  assert.equal(ids.size, 8)
  assert.ok(!ids.has(undefined))
})

test('a user whose name changes its case keeps its keys', async (t) => {
  const { apply, directory } = await aWorld(t)
  const AccessKeys = [{ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: Active } as const]
  await apply(anAccount(SOURCE, { Users: [aUser('Alice', { AccessKeys })] }))
  await apply(anAccount(SOURCE, { Users: [aUser('alice', { AccessKeys })] }))
  assert.equal((await directory.accessKey('AKIAIOSFODNN7EXAMPLE'))?.userName, 'alice')
})

test('an account that takes another alias lets the first one go, for others to take', async (t) => {
  const { directory, apply } = await aWorld(t)
  await apply(anAccount(SOURCE, { Alias: 'first' }))
  await apply(anAccount(SOURCE, { Alias: 'second' }))
  assert.equal(await directory.accountOfAlias('first'), undefined)
  await apply(anAccount(TARGET, { Alias: 'first' }), anAccount(SOURCE, { Alias: 'second' }))
  assert.equal(await directory.accountOfAlias('first'), TARGET)
  assert.equal(await directory.accountOfAlias('second'), SOURCE)
})

test('unique ids say what they name and in which account', async (t) => {
  const { directory, apply } = await aWorld(t)
  const parts = { Users: [aUser('u')], Groups: [aGroup('g')], Roles: [aRole('r')], ManagedPolicies: [aPolicy('p')] }
  await apply(anAccount('123456789012', { ...parts, Root: { AccessKeys: keys(1) } }))
  const stored = async (kind: 'user' | 'group' | 'role', name: string) =>
    (await directory.records.stored(kind, `123456789012/${name}`))?.uniqueId ?? ''
  assert.match(await stored('user', 'u'), /^AIDARZPUZDIK/)
  assert.match(await stored('group', 'g'), /^AGPARZPUZDIK/)
  assert.match(await stored('role', 'r'), /^AROARZPUZDIK/)
  assert.match((await directory.records.stored('managed-policy', '123456789012/p'))?.uniqueId ?? '', /^ANPARZPUZDIK/)
  assert.match((await directory.account('123456789012'))?.accessKeyIds[0] ?? '', /^AKIARZPUZDIK/)
})

test('a list of access keys is the truth: a key that it does not name is gone, and its place is free', async (t) => {
  const world = await aWorld(t)
  const withKeys = (...ids: string[]) =>
    anAccount(SOURCE, {
      Users: [aUser('alice', { AccessKeys: ids.map((AccessKeyId) => ({ AccessKeyId, Status: 'Active' as const })) })],
    })
  await world.apply(withKeys('AKIALEAKEDLEAKEDLEAK', 'AKIASECONDSECONDSECO'))
  await world.apply(withKeys('AKIASECONDSECONDSECO', 'AKIATHIRDTHIRDTHIRDT'))
  assert.equal(await world.directory.accessKey('AKIALEAKEDLEAKEDLEAK'), undefined)
  assert.deepEqual((await world.directory.user(SOURCE, 'alice'))?.accessKeyIds, [
    'AKIASECONDSECONDSECO',
    'AKIATHIRDTHIRDTHIRDT',
  ])
  await world.apply(withKeys())
  assert.equal((await world.directory.user(SOURCE, 'alice'))?.accessKeyIds.length, 2, 'no list changes nothing')
})

describe('whether an account vouches outside for its principals', () => {
  const outboundOf = async ({ directory }: World) => await directory.outboundFederation(SOURCE)

  test('is said by the file, and stays as it is where the file does not say it', async (t) => {
    const world = await aWorld(t)
    await world.apply(anAccount(SOURCE))
    assert.equal(await outboundOf(world), undefined)
    await world.apply(anAccount(SOURCE, { OutboundWebIdentityFederation: true }))
    const enabled = await outboundOf(world)
    assert.match(enabled?.issuerId ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(enabled?.disabledAt, undefined)
    await world.apply(anAccount(SOURCE))
    assert.deepEqual(await outboundOf(world), enabled)
    await world.apply(anAccount(SOURCE, { OutboundWebIdentityFederation: true }))
    assert.deepEqual(await outboundOf(world), enabled)
  })

  test('disabled and enabled again, it is the same issuer', async (t) => {
    const world = await aWorld(t)
    await world.apply(anAccount(SOURCE, { OutboundWebIdentityFederation: true }))
    const { issuerId } = (await outboundOf(world)) ?? {}
    await world.apply(anAccount(SOURCE, { OutboundWebIdentityFederation: false }))
    const disabled = await outboundOf(world)
    assert.equal(disabled?.issuerId, issuerId)
    assert.notEqual(disabled?.disabledAt, undefined)
    await world.apply(anAccount(SOURCE, { OutboundWebIdentityFederation: false }))
    assert.deepEqual(await outboundOf(world), disabled)
    await world.apply(anAccount(SOURCE, { OutboundWebIdentityFederation: true }))
    assert.deepEqual(await outboundOf(world), { issuerId })
  })

  test('what never was is not disabled either', async (t) => {
    const world = await aWorld(t)
    await world.apply(anAccount(SOURCE, { OutboundWebIdentityFederation: false }))
    assert.equal(await outboundOf(world), undefined)
  })
})
