import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { DEPLOYER, isInstalled, type Setting, startSetting } from './setting.ts'

const BIN = fileURLToPath(new URL('../../bin/rolecall.js', import.meta.url))
const DIRECTORY = fileURLToPath(new URL('../../examples/organization.yaml', import.meta.url))
const SOURCE = 'arn:aws:iam::111111111111'
const TARGET = 'arn:aws:iam::222222222222'

const policy = (statement: object): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', ...statement } })
const allowing = (Action: string | readonly string[], Resource = '*'): string => policy({ Action, Resource })
const trust = (Condition: object): string =>
  policy({ Principal: { AWS: `${SOURCE}:root` }, Action: 'sts:AssumeRole', Condition })
const withExternalId = { 'sts:ExternalId': 'quickstart' }

/** Credentials and endpoints, as environment variables. */
type Hands = Readonly<Record<string, string>>

const skip = (await isInstalled('aws', '--version')) ? false : 'the aws CLI is not installed'
const skipPython = (await isInstalled('python3', '-c', 'import boto3')) ? false : 'boto3 is not installed'

suite('the life of an organization, with an unmodified aws CLI', { skip, timeout: 600_000 }, () => {
  let setting: Setting
  /** The administrators of the two accounts. */
  let alice: Hands
  let admin: Hands
  /** Everybody's endpoints. */
  let places: Hands
  /** A user of the source account, made below, with the key of the day. */
  let bob: Hands
  /** A session of the target account's role. */
  let session: Hands

  before(async () => {
    setting = await startSetting(DIRECTORY)
    alice = (await setting.broker.as('source/alice')).env
    admin = (await setting.broker.as('target/admin')).env
    places = Object.fromEntries(Object.entries(alice).filter(([name]) => /ENDPOINT|REGION/.test(name)))
  })
  after(() => setting[Symbol.asyncDispose]())

  const run = (who: Hands, args: readonly string[]) => setting.run('aws', [...args, '--output', 'json'], who)

  /** Runs a command that is granted. */
  async function aws(who: Hands, ...args: string[]) {
    const { status, stdout, stderr } = await run(who, args)
    assert.equal(status, 0, `aws ${args.join(' ')}: ${stderr}`)
    return stdout.trim() === '' ? undefined : JSON.parse(stdout)
  }
  const iam = (who: Hands, ...args: string[]) => aws(who, 'iam', ...args)

  /** Runs a command that is refused, and says in which words. */
  async function refused(who: Hands, code: string, ...args: string[]): Promise<string> {
    const { status, stderr } = await run(who, args)
    assert.notEqual(status, 0, `aws ${args.join(' ')} was granted`)
    assert.ok(stderr.includes(`An error occurred (${code})`), stderr)
    return stderr
  }

  const holding = (key: { AccessKeyId: string; SecretAccessKey: string; SessionToken?: string }): Hands => ({
    ...places,
    AWS_ACCESS_KEY_ID: key.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: key.SecretAccessKey,
    ...(key.SessionToken !== undefined && { AWS_SESSION_TOKEN: key.SessionToken }),
  })

  const assuming = ['sts', 'assume-role', '--role-arn', DEPLOYER, '--role-session-name', 'release']
  const assumed = [...assuming, '--external-id', 'quickstart']
  const assume = async (who: Hands, ...more: string[]) => holding((await aws(who, ...assumed, ...more)).Credentials)

  /** What can be asked about a refusal: the message and the id that came with it. */
  async function traceOf(who: Hands, ...args: string[]) {
    const stderr = await refused(who, 'AccessDenied', ...args, '--debug')
    const [, message = ''] = /'x-rolecall-explanation': '([\w-]+)'/.exec(stderr) ?? []
    const [, requestId = ''] = /'x-amzn-RequestId': '([\w-]+)'/i.exec(stderr) ?? []
    return { message, requestId }
  }

  async function explained(about: string, who: Hands, ...flags: string[]): Promise<string> {
    const { status, stdout, stderr } = await setting.run(process.execPath, [BIN, 'explain', about, ...flags], who)
    assert.equal(status, 0, stderr)
    return stdout
  }

  test('step 1 and 2: the target account makes a role that trusts the other account, and says what it may do', async () => {
    const trusting = trust({ StringEquals: withExternalId })
    const { Role } = await iam(
      admin,
      'create-role',
      '--role-name',
      'Deployer',
      '--assume-role-policy-document',
      trusting,
    )
    assert.equal(Role.Arn, DEPLOYER)
    const { Policy } = await iam(
      admin,
      ...['create-policy', '--policy-name', 'look-around', '--policy-document', allowing('iam:ListUsers')],
    )
    const version = ['--policy-document', allowing(['iam:ListUsers', 'iam:ListRoles']), '--set-as-default']
    await iam(admin, 'create-policy-version', '--policy-arn', Policy.Arn, ...version)
    await iam(admin, 'attach-role-policy', '--role-name', 'Deployer', '--policy-arn', Policy.Arn)
    const own = ['--policy-name', 'itself', '--policy-document', allowing('iam:GetRole', DEPLOYER)]
    await iam(admin, 'put-role-policy', '--role-name', 'Deployer', ...own)
  })

  test('step 3 and 4: the source account says who of it may assume the role, and nobody else does', async () => {
    await iam(alice, 'create-user', '--user-name', 'bob')
    bob = holding((await iam(alice, 'create-access-key', '--user-name', 'bob')).AccessKey)
    const before = await refused(bob, 'AccessDenied', ...assumed)
    assert.match(before, /user\/bob is not authorized to perform: sts:AssumeRole on resource: \S+role\/Deployer/)

    await iam(alice, 'create-group', '--group-name', 'deployers')
    const may = ['--policy-name', 'become-deployer', '--policy-document', allowing('sts:AssumeRole', DEPLOYER)]
    const { Policy } = await iam(alice, 'create-policy', ...may)
    await iam(alice, 'attach-group-policy', '--group-name', 'deployers', '--policy-arn', Policy.Arn)
    await iam(alice, 'add-user-to-group', '--group-name', 'deployers', '--user-name', 'bob')

    await refused(bob, 'AccessDenied', ...assuming, '--external-id', 'guessed')
    session = await assume(bob)
    const { Arn } = await aws(session, 'sts', 'get-caller-identity')
    assert.equal(Arn, 'arn:aws:sts::222222222222:assumed-role/Deployer/release')
    assert.equal((await iam(session, 'list-roles')).Roles[0].RoleName, 'Deployer')
    await refused(session, 'AccessDenied', 'iam', 'list-groups')
  })

  test('a trust policy that asks for more refuses, and is explained to each side as far as it is theirs', async () => {
    const tagged = trust({ StringEquals: { ...withExternalId, 'aws:PrincipalTag/team': 'core' } })
    await iam(admin, 'update-assume-role-policy', '--role-name', 'Deployer', '--policy-document', tagged)
    const { message, requestId } = await traceOf(bob, ...assumed)

    const toSource = await explained(message, alice)
    assert.match(toSource, /seen by {2}the caller's account/)
    assert.match(toSource, /Account 222222222222 has to allow it: why it does not is for its own administrators to see/)
    assert.ok(!toSource.includes('team'), 'the condition is not theirs to see')
    const toTarget = await explained(message, admin)
    assert.match(toTarget, /aws:PrincipalTag\/team/)
    const token = join(setting.home, 'operator-token')
    await writeFile(token, setting.broker.operatorToken, { mode: 0o600 })
    const flags = ['--admin', setting.broker.addresses.admin, '--operator-token-file', token]
    assert.match(await explained(requestId, places, ...flags), /aws:PrincipalTag\/team/)

    await iam(alice, 'tag-user', '--user-name', 'bob', '--tags', 'Key=team,Value=core')
    await assume(bob)
  })

  test('a permissions boundary limits what is allowed, from the next request on', async () => {
    const limit = ['--policy-name', 'only-s3', '--policy-document', allowing('s3:*')]
    const { Policy } = await iam(alice, 'create-policy', ...limit)
    const boundary = ['--permissions-boundary', Policy.Arn]
    await iam(alice, 'put-user-permissions-boundary', '--user-name', 'bob', ...boundary)
    const { message } = await traceOf(bob, ...assumed)
    assert.match(await explained(message, alice), /because {2}no permissions boundary allows it/)

    await iam(alice, 'delete-user-permissions-boundary', '--user-name', 'bob')
    await assume(bob)
  })

  test('a session policy limits the session alone', async () => {
    const limited = await assume(bob, '--policy', allowing('iam:GetRole'))
    const words = await refused(limited, 'AccessDenied', 'iam', 'list-roles')
    assert.match(words, /because no session policy allows the iam:ListRoles action/)
    assert.equal((await iam(limited, 'get-role', '--role-name', 'Deployer')).Role.Arn, DEPLOYER)
    await iam(session, 'list-roles')
  })

  test('an access key is rotated: another is made and used, the first is switched off, and deleted', async () => {
    const first = bob
    const old = ['--user-name', 'bob', '--access-key-id', first['AWS_ACCESS_KEY_ID'] ?? '']
    bob = holding((await iam(alice, 'create-access-key', '--user-name', 'bob')).AccessKey)
    const third = await refused(alice, 'LimitExceeded', 'iam', 'create-access-key', '--user-name', 'bob')
    assert.match(third, /Cannot exceed quota for AccessKeysPerUser: 2/)
    await aws(bob, 'sts', 'get-caller-identity')

    await iam(alice, 'update-access-key', ...old, '--status', 'Inactive')
    await refused(first, 'InvalidClientTokenId', 'sts', 'get-caller-identity')
    await aws(bob, 'sts', 'get-caller-identity')
    await iam(alice, 'delete-access-key', ...old)
    const { AccessKeyMetadata } = await iam(alice, 'list-access-keys', '--user-name', 'bob')
    assert.deepEqual(
      AccessKeyMetadata.map(({ AccessKeyId }: { AccessKeyId: string }) => AccessKeyId),
      [bob['AWS_ACCESS_KEY_ID']],
    )
  })

  test('what was used is reported: keys, roles, services, and all credentials of the account', async () => {
    const usedKey = ['get-access-key-last-used', '--access-key-id', bob['AWS_ACCESS_KEY_ID'] ?? '']
    assert.equal((await iam(alice, ...usedKey)).AccessKeyLastUsed.ServiceName, 'sts')
    const { Role } = await iam(admin, 'get-role', '--role-name', 'Deployer')
    assert.equal(Role.RoleLastUsed.Region, 'us-east-1')

    const job = ['generate-service-last-accessed-details', '--arn', `${SOURCE}:user/bob`]
    const { JobId } = await iam(alice, ...job)
    const accessed = await complete(
      () => iam(alice, 'get-service-last-accessed-details', '--job-id', JobId),
      'JobStatus',
    )
    const [sts] = accessed['ServicesLastAccessed']
    assert.deepEqual([sts.ServiceNamespace, sts.LastAuthenticatedEntity], ['sts', `${SOURCE}:user/bob`])

    await complete(() => iam(alice, 'generate-credential-report'), 'State')
    const { Content } = await iam(alice, 'get-credential-report')
    const [columns = '', ...lines] = Buffer.from(Content, 'base64').toString().trim().split('\n')
    const rows = lines.map((line) => line.split(','))
    assert.deepEqual(
      rows.map(([user]) => user),
      ['<root_account>', 'alice', 'bob'],
    )
    const [, , ofBob = []] = rows
    const cell = (name: string) => ofBob[columns.split(',').indexOf(name)]
    assert.deepEqual([cell('access_key_1_active'), cell('access_key_2_active')], ['true', 'false'])
    assert.equal(cell('access_key_1_last_used_service'), 'sts')
  })

  test('boto3 pages through every list, without gap or repetition', { skip: skipPython }, async () => {
    const { stdout, stderr } = await setting.run('python3', ['-c', PAGES], alice)
    assert.notEqual(stdout, '', stderr)
    assert.deepEqual(JSON.parse(stdout), {
      list_users: ['crew-0', 'crew-1', 'crew-2', 'crew-3', 'crew-4'],
      get_group: ['crew-0', 'crew-1', 'crew-2', 'crew-3', 'crew-4'],
      list_groups: ['crew', 'deployers'],
      list_groups_for_user: ['crew'],
      list_policies: ['become-deployer', 'only-s3'],
      list_attached_group_policies: ['become-deployer'],
      list_entities_for_policy: ['deployers'],
      list_access_keys: 1,
      list_user_tags: ['team'],
      get_account_authorization_details: ['become-deployer', 'only-s3'],
    })
  })

  test('what is in use is not deleted: everything goes in AWS’s order, and takes its credentials along', async () => {
    const arnOf = (name: string) => ['--policy-arn', `${SOURCE}:policy/${name}`]
    const key = ['--user-name', 'bob', '--access-key-id', bob['AWS_ACCESS_KEY_ID'] ?? '']
    const group = ['--group-name', 'deployers']
    const conflict = (who: Hands, ...args: string[]) => refused(who, 'DeleteConflict', 'iam', ...args)

    await conflict(alice, 'delete-policy', ...arnOf('become-deployer'))
    await conflict(alice, 'delete-group', ...group)
    await iam(alice, 'remove-user-from-group', ...group, '--user-name', 'bob')
    await conflict(alice, 'delete-group', ...group)
    await iam(alice, 'detach-group-policy', ...group, ...arnOf('become-deployer'))
    await iam(alice, 'delete-group', ...group)
    await iam(alice, 'delete-policy', ...arnOf('become-deployer'))
    await iam(alice, 'delete-policy', ...arnOf('only-s3'))

    await refused(bob, 'AccessDenied', ...assumed)
    await conflict(alice, 'delete-user', '--user-name', 'bob')
    await iam(alice, 'delete-access-key', ...key)
    await refused(bob, 'InvalidClientTokenId', 'sts', 'get-caller-identity')
    await iam(alice, 'delete-user', '--user-name', 'bob')
    const { Users } = await iam(alice, 'list-users')
    assert.deepEqual(
      Users.map(({ UserName }: { UserName: string }) => UserName),
      ['alice'],
    )
  })

  test('a role that is deleted ends its sessions', async () => {
    const role = ['--role-name', 'Deployer']
    const policyArn = ['--policy-arn', `${TARGET}:policy/look-around`]
    const conflict = (...args: string[]) => refused(admin, 'DeleteConflict', 'iam', ...args)

    await conflict('delete-role', ...role)
    await iam(admin, 'detach-role-policy', ...role, ...policyArn)
    await conflict('delete-role', ...role)
    await conflict('delete-policy', ...policyArn)
    await iam(admin, 'delete-policy-version', ...policyArn, '--version-id', 'v1')
    await iam(admin, 'delete-policy', ...policyArn)
    await iam(admin, 'delete-role-policy', ...role, '--policy-name', 'itself')
    await aws(session, 'sts', 'get-caller-identity')
    await iam(admin, 'delete-role', ...role)
    await refused(session, 'InvalidClientTokenId', 'sts', 'get-caller-identity')
    assert.deepEqual((await iam(admin, 'list-roles')).Roles, [])
  })
})

/** Asks again until what was begun is complete. */
async function complete<Report extends Record<string, unknown>>(
  ask: () => Promise<Report>,
  state: string,
): Promise<Report> {
  for (;;) {
    const report = await ask()
    if (/^COMPLETED?$/.test(String(report[state]))) return report
    await pause(100)
  }
}

/** Makes a crew, reads every list in pages of two, and deletes the crew. */
const PAGES = `
import boto3, json
iam = boto3.client('iam')
names = [f'crew-{number}' for number in range(5)]
iam.create_group(GroupName='crew')
for name in names:
    iam.create_user(UserName=name, Path='/crew/')
    iam.add_user_to_group(GroupName='crew', UserName=name)

def pages(action, members, field, **parameters):
    pages = iam.get_paginator(action).paginate(PaginationConfig={'PageSize': 2}, **parameters)
    return [item[field] for page in pages for item in page[members]]

become = 'arn:aws:iam::111111111111:policy/become-deployer'
print(json.dumps({
    'list_users': pages('list_users', 'Users', 'UserName', PathPrefix='/crew/'),
    'get_group': pages('get_group', 'Users', 'UserName', GroupName='crew'),
    'list_groups': pages('list_groups', 'Groups', 'GroupName'),
    'list_groups_for_user': pages('list_groups_for_user', 'Groups', 'GroupName', UserName='crew-0'),
    'list_policies': pages('list_policies', 'Policies', 'PolicyName', Scope='Local'),
    'list_attached_group_policies': pages('list_attached_group_policies', 'AttachedPolicies', 'PolicyName', GroupName='deployers'),
    'list_entities_for_policy': pages('list_entities_for_policy', 'PolicyGroups', 'GroupName', PolicyArn=become),
    'list_access_keys': len(pages('list_access_keys', 'AccessKeyMetadata', 'AccessKeyId', UserName='bob')),
    'list_user_tags': pages('list_user_tags', 'Tags', 'Key', UserName='bob'),
    'get_account_authorization_details': pages('get_account_authorization_details', 'Policies', 'PolicyName', Filter=['LocalManagedPolicy', 'User']),
}))
for name in names:
    iam.remove_user_from_group(GroupName='crew', UserName=name)
    iam.delete_user(UserName=name)
iam.delete_group(GroupName='crew')
`
