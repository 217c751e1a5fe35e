import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { DeleteLoginProfileCommand, DeleteUserCommand, IAMClient } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { cheapPasswords } from '../../cheap-passwords.ts'
import { ALLOW_ALL, openSite, PASSWORD, textOf, type Visitor, valueIn } from './visitor.ts'

cheapPasswords()

const ACCOUNT = '111111111111'
const PAGE = '/console/access-keys'
const OWN_KEYS = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Action: ['iam:*AccessKey*', 'iam:GetAccessKeyLastUsed'],
    Resource: `arn:aws:iam::${ACCOUNT}:user/\${aws:username}`,
  },
}
const LIST_ONLY = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'iam:ListAccessKeys', Resource: '*' } }
const withPassword = (UserName: string, PolicyDocument?: Record<string, unknown>) => ({
  UserName,
  LoginProfile: { Password: PASSWORD },
  ...(PolicyDocument && { Policies: [{ PolicyName: 'own', PolicyDocument }] }),
})
const DIRECTORY = {
  Accounts: [
    {
      Id: ACCOUNT,
      Alias: 'source',
      Root: { LoginProfile: { Password: PASSWORD } },
      Users: [
        withPassword('alice', OWN_KEYS),
        withPassword('bob'),
        { ...withPassword('carol', LIST_ONLY), AccessKeys: [{}] },
        { UserName: 'admin', AccessKeys: [{}], Policies: [{ PolicyName: 'all', PolicyDocument: ALLOW_ALL }] },
      ],
    },
  ],
}

const site = (t: TestContext) => openSite(t, { directory: DIRECTORY })

/** Opens the page and gives the form that makes a key. */
async function createForm(visitor: Visitor) {
  return { do: 'create', once: valueIn((await visitor.get(PAGE)).text, 'once') }
}

const keysOn = (page: string) => [...page.matchAll(/<code>(AKIA\w+)</g)].map(([, id]) => id ?? '')

test('who may not see or make keys is told so in the words of AWS, with a reference', async (t) => {
  const { broker, signedIn } = await site(t)
  const bob = await signedIn({ user: 'bob' })
  const { status, text } = await bob.get(PAGE)
  assert.equal(status, 200)
  assert.match(text, /not authorized to perform: iam:ListAccessKeys on resource: user bob because no identity-based/)
  const refused = await bob.post(PAGE, { do: 'create', once: valueIn(text, 'once') })
  assert.equal(refused.status, 403)
  assert.match(refused.text, /not authorized to perform: iam:CreateAccessKey/)
  const reference = /Reference: <code>([0-9a-f-]{36})/.exec(refused.text)?.[1]
  const events = await broker.events()
  assert.equal(events.find(({ requestID }) => requestID === reference)?.['eventName'], 'CreateAccessKey')
})

test('who may not see when a key was used sees the rest', async (t) => {
  const { signedIn } = await site(t)
  const { text } = await (await signedIn({ user: 'carol' })).get(PAGE)
  assert.equal(keysOn(text).length, 1)
  assert.match(text, /You are not permitted to see this/)
})

test('a key is made once, however often and however fast its form is sent', async (t) => {
  const { broker, signedIn } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  const form = await createForm(alice)
  const answers = await Promise.all(Array.from({ length: 8 }, () => alice.post(PAGE, form)))
  const made = answers.filter(({ status }) => status === 200)
  assert.equal(made.length, 1)
  for (const { status, text } of answers.filter((each) => !made.includes(each))) {
    assert.equal(status, 409)
    assert.ok(!text.includes(textOf(made[0]?.text ?? '', 'secret-access-key')))
  }
  assert.equal((await alice.post(PAGE, form)).status, 409)
  assert.equal(keysOn((await alice.get(PAGE)).text).length, 1)
  assert.equal((await broker.events()).filter(({ eventName }) => eventName === 'CreateAccessKey').length, 1)
})

test('forms that were used count for the user, however often they sign in', async (t) => {
  const { signedIn } = await openSite(t, { directory: DIRECTORY })
  const first = await signedIn({ user: 'bob' })
  const old = await createForm(first)
  assert.equal((await first.post(PAGE, old)).status, 403)
  assert.equal((await first.post(PAGE, old)).status, 409)
  const again = await signedIn({ user: 'bob' })
  for (let count = 0; count < 100; count++) assert.equal((await again.post(PAGE, await createForm(again))).status, 403)
  // What ends first made way: nobody fills what all share by signing in again.
  assert.equal((await first.post(PAGE, old)).status, 403)
})

test('a form stays good when its page is opened once more, and opening it changes nothing', async (t) => {
  const { signedIn } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  const [first, second] = [await createForm(alice), await createForm(alice)]
  for (const form of [first, second]) assert.equal((await alice.post(PAGE, form)).status, 200)
  for (const form of [first, second]) assert.equal((await alice.post(PAGE, form)).status, 409)
})

test('a form without its mark, or with one that was made up, makes no key', async (t) => {
  const { signedIn } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  for (const form of [{ do: 'create' }, { do: 'create', once: '' }, { do: 'create', once: 'A'.repeat(43) }]) {
    await alice.get(PAGE)
    assert.equal((await alice.post(PAGE, form)).status, 409)
  }
  assert.deepEqual(keysOn((await alice.get(PAGE)).text), [])
})

test('nothing is done from another site, without the token of forms, or with that of another sign-in', async (t) => {
  const { signedIn } = await site(t)
  const [alice, again, bob] = [
    await signedIn({ user: 'alice' }),
    await signedIn({ user: 'alice' }),
    await signedIn({ user: 'bob' }),
  ]
  const form = await createForm(alice)
  for (const Origin of ['https://evil.example', 'null', '']) {
    assert.equal((await alice.post(PAGE, form, { Origin })).status, 403, Origin)
  }
  for (const token of ['', bob.token, again.token]) {
    const { status, text } = await alice.post(PAGE, { ...form, token })
    assert.equal(status, 403)
    assert.match(text, /belongs to an earlier sign-in/)
  }
  assert.deepEqual(keysOn((await alice.get(PAGE)).text), [])
  // What GET is asked for is never done.
  await alice.get(`${PAGE}?${new URLSearchParams({ ...form, token: alice.token })}`)
  assert.deepEqual(keysOn((await alice.get(PAGE)).text), [])
})

test('the secret is shown once, works, and stands in no other answer and no record', async (t) => {
  const { broker, signedIn } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  const { text, headers } = await alice.post(PAGE, await createForm(alice))
  assert.equal(headers.get('cache-control'), 'no-store')
  const [accessKeyId, secretAccessKey] = [textOf(text, 'access-key-id'), textOf(text, 'secret-access-key')]
  const settings = { endpoint: broker.endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } }
  const sts = new STSClient(settings)
  t.after(() => sts.destroy())
  assert.equal((await sts.send(new GetCallerIdentityCommand())).Arn, `arn:aws:iam::${ACCOUNT}:user/alice`)
  const page = (await alice.get(PAGE)).text
  assert.deepEqual(keysOn(page), [accessKeyId])
  assert.match(page, /\(today\), for sts in us-east-1/)
  assert.ok(!page.includes(secretAccessKey))
  assert.ok(!JSON.stringify(await broker.events()).includes(secretAccessKey))
})

test('a key is deactivated, activated and deleted; one more than there may be is refused', async (t) => {
  const { signedIn } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  await alice.post(PAGE, await createForm(alice))
  await alice.post(PAGE, await createForm(alice))
  const third = await alice.post(PAGE, await createForm(alice))
  assert.equal(third.status, 409)
  assert.match(third.text, /Cannot exceed quota for AccessKeysPerUser: 2/)
  const [key = '', other = ''] = keysOn((await alice.get(PAGE)).text)
  const change = async (what: string, id = key) => (await alice.post(PAGE, { do: what, key: id })).status
  assert.equal(await change('deactivate'), 303)
  assert.match((await alice.get(PAGE)).text, /Inactive/)
  assert.equal(await change('activate'), 303)
  assert.ok(!(await alice.get(PAGE)).text.includes('Inactive'))
  assert.equal(await change('delete'), 303)
  assert.equal(await change('delete'), 404)
  assert.deepEqual(keysOn((await alice.get(PAGE)).text), [other])
})

test('keys of others, and what is no key or no change, are refused', async (t) => {
  const { broker, signedIn } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  const { accessKeyId } = (await broker.as(`${ACCOUNT}/admin`)).credentials
  for (const key of [accessKeyId, '', '"><script>', 'A'.repeat(1000)]) {
    const { status, text } = await alice.post(PAGE, { do: 'delete', key })
    assert.ok(status === 404 || status === 400, `${status}`)
    assert.ok(!text.includes('<script>'))
  }
  for (const what of ['', 'constructor', '__proto__', 'Delete', 'toString']) {
    assert.equal((await alice.post(PAGE, { do: what, key: accessKeyId })).status, 400)
  }
})

test('after signing out, and once the user is gone, nothing is shown or done', async (t) => {
  const { broker, signedIn } = await site(t)
  const alice = await signedIn({ user: 'alice' })
  const form = await createForm(alice)
  const copy = new Map(alice.cookies)
  await alice.post('/signout', {})
  for (const [name, value] of copy) alice.cookies.set(name, value)
  assert.equal((await alice.get(PAGE)).location, '/signin')
  assert.equal((await alice.post(PAGE, form)).location, '/signin')

  const bob = await signedIn({ user: 'bob' })
  const iam = new IAMClient(await broker.as(`${ACCOUNT}/admin`))
  t.after(() => iam.destroy())
  await iam.send(new DeleteLoginProfileCommand({ UserName: 'bob' }))
  assert.equal((await bob.get(PAGE)).status, 200, 'another password, or none, ends no session')
  await iam.send(new DeleteUserCommand({ UserName: 'bob' }))
  assert.equal((await bob.get(PAGE)).location, '/signin')
  assert.equal((await bob.post(PAGE, form)).location, '/signin')
})

test('root looks after its own keys, and is warned on every page', async (t) => {
  const { signedIn } = await site(t)
  const root = await signedIn({ as: 'root' })
  const made = await root.post(PAGE, await createForm(root))
  assert.match(textOf(made.text, 'secret-access-key'), /^[\w+/]{40}$/)
  const { text } = await root.get(PAGE)
  const [key = ''] = keysOn(text)
  assert.ok(key.startsWith('AKIA'))
  for (const page of [made.text, text]) assert.match(page, /You are the root user/)
  for (const what of ['deactivate', 'delete']) assert.equal((await root.post(PAGE, { do: what, key })).status, 303)
  assert.deepEqual(keysOn((await root.get(PAGE)).text), [])
  const { status, text: password } = await root.get('/console/password')
  assert.equal(status, 403)
  assert.match(password, /the password of the root user is set in a directory file/)
})
