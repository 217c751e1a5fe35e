import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  AssumeRoleCommand,
  type Credentials,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { startTestBroker, type TestBroker } from '../../../src/testing/index.ts'

const ACCOUNT = '111111111111'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Admin`
const ALLOW_ALL = {
  PolicyName: 'all',
  PolicyDocument: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
}
const AssumeRolePolicyDocument = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' },
}
const DIRECTORY = {
  Accounts: [
    {
      Id: ACCOUNT,
      Alias: 'source',
      Users: [{ UserName: 'alice', AccessKeys: [{}], Policies: [ALLOW_ALL] }],
      Roles: [{ RoleName: 'Admin', AssumeRolePolicyDocument, Policies: [ALLOW_ALL], MaxSessionDuration: 43_200 }],
    },
  ],
}

let broker: TestBroker
before(async () => {
  broker = await startTestBroker({ directory: DIRECTORY })
})
after(() => broker.stop())

type Fields = Readonly<Record<string, string>>
type Shown = Pick<Credentials, 'AccessKeyId' | 'SecretAccessKey' | 'SessionToken'>

function client({ AccessKeyId = '', SecretAccessKey = '', SessionToken }: Partial<Shown>): STSClient {
  const token = SessionToken === undefined ? {} : { sessionToken: SessionToken }
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, ...token }
  return new STSClient({ endpoint: broker.endpoint, region: 'us-east-1', credentials })
}

async function alice(): Promise<Shown> {
  const { credentials } = await broker.as('source/alice')
  return { AccessKeyId: credentials.accessKeyId, SecretAccessKey: credentials.secretAccessKey, SessionToken: undefined }
}

async function role(by?: Shown): Promise<Shown> {
  const asked = new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'me' })
  const { Credentials: made } = await client(by ?? (await alice())).send(asked)
  assert.ok(made)
  return made
}

async function federated(): Promise<Shown> {
  const { Credentials: made } = await client(await alice()).send(new GetFederationTokenCommand({ Name: 'bob' }))
  assert.ok(made)
  return made
}

function sessionOf({ AccessKeyId, SecretAccessKey, SessionToken }: Shown): string {
  return JSON.stringify({ sessionId: AccessKeyId, sessionKey: SecretAccessKey, sessionToken: SessionToken })
}

function ask(fields: Fields): Promise<Response> {
  return fetch(`${broker.endpoint}/federation?${new URLSearchParams(fields)}`, { redirect: 'manual' })
}

function getToken(shown: Shown, more: Fields = {}): Promise<Response> {
  return ask({ Action: 'getSigninToken', Session: sessionOf(shown), ...more })
}

async function tokenFor(shown: Shown, more: Fields = {}): Promise<string> {
  const answer = await getToken(shown, more)
  const body = await answer.text()
  assert.equal(answer.status, 200, body)
  return JSON.parse(body).SigninToken
}

function login(SigninToken: string, more: Fields = {}): Promise<Response> {
  return ask({ Action: 'login', Issuer: 'https://broker.example', Destination: '/console', SigninToken, ...more })
}

async function assertRefused(answer: Response, sentence: RegExp): Promise<string> {
  const page = await answer.text()
  assert.equal(answer.status, 400, page)
  assert.match(page, sentence)
  assert.equal(answer.headers.get('set-cookie'), null)
  assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  return page
}

const INVALID = /The security token included in the request is invalid/

describe('getSigninToken', () => {
  const SHAPE = /Session has to be JSON with sessionId, sessionKey and sessionToken/
  for (const Session of [
    '',
    'x',
    '[]',
    'null',
    '{}',
    '"text"',
    '{"sessionId":1,"sessionKey":2,"sessionToken":3}',
    '{"__proto__":{"sessionId":"a","sessionKey":"b","sessionToken":"c"}}',
    '['.repeat(10_000),
  ]) {
    test(`takes no Session ${Session.slice(0, 40)}`, async () => {
      await assertRefused(await ask({ Action: 'getSigninToken', Session }), SHAPE)
    })
  }

  test('takes no long-term key', async () => {
    await assertRefused(await getToken(await alice()), SHAPE)
    await assertRefused(await getToken({ ...(await alice()), SessionToken: 'none' }), INVALID)
  })

  test('refuses credentials whose parts do not belong together in the words for credentials that are over', async () => {
    const [one, other] = [await role(), await role()]
    const pages = new Set<string>()
    const refused = async (shown: Shown) => {
      const page = await assertRefused(await getToken(shown), INVALID)
      pages.add(page.replace(/[0-9a-f-]{36}/, ''))
      assert.ok(!page.includes(shown.SecretAccessKey ?? '') && !page.includes(shown.SessionToken ?? ''))
    }
    await refused({ ...one, SecretAccessKey: other.SecretAccessKey })
    await refused({ ...one, AccessKeyId: other.AccessKeyId })
    await refused({ ...one, SessionToken: other.SessionToken })
    broker.expireNow(other)
    await refused(other)
    assert.equal(pages.size, 1)
  })

  test('takes no credentials of GetSessionToken: a user signs in with a password', async () => {
    const { Credentials: made } = await client(await alice()).send(new GetSessionTokenCommand({}))
    assert.ok(made)
    await assertRefused(await getToken(made), /credentials of AssumeRole, one of its kin, or GetFederationToken/)
  })

  for (const SessionDuration of ['899', '43201', '', '1h', '-900', '9e2', '900.5', ' 900', '٩٠٠']) {
    test(`takes no SessionDuration ${JSON.stringify(SessionDuration)}`, async () => {
      await assertRefused(
        await getToken(await role(), { SessionDuration }),
        /SessionDuration has to be 900 to 43200 seconds/,
      )
    })
  }

  test('takes SessionDuration neither for GetFederationToken nor for a role that another role assumed', async () => {
    const more = { SessionDuration: '900' }
    await assertRefused(await getToken(await federated(), more), /not for credentials of GetFederationToken/)
    const chained = await role(await role())
    await assertRefused(await getToken(chained, more), /not for a role that another role assumed/)
    assert.equal((await getToken(chained)).status, 200)
    assert.equal((await getToken(await federated())).status, 200)
  })

  test('answers JSON as AWS does, by GET and by POST, to programs that say of no origin that they are of it', async () => {
    const fields = {
      Action: 'getSigninToken',
      SessionType: 'json',
      SessionDuration: '43200',
      Session: sessionOf(await role()),
    }
    for (const answer of [
      await ask(fields),
      await fetch(`${broker.endpoint}/federation`, { method: 'POST', body: new URLSearchParams(fields) }),
    ]) {
      assert.equal(answer.status, 200)
      assert.equal(answer.headers.get('content-type'), 'application/json')
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      assert.match(await answer.text(), /^\{"SigninToken":"[\w-]{43}"\}$/)
    }
  })

  test('stands in the audit trail, without anything that was shown', async () => {
    const shown = await role()
    const answer = await getToken(shown)
    const records = (await broker.events()).filter(
      ({ requestID }) => requestID === answer.headers.get('x-amzn-requestid'),
    )
    assert.deepEqual(
      records.map(({ eventName, eventType }) => [eventName, eventType]),
      [['GetSigninToken', 'AwsConsoleSignIn']],
    )
    const text = JSON.stringify(records)
    assert.ok(!text.includes(shown.SecretAccessKey ?? '') && !text.includes(shown.SessionToken ?? ''))
  })
})

describe('login', () => {
  const OVER = /This link is over/
  test('takes no token that was made up, and none of another kind', async () => {
    const { SessionToken = '' } = await role()
    for (const token of ['', 'A'.repeat(43), '../x', SessionToken]) await assertRefused(await login(token), OVER)
  })

  test('takes a token once, of many who come at once', async () => {
    const token = await tokenFor(await role())
    const answers = await Promise.all([1, 2, 3].map(() => login(token)))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 400, 400])
    await assertRefused(await login(token), OVER)
  })

  test('takes none when its credentials have ended', async () => {
    const shown = await role()
    const token = await tokenFor(shown)
    broker.expireNow(shown)
    await assertRefused(await login(token), OVER)
  })

  test('signs in with the session of the credentials, as long as was asked for', async () => {
    const answer = await login(await tokenFor(await role(), { SessionDuration: '900' }))
    assert.equal(answer.status, 303)
    assert.equal(answer.headers.get('location'), '/console')
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
    const [cookie = ''] = answer.headers.getSetCookie()
    assert.match(cookie, /^rolecall=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
    const headers = { Cookie: cookie.split(';')[0] ?? '' }
    const page = await (await fetch(`${broker.endpoint}/console`, { headers })).text()
    assert.match(page, /assumed-role\/Admin\/me/)
    assert.match(page, /Sign-in link/)
    assert.match(page, /data-seconds-left="(?:900|8\d\d)"/)
    const records = (await broker.events()).filter(
      ({ requestID }) => requestID === answer.headers.get('x-amzn-requestid'),
    )
    assert.deepEqual(
      records.map(({ eventName }) => eventName),
      ['ConsoleLogin'],
    )
  })

  test('signs a federated user in, who has no credentials to take away', async () => {
    const [cookie = ''] = (await login(await tokenFor(await federated()))).headers.getSetCookie()
    const headers = { Cookie: cookie.split(';')[0] ?? '' }
    const page = await (await fetch(`${broker.endpoint}/console/credentials`, { headers })).text()
    assert.match(page, /There are no credentials to show/)
  })

  for (const Destination of [
    'https://evil.example/',
    '//evil.example',
    'javascript:alert(1)',
    '/\\evil.example',
    '/signout',
    'https://console.aws.amazon.com/s3',
    '',
  ]) {
    test(`leads to the start page for the Destination ${JSON.stringify(Destination)}`, async () => {
      const answer = await login(await tokenFor(await role()), { Destination })
      assert.equal(answer.headers.get('location'), '/console')
    })
  }

  test('leads to the page of ours that Destination names', async () => {
    for (const Destination of ['/console/credentials', `${broker.endpoint}/console/credentials`]) {
      const answer = await login(await tokenFor(await role()), { Destination })
      assert.equal(answer.headers.get('location'), '/console/credentials')
    }
  })

  test('is over after 15 minutes', async () => {
    await using own = await startTestBroker({ directory: DIRECTORY })
    const outer = broker
    broker = own
    try {
      const token = await tokenFor(await role())
      own.clock.advance(15 * 60_000)
      await assertRefused(await login(token), OVER)
    } finally {
      broker = outer
    }
  })
})

test('other actions are told, and logout asks the person', async () => {
  for (const Action of ['', 'GetSigninToken', '<script>', 'delete']) {
    await assertRefused(await ask({ Action }), /Action has to be getSigninToken, login or logout/)
  }
  const answer = await ask({ Action: 'logout', redirect_uri: 'https://evil.example' })
  assert.equal(answer.headers.get('location'), '/signout')
  assert.equal(answer.headers.get('set-cookie'), null)
})

test('a name that stands there twice is refused: another reader would take the other', async () => {
  const shown = encodeURIComponent(sessionOf(await role()))
  const answer = await fetch(`${broker.endpoint}/federation?Action=getSigninToken&Session=${shown}&Session=x`)
  assert.equal(answer.status, 400)
})

test('nothing that stands in an address is logged, neither when it is right nor when it is wrong', async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./log-of-links.ts', import.meta.url))])
  const [log, said] = await Promise.all([text(child.stderr), text(child.stdout)])
  const { statuses, secrets } = JSON.parse(said)
  assert.deepEqual(statuses, [200, 400, 400, 400, 303, 400, 303, 400])
  assert.match(log, /page\.refused/)
  for (const secret of secrets) assert.ok(!log.includes(secret), 'a secret stands in the log')
})
