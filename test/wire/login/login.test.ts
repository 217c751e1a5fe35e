import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { SOURCE, TARGET } from '../cast.ts'
import { mainOf, providerArn, roleArn, setUp, trusting } from './setting.ts'

const pickedIn = (page: string) => [...page.matchAll(/value="(arn:[^"]+)"/g)].map(([, arn]) => arn)

test('whom one role takes gets its credentials at once', async (t) => {
  const { visitor, broker } = await setUp(t)
  const someone = visitor()
  const answer = await someone.signIn()
  assert.equal(answer.status, 303, await answer.text())
  assert.equal(answer.headers.get('location'), '/console/credentials')
  const page = await (await someone.get('/console/credentials')).text()
  const json = /id="text-json">([^<]*)</.exec(page)?.[1]?.replaceAll('&quot;', '"') ?? ''
  const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(json)
  const client = new STSClient({
    endpoint: broker.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
  })
  const { Arn } = await client.send(new GetCallerIdentityCommand({}))
  assert.equal(Arn, `arn:aws:sts::${SOURCE}:assumed-role/Admin/alice`)
})

test('the start page says that somebody signed in at an OpenID Connect provider', async (t) => {
  const { visitor } = await setUp(t)
  const someone = visitor()
  await someone.signIn()
  assert.match(await mainOf(await someone.get('/console')), /OpenID Connect identity provider/)
})

test('roles are offered that would take this very token, and no others', async (t) => {
  const { visitor } = await setUp(t, {
    doors: () => ({ corp: { accounts: [SOURCE, TARGET] } }),
    roles: (arn, prefix) => [
      trusting('Everyone', arn),
      trusting('Alice', arn, { Condition: { StringEquals: { [`${prefix}:sub`]: 'alice' } } }),
      trusting('Bob', arn, { Condition: { StringEquals: { [`${prefix}:sub`]: 'bob' } } }),
      trusting('NamedAlice', arn, { Condition: { StringEquals: { 'sts:RoleSessionName': 'alice' } } }),
      trusting('Pinned', arn, { Condition: { Bool: { 'sts:RoleAuthorizedByIdp': 'true' } } }),
      trusting('Core', arn, { Condition: { StringEquals: { 'aws:RequestTag/Team': 'core' } } }),
      trusting('Late', arn, { Condition: { DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } } }),
      trusting('Other', 'arn:aws:iam::111111111111:oidc-provider/idp.example.com'),
    ],
  })
  const someone = visitor()
  const offered = async (claims?: Record<string, unknown>) => {
    const answer = await someone.signIn(claims)
    assert.equal(answer.headers.get('location'), '/login/corp/roles', await answer.text())
    return pickedIn(await (await someone.get('/login/corp/roles')).text())
  }
  const [everyone, reader] = [roleArn('Everyone'), roleArn('Reader', TARGET)]
  assert.deepEqual(await offered(), [roleArn('Alice'), everyone, roleArn('NamedAlice'), reader])
  assert.deepEqual(await offered({ sub: 'bob' }), [roleArn('Bob'), everyone, reader])
  const tags = { 'https://aws.amazon.com/tags': { principal_tags: { Team: ['core'] } } }
  assert.deepEqual(await offered({ sub: 'carol', ...tags }), [roleArn('Core'), everyone, reader])
  const claimed = [roleArn('Pinned'), everyone, roleArn('Bob'), roleArn('Missing'), roleArn('Far', '999999999999')]
  assert.deepEqual(await offered({ 'https://aws.amazon.com/roles': claimed }), [roleArn('Pinned'), everyone])
})

test('a role is chosen once', async (t) => {
  const { visitor } = await setUp(t, { roles: (arn) => [trusting('One', arn), trusting('Two', arn)] })
  const someone = visitor()
  await someone.signIn()
  const waiting = someone.cookies.get('rolecall-login') ?? ''
  const answer = await someone.post('/login/corp/roles', { roleIndex: roleArn('Two') })
  assert.equal(answer.headers.get('location'), '/console/credentials')
  assert.equal(someone.cookies.has('rolecall-login'), false)
  assert.match(await mainOf(await someone.get('/console/credentials')), /assumed-role\/Two\/alice/)
  const again = visitor()
  again.cookies.set('rolecall-login', waiting)
  assert.equal((await again.post('/login/corp/roles', { roleIndex: roleArn('One') })).status, 400)
})

test('a door leads to the roles that it names, as far as they take the token', async (t) => {
  const { visitor } = await setUp(t, {
    doors: ({ fake }) => ({
      corp: { accounts: [], roles: [roleArn('One'), roleArn('Reader', TARGET), roleArn('Nobody')] },
      one: { accounts: [], roles: [roleArn('One')] },
      none: { accounts: [], roles: [roleArn('Nobody'), providerArn(fake).replace(/:oidc.*/, ':role/Missing')] },
    }),
    roles: (arn) => [trusting('One', arn), trusting('Two', arn)],
  })
  const someone = visitor()
  await someone.signIn()
  assert.deepEqual(pickedIn(await (await someone.get('/login/corp/roles')).text()), [
    roleArn('One'),
    roleArn('Reader', TARGET),
  ])
  const refused = await someone.post('/login/corp/roles', { roleIndex: roleArn('Two') })
  assert.equal(refused.status, 403)
  assert.equal((await someone.signIn({}, 'one')).headers.get('location'), '/console/credentials')
  assert.equal((await someone.signIn({}, 'none')).status, 403)
})

test('sessions are named by the claim that is configured', async (t) => {
  const { visitor } = await setUp(t, { doors: () => ({ mail: { sessionName: 'email' } }) })
  const someone = visitor()
  for (const [claims, name] of [
    [{ email: 'zoe@example.com', email_verified: 'true' }, 'zoe@example.com'],
    [{ email: 'zoë&co@example.com', email_verified: true }, 'zo--co@example.com'],
  ] as const) {
    await someone.signIn(claims, 'mail')
    assert.ok((await mainOf(await someone.get('/console'))).includes(`assumed-role/Admin/${name} `), name)
  }
  for (const claims of [{}, { email: 'zoe@example.com' }, { email: 'zoe@example.com', email_verified: false }]) {
    const answer = await someone.signIn(claims, 'mail')
    assert.equal(answer.status, 400)
    assert.match(await mainOf(answer), /Missing a required claim: email/)
  }
})

test('whoever was signed in before is signed out', async (t) => {
  const { visitor } = await setUp(t)
  const someone = visitor()
  await someone.signIn()
  const before = someone.cookies.get('rolecall') ?? ''
  await someone.signIn()
  const thief = visitor()
  thief.cookies.set('rolecall', before)
  assert.equal((await thief.get('/console')).headers.get('location'), '/signin')
})

test('a sign-in goes on when the provider rotates its keys in the middle of it', async (t) => {
  const { visitor, provider } = await setUp(t)
  const { issuerKey, signed } = await import('../../fake-issuer.ts')
  const someone = visitor()
  await someone.signIn()
  const asked = await someone.begin()
  const second = await issuerKey('second')
  provider.fake.keys = [second.jwk]
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: provider.issuer,
    sub: 'alice',
    aud: 'terminal',
    iat: now,
    exp: now + 300,
    nonce: asked.get('nonce'),
  }
  const id_token = await signed(claims, second)
  provider.on('/token', () => ({ body: { access_token: 'a', token_type: 'Bearer', id_token } }))
  const answer = await someone.get(
    `/login/corp/callback?${new URLSearchParams({ code: 'c', state: asked.get('state') ?? '' })}`,
  )
  assert.equal(answer.headers.get('location'), '/console/credentials', await answer.text())
})

test('records say who signed in, what was offered and what was taken, and hold no token', async (t) => {
  const { visitor, broker } = await setUp(t)
  await visitor().signIn()
  const events = (await broker.events()).map(({ eventName, errorCode }) => [eventName, errorCode])
  assert.deepEqual(events.slice(-3).sort(), [
    ['AssumeRoleWithWebIdentity', undefined],
    ['ConsoleLogin', undefined],
    ['ListOfferedRoles', undefined],
  ])
  assert.doesNotMatch(JSON.stringify(await broker.events()), /eyJ/)
})
