import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { IAMClient, UpdateAccountPasswordPolicyCommand } from '@aws-sdk/client-iam'
import { cheapPasswords } from '../../cheap-passwords.ts'
import { ALLOW_ALL, openSite, PASSWORD, type Visitor } from './visitor.ts'

cheapPasswords()

const ACCOUNT = '111111111111'
const PAGE = '/console/password'
const OTHER = 'another-Horse-8-battery'
const OWN_PASSWORD = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: ['iam:ChangePassword', 'iam:GetAccountPasswordPolicy'], Resource: '*' },
}
const LoginProfile = { Password: PASSWORD }
const DIRECTORY = {
  Accounts: [
    {
      Id: ACCOUNT,
      Alias: 'source',
      Users: [
        { UserName: 'alice', LoginProfile, Policies: [{ PolicyName: 'own', PolicyDocument: OWN_PASSWORD }] },
        { UserName: 'bob', LoginProfile },
        { UserName: 'admin', AccessKeys: [{}], Policies: [{ PolicyName: 'all', PolicyDocument: ALLOW_ALL }] },
      ],
    },
  ],
}

async function site(t: TestContext) {
  const opened = await openSite(t, { directory: DIRECTORY })
  const iam = new IAMClient(await opened.broker.as(`${ACCOUNT}/admin`))
  t.after(() => iam.destroy())
  return { ...opened, iam }
}

async function change(visitor: Visitor, old: string, first: string, again = first) {
  return await visitor.post(PAGE, { old, new: first, again })
}

test('who may not change their password is told so in the words of AWS', async (t) => {
  const { signedIn } = await site(t)
  const bob = await signedIn({ user: 'bob' })
  assert.match((await bob.get(PAGE)).text, /which you are not permitted to see/)
  const { status, text } = await change(bob, PASSWORD, OTHER)
  assert.equal(status, 403)
  assert.match(text, /not authorized to perform: iam:ChangePassword on resource: user bob/)
  assert.match(text, /Reference: <code>[0-9a-f-]{36}/)
})

test('the account is asked what a password has to be, and the page says it', async (t) => {
  const { signedIn, iam } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  assert.match((await alice.get(PAGE)).text, /at least 8 characters<.*three of:/)
  await iam.send(
    new UpdateAccountPasswordPolicyCommand({
      MinimumPasswordLength: 20,
      RequireNumbers: true,
      PasswordReusePrevention: 3,
      MaxPasswordAge: 90,
      AllowUsersToChangePassword: true,
    }),
  )
  const { text } = await alice.get(PAGE)
  for (const rule of [
    'at least 20 characters',
    'a digit',
    'to differ from the last 3',
    'to be replaced after 90 days',
  ]) {
    assert.ok(text.includes(`<li>${rule}</li>`), rule)
  }
  assert.ok(!text.includes('uppercase'))
  const short = await change(alice, PASSWORD, 'short-1')
  assert.equal(short.status, 400)
  assert.match(short.text, /Password should have a minimum length of 20/)
  const reused = await change(alice, PASSWORD, PASSWORD)
  assert.equal(reused.status, 400)
  assert.match(reused.text, /was used before/)
})

test('a wrong password changes nothing, and is not guessed at for long', async (t) => {
  const { signedIn } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  for (let attempt = 0; attempt < 5; attempt++) {
    const { status, text } = await change(alice, `wrong-${attempt}`, OTHER)
    assert.equal(status, 403)
    assert.match(text, /The old password was incorrect\./)
    assert.ok(!text.includes(OTHER) && !text.includes(`wrong-${attempt}`))
  }
  const locked = await change(alice, PASSWORD, OTHER)
  assert.equal(locked.status, 409)
  assert.match(locked.text, /incorrect too often/)
})

test('two that differ, none at all, and one of another form change nothing', async (t) => {
  const { signedIn } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  for (const sent of [
    { old: PASSWORD, new: OTHER, again: `${OTHER}!` },
    { old: PASSWORD, new: '', again: '' },
    { old: PASSWORD, new: 'a'.repeat(200), again: 'a'.repeat(200) },
    { old: PASSWORD, new: `${OTHER}\u0000`, again: `${OTHER}\u0000` },
    {},
  ]) {
    assert.equal((await alice.post(PAGE, sent)).status, 400, JSON.stringify(sent).slice(0, 60))
  }
  for (const headers of [{ Origin: 'https://evil.example' }, { Origin: '' }]) {
    assert.equal((await alice.post(PAGE, { old: PASSWORD, new: OTHER, again: OTHER }, headers)).status, 403)
  }
  const stolen = await alice.post(PAGE, { token: 'A'.repeat(43), old: PASSWORD, new: OTHER, again: OTHER })
  assert.equal(stolen.status, 403)
  await signedIn({ user: 'alice' })
})

test('a changed password signs in, the old one does not, and other sign-ins go on', async (t) => {
  const { broker, signedIn, visitor } = await site(t)
  const [alice, other] = [await signedIn({ user: 'alice' }), await signedIn({ user: 'alice' })]
  const done = await change(alice, PASSWORD, OTHER)
  assert.equal(done.location, PAGE)
  assert.match((await alice.get(PAGE)).text, /Your password is changed/)
  assert.doesNotMatch((await alice.get(`${PAGE}?changed`)).text, /Your password is changed/, 'it is said once')
  assert.equal((await other.get('/console')).status, 200)
  assert.equal((await visitor().signIn({ user: 'alice' })).status, 403)
  assert.equal((await visitor().signIn({ user: 'alice', password: OTHER })).location, '/console')
  const events = JSON.stringify(await broker.events())
  assert.ok(events.includes('ChangePassword') && !events.includes(OTHER) && !events.includes(PASSWORD))
})

test('an expired password is replaced before anything else, where users may', async (t) => {
  const { broker, visitor, iam } = await site(t)
  const policy = { MinimumPasswordLength: 8, MaxPasswordAge: 30, AllowUsersToChangePassword: true }
  await iam.send(new UpdateAccountPasswordPolicyCommand(policy))
  broker.clock.advance(30 * 86_400_000)
  const bob = visitor()
  assert.equal((await bob.signIn({ user: 'bob' })).location, '/signin/password')
  assert.match((await bob.get('/signin/password')).text, /Your password has expired/)
  assert.equal((await bob.get('/console')).location, '/signin')
  const done = await bob.post('/signin/password', { old: PASSWORD, new: OTHER, again: OTHER })
  assert.equal(done.location, '/console')
  assert.equal((await bob.get('/console')).status, 200)

  await iam.send(new UpdateAccountPasswordPolicyCommand({ ...policy, HardExpiry: true }))
  const refused = await visitor().signIn({ user: 'alice' })
  assert.equal(refused.status, 403)
  assert.match(refused.text, /Ask an administrator/)
})
