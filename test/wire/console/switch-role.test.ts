import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { DeleteLoginProfileCommand, DeleteUserCommand, DeleteUserPolicyCommand, IAMClient } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { cheapPasswords } from '../../cheap-passwords.ts'
import { ALLOW_ALL, openSite, PASSWORD, type Visitor } from './visitor.ts'

cheapPasswords()

const ACCOUNT = '111111111111'
const OTHER = '222222222222'
const PAGE = '/console/switch-role'
const LoginProfile = { Password: PASSWORD }
const ASSUME = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' } }
const Policies = [{ PolicyName: 'assume', PolicyDocument: ASSUME }]
const INVALID = 'Invalid information in one or more fields. Check your information or contact your administrator.'

function role(RoleName: string, account: string, Condition?: object) {
  return {
    RoleName,
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: account },
        Action: 'sts:AssumeRole',
        ...(Condition && { Condition }),
      },
    },
    Policies: [{ PolicyName: 'all', PolicyDocument: ALLOW_ALL }],
  }
}

const DIRECTORY = {
  Accounts: [
    {
      Id: ACCOUNT,
      Alias: 'source',
      Root: { LoginProfile },
      Users: [
        {
          UserName: 'alice',
          LoginProfile,
          Policies,
          VirtualMFADevices: [
            { SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/alice`, Base32StringSeed: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
          ],
        },
        { UserName: 'bob', LoginProfile, Policies },
        { UserName: 'carol', LoginProfile },
        { UserName: 'x', LoginProfile, Policies },
        { UserName: 'admin', AccessKeys: [{}], Policies: [{ PolicyName: 'all', PolicyDocument: ALLOW_ALL }] },
      ],
      Roles: [
        role('Reader', ACCOUNT),
        { ...role('Deep', ACCOUNT), Path: '/teams/core/' },
        role('Careful', ACCOUNT, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
        role('Foreign', OTHER),
      ],
    },
    { Id: OTHER, Alias: 'target', Roles: [role('Guest', ACCOUNT), role('Own', OTHER)] },
  ],
}

const site = (t: TestContext) => openSite(t, { directory: DIRECTORY })

const switchTo = (visitor: Visitor, roleName: string, account = ACCOUNT) => visitor.post(PAGE, { account, roleName })

/** The roles that the page offers. */
async function offered(visitor: Visitor): Promise<readonly string[]> {
  const { text } = await visitor.get(PAGE)
  return [...text.matchAll(/class="saml-radio"[^>]* value="([^"]*)"/g)].map(([, arn]) => arn ?? '')
}

const arnOn = async (visitor: Visitor) => /arn:aws:[^<]*/.exec((await visitor.get('/console')).text)?.[0]

test('a role that does not admit somebody, and one that is not there, are refused in the words of AWS', async (t) => {
  const { signedIn } = await site(t)
  const bob = await signedIn({ user: 'bob' })
  for (const [name, account] of [
    ['Foreign', ACCOUNT],
    ['Nothing', ACCOUNT],
    ['Own', OTHER],
    ['Guest', '999999999999'],
    ['Careful', ACCOUNT],
  ] as const) {
    const { status, text, headers } = await switchTo(bob, name, account)
    assert.equal(status, 403)
    assert.ok(
      text.includes(`not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${account}:role/${name}`),
    )
    assert.match(text, /Reference: <code>[0-9a-f-]{36}/)
    assert.deepEqual(headers.getSetCookie(), [])
  }
})

test('an alias is not told from one that nobody has, nor what it stands for', async (t) => {
  const { signedIn } = await site(t)
  const bob = await signedIn({ user: 'bob' })
  const pages = new Set<string>()
  for (const alias of ['target', 'nobody', 'x<script>', '__proto__']) {
    const { status, text } = await switchTo(bob, 'Own', alias)
    assert.equal(status, 403)
    assert.ok(text.includes(INVALID))
    assert.ok(!text.includes(OTHER) && !text.includes('<script>'))
    pages.add(text.replace(/Reference: .*/s, '').replaceAll(/value="[^"]*"/g, ''))
  }
  assert.equal(pages.size, 1)
})

test('what is no name and no ARN is refused, and stays text', async (t) => {
  const { signedIn } = await site(t)
  const bob = await signedIn({ user: 'bob' })
  const evil = '"><script>alert(1)</script>'
  for (const sent of [
    { account: ACCOUNT, roleName: evil },
    { account: evil, roleName: evil },
    { roleIndex: evil },
    { roleIndex: '' },
    { roleIndex: `arn:aws:iam::${ACCOUNT}:user/alice` },
    { account: ACCOUNT, roleName: 'a'.repeat(5000) },
    {},
  ]) {
    const { status, text } = await bob.post(PAGE, sent)
    assert.ok(status === 400 || status === 403, `${status}`)
    assert.ok(!text.includes('<script>alert'))
  }
  const { text } = await bob.get(`${PAGE}?${new URLSearchParams({ account: evil, roleName: evil })}`)
  assert.ok(!text.includes('<script>alert'))
})

test('nothing is switched from another site or without the token of forms, nor by opening a link', async (t) => {
  const { signedIn } = await site(t)
  const bob = await signedIn({ user: 'bob' })
  const form = { account: ACCOUNT, roleName: 'Reader' }
  assert.equal((await bob.post(PAGE, form, { Origin: 'https://evil.example' })).status, 403)
  for (const token of ['', 'A'.repeat(43)]) assert.equal((await bob.post(PAGE, { ...form, token })).status, 403)
  const link = await bob.get(`${PAGE}?${new URLSearchParams(form)}`)
  assert.equal(link.status, 200)
  assert.match(link.text, /value="Reader"/)
  assert.equal(await arnOn(bob), `arn:aws:iam::${ACCOUNT}:user/bob`)
})

test('root cannot switch roles, and has no link to do so', async (t) => {
  const { signedIn } = await site(t)
  const root = await signedIn({ as: 'root' })
  assert.equal((await root.get(PAGE)).status, 403)
  assert.equal((await switchTo(root, 'Reader')).status, 403)
  assert.ok(!(await root.get('/console')).text.includes(PAGE))
})

test('only roles are offered that would admit whoever signed in at this moment, with or without MFA', async (t) => {
  const { broker, signedIn } = await site(t)
  const arns = (...names: string[]) => names.map((name) => `arn:aws:iam::${ACCOUNT}:role/${name}`)
  assert.deepEqual(await offered(await signedIn({ user: 'bob' })), arns('teams/core/Deep', 'Reader'))
  assert.deepEqual(await offered(await signedIn({ user: 'carol' })), [])
  const alice = await signedIn({ user: 'alice', code: await broker.mfaCode(`${ACCOUNT}/alice`) })
  assert.deepEqual(await offered(alice), arns('Careful', 'teams/core/Deep', 'Reader'))
  assert.equal((await switchTo(alice, 'Careful')).location, '/console')
  // The role itself knows nothing of the code, and what is offered is still for who signed in.
  assert.deepEqual(await offered(alice), arns('Careful', 'teams/core/Deep', 'Reader'))
  const looked = (await broker.events()).filter(({ eventName }) => eventName === 'AssumeRole')
  assert.equal(looked.length, 1, 'to look is no request')
})

test('one who switched acts as the role, has its credentials, and switches back', async (t) => {
  const { broker, signedIn } = await site(t)
  const bob = await signedIn({ user: 'bob' })
  const before = new Map(bob.cookies)
  assert.equal((await switchTo(bob, 'Guest', 'target')).location, '/console')
  assert.equal(await arnOn(bob), `arn:aws:sts::${OTHER}:assumed-role/Guest/bob`)
  assert.match((await bob.get('/console')).text, /Switch back<.*Switched from<.*user\/bob</s)
  const page = (await bob.get('/console/credentials')).text
  const json = /id="text-json">([^<]*)</.exec(page)?.[1]?.replaceAll('&quot;', '"') ?? ''
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = JSON.parse(json)
  const sts = new STSClient({
    endpoint: broker.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey, sessionToken },
  })
  t.after(() => sts.destroy())
  assert.equal((await sts.send(new GetCallerIdentityCommand())).Arn, `arn:aws:sts::${OTHER}:assumed-role/Guest/bob`)

  const switched = new Map(bob.cookies)
  assert.equal((await bob.post('/console/switch-back', {})).location, '/console')
  assert.equal(await arnOn(bob), `arn:aws:iam::${ACCOUNT}:user/bob`)
  assert.equal(bob.cookies.get('rolecall'), before.get('rolecall'))
  bob.cookies.set('rolecall', switched.get('rolecall') ?? '')
  assert.equal((await bob.get('/console')).location, '/signin', 'the handle of the role is over')
})

test('the role and its credentials last an hour, or as long as the sign-in, as far as AWS makes such credentials', async (t) => {
  const { broker, signedIn } = await site(t)
  const bob = await signedIn({ user: 'bob' })
  const minutesLeft = async (path: string) =>
    Math.ceil(Number(/data-seconds-left="(\d+)"/.exec((await bob.get(path)).text)?.[1]) / 60)
  for (const [afterMs, credentials, role] of [
    [0, 60, 60],
    [11.5 * 3_600_000, 30, 30],
    [20 * 60_000, 15, 10],
  ] as const) {
    broker.clock.advance(afterMs)
    await bob.get('/console')
    assert.equal((await switchTo(bob, 'Reader')).location, '/console')
    assert.equal(await minutesLeft('/console'), role)
    assert.equal(await minutesLeft('/console/credentials'), credentials)
  }
})

test('another role is assumed by who signed in, not by the role that they had switched to', async (t) => {
  const { broker, signedIn } = await site(t)
  const bob = await signedIn({ user: 'bob' })
  await switchTo(bob, 'Guest', OTHER)
  await bob.get('/console')
  // A user of the account may; a role of the other account may not.
  assert.equal((await switchTo(bob, 'teams/core/Deep')).location, '/console')
  assert.equal(await arnOn(bob), `arn:aws:sts::${ACCOUNT}:assumed-role/Deep/bob`)
  const assumed = (await broker.events()).filter(({ eventName }) => eventName === 'AssumeRole')
  const callers = assumed.map(({ userIdentity }) => String(Reflect.get(Object(userIdentity), 'arn')))
  // In the account of the role, CloudTrail tells the account of the caller only.
  assert.deepEqual(new Set(callers), new Set([`arn:aws:iam::${ACCOUNT}:user/bob`, 'undefined']))
  await bob.post('/console/switch-back', {})
  assert.equal(await arnOn(bob), `arn:aws:iam::${ACCOUNT}:user/bob`)
})

test('a role has no pages about what only users have', async (t) => {
  const { signedIn } = await site(t)
  const bob = await signedIn({ user: 'bob' })
  await switchTo(bob, 'Reader')
  const { text } = await bob.get('/console')
  for (const path of ['/console/access-keys', '/console/password', '/console/mfa']) {
    assert.ok(!text.includes(`href="${path}"`), path)
    const { status, text: page } = await bob.get(path)
    assert.equal(status, 403)
    assert.match(page, /You are signed in with a role|Roles have no password/)
    assert.equal((await bob.post(path, { do: 'create', name: 'x', old: PASSWORD, new: 'x', again: 'x' })).status, 403)
  }
  for (const path of ['/console/mfa/enroll', '/console/mfa/device']) {
    assert.equal((await bob.get(path)).status, 403)
    assert.equal((await bob.post(path, { do: 'remove' })).status, 403)
  }
})

test('a user whose name is too short for a session switches, too', async (t) => {
  const { broker, signedIn } = await site(t)
  const visitor = await signedIn({ user: 'x' })
  assert.equal((await offered(visitor)).length, 2)
  assert.equal((await switchTo(visitor, 'Reader')).status, 303)
  assert.equal(await arnOn(visitor), `arn:aws:sts::${ACCOUNT}:assumed-role/Reader/x-`)
  assert.ok((await broker.events()).some(({ eventName }) => eventName === 'AssumeRole'))
})

test('however often somebody switches with one sign-in, others who switched to the role stay', async (t) => {
  const { broker, signedIn } = await site(t)
  const bob = await signedIn({ user: 'bob' })
  assert.equal((await switchTo(bob, 'Reader')).status, 303)
  // What ends first would make way.
  broker.clock.advance(60_000)
  const many = await signedIn({ user: 'x' })
  const signedInAs = new Map(many.cookies)
  await many.get(PAGE)
  const { token } = many
  const switched: (readonly [string, string])[][] = []
  for (let times = 0; times < 1010; times++) {
    many.cookies.clear()
    for (const [name, value] of signedInAs) many.cookies.set(name, value)
    many.token = token
    assert.equal((await switchTo(many, 'Reader')).status, 303)
    switched.push([...many.cookies])
  }
  assert.match((await arnOn(bob)) ?? '', /assumed-role\/Reader\/bob$/)
  assert.match((await arnOn(many)) ?? '', /assumed-role\/Reader\/x-$/)
  many.cookies.clear()
  for (const [name, value] of switched[0] ?? []) many.cookies.set(name, value)
  assert.equal((await many.get('/console')).status, 303, 'the first one made way')
})

test('the role ends with the sign-in that it came from: at its hour, by signing out, and with its user', async (t) => {
  const { broker, signedIn } = await site(t)
  const [bob, again] = [await signedIn({ user: 'bob' }), await signedIn({ user: 'bob' })]
  const original = bob.cookies.get('rolecall') ?? ''
  for (const visitor of [bob, again]) await switchTo(visitor, 'Reader')
  await bob.get('/console')
  const switched = bob.cookies.get('rolecall') ?? ''
  await bob.post('/signout', {})
  for (const handle of [original, switched]) {
    bob.cookies.set('rolecall', handle)
    assert.equal((await bob.get('/console')).location, '/signin')
  }

  assert.equal((await again.get('/console')).status, 200)
  const iam = new IAMClient(await broker.as(`${ACCOUNT}/admin`))
  t.after(() => iam.destroy())
  await iam.send(new DeleteLoginProfileCommand({ UserName: 'bob' }))
  await iam.send(new DeleteUserPolicyCommand({ UserName: 'bob', PolicyName: 'assume' }))
  await iam.send(new DeleteUserCommand({ UserName: 'bob' }))
  assert.equal((await again.get('/console')).location, '/signin')
})

test('a role that is over leaves who signed in, and its forms count for nothing', async (t) => {
  const { broker, signedIn } = await site(t)
  const bob = await signedIn({ user: 'bob' })
  await switchTo(bob, 'Reader')
  assert.equal(await arnOn(bob), `arn:aws:sts::${ACCOUNT}:assumed-role/Reader/bob`)
  const { token } = bob
  broker.clock.advance(3_600_000)
  assert.equal((await bob.post(PAGE, { token, account: ACCOUNT, roleName: 'Reader' })).status, 403)
  assert.equal(await arnOn(bob), `arn:aws:iam::${ACCOUNT}:user/bob`)
  assert.equal((await bob.get('/console/password')).status, 200)
  await bob.post('/signout', {})
  assert.equal((await bob.get('/console')).location, '/signin')
})

test('roles that were switched to lately are offered to the same user in the same browser, and to nobody else', async (t) => {
  const { signedIn } = await site(t)
  const bob = await signedIn({ user: 'bob' })
  const button = (account: string, name: string) => `<button>${name} @ ${account}</button>`
  for (const [name, account] of [
    ['Reader', ACCOUNT],
    ['Guest', OTHER],
    ['Reader', ACCOUNT],
  ] as const) {
    await switchTo(bob, name, account)
    await bob.get(PAGE)
  }
  const lately = async () => (await bob.get(PAGE)).text.match(/<button>[^<@]* @ \d+<\/button>/g) ?? []
  assert.deepEqual(await lately(), [button(ACCOUNT, 'Reader'), button(OTHER, 'Guest')])
  await bob.post('/signout', {})
  await bob.signIn({ user: 'carol' })
  assert.deepEqual(await lately(), [])
  await bob.post('/signout', {})
  await bob.signIn({ user: 'bob' })
  assert.deepEqual(await lately(), [button(ACCOUNT, 'Reader'), button(OTHER, 'Guest')])
  const again = await bob.post(PAGE, { roleIndex: `arn:aws:iam::${OTHER}:role/Guest` })
  assert.equal(again.location, '/console')
})
