import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { type RunningNode, startInProcess } from '../../../src/compose/index.ts'
import { PLAIN_TERMS } from '../../../src/model/index.ts'
import { revokeSessions } from '../../../src/operations/broker/index.ts'

const ACCOUNT = '111111111111'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Admin`
const HOUR_MS = 3_600_000
const DIRECTORY = {
  Accounts: [
    {
      Id: ACCOUNT,
      Alias: 'source',
      Roles: [
        {
          RoleName: 'Admin',
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' },
          },
        },
      ],
    },
  ],
}

interface Stage {
  readonly node: RunningNode
  readonly origin: string
  readonly sessionId: string
  /** Of the browser in which the role is signed in, as `get` and `post` are. */
  readonly formToken: string
  get(path: string, headers?: Record<string, string>): Promise<Response>
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Response>
}

async function setStage(t: TestContext): Promise<Stage> {
  const { node, broker } = await startInProcess(
    { data: ':memory:', dev: true, logLevel: 'silent', directory: DIRECTORY },
    'console',
  )
  t.after(() => broker.stop())
  const { directory, sessions, clock } = node.broker
  const role = await directory.role(ROLE)
  assert.ok(role)
  const { credentials } = sessions.mint({
    account: role.account,
    holder: {
      kind: 'assumed-role',
      roleName: role.roleName,
      roleId: role.uniqueId,
      sessionName: 'me@example.com',
      chainDepth: 0,
    },
    issuedAt: clock.now(),
    lifetimeMs: HOUR_MS,
    terms: PLAIN_TERMS,
  })
  const connection = { sourceIp: '192.0.2.7', secureTransport: false }
  const { consoleBroker } = node
  const facts = consoleBroker.factsOf({ rawHeaders: [] }, connection)
  const { handle, formToken } = await consoleBroker.signIn(credentials.sessionToken, 'saml', facts)
  const cookie = `rolecall=${handle}`
  const { origin } = consoleBroker
  return {
    node,
    origin,
    sessionId: credentials.sessionId,
    formToken,
    get: (path, headers = { Cookie: cookie }) => fetch(origin + path, { redirect: 'manual', headers }),
    post: (path, form, headers = {}) =>
      fetch(origin + path, {
        method: 'POST',
        redirect: 'manual',
        headers: { Origin: origin, Cookie: cookie, ...headers },
        body: new URLSearchParams(form),
      }),
  }
}

/** The text of an element of a page that has nothing but text in it. */
function textOf(page: string, id: string): string {
  const text = new RegExp(`id="${id}">([^<]*)<`).exec(page)?.[1] ?? ''
  return text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&')
}

test('a handle counts for nothing when its session has been revoked or has expired', async (t) => {
  const revoked = await setStage(t)
  assert.equal((await revoked.get('/console')).status, 200)
  await revoked.node.operate(revokeSessions, { kind: 'session', target: revoked.sessionId })
  assert.equal((await revoked.get('/console')).headers.get('location'), '/signin')

  const expired = await setStage(t)
  expired.node.virtualClock?.advance(HOUR_MS)
  assert.equal((await expired.get('/console/credentials')).headers.get('location'), '/signin')
})

test('signing out takes the token of forms, ends the sign-in for every copy of its handle, and removes the cookie', async (t) => {
  const { get, post, formToken } = await setStage(t)
  assert.equal((await get('/signout')).status, 200)
  assert.equal((await post('/signout', {})).status, 403)
  assert.equal((await get('/console')).status, 200)
  const answer = await post('/signout', { token: formToken })
  assert.equal(answer.status, 303)
  assert.deepEqual(answer.headers.getSetCookie(), ['rolecall=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0'])
  assert.equal((await get('/console')).headers.get('location'), '/signin')
})

test('the start page says who is signed in and for how long', async (t) => {
  const { get } = await setStage(t)
  const page = await (await get('/console')).text()
  assert.match(page, /arn:aws:sts::111111111111:assumed-role\/Admin\/me@example\.com/)
  assert.match(page, /SAML identity provider/)
  assert.match(page, /data-seconds-left="3[56]\d\d"/)
})

test('the credentials on the page are taken by AWS clients', async (t) => {
  const { get, origin } = await setStage(t)
  const page = await (await get('/console/credentials')).text()
  const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(textOf(page, 'text-json'))
  const sts = new STSClient({
    endpoint: origin,
    region: 'us-east-1',
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
  })
  const { Arn } = await sts.send(new GetCallerIdentityCommand())
  sts.destroy()
  assert.equal(Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/Admin/me@example.com`)
})

test('the API answers at its paths as if there were no pages', async (t) => {
  const { get } = await setStage(t)
  const answer = await get('/?Action=GetCallerIdentity&Version=2011-06-15', {})
  assert.equal(answer.status, 403)
  assert.match(await answer.text(), /MissingAuthenticationToken/)
  for (const path of ['/nothing', '//signin', '/consoles']) {
    const { headers } = await get(path, {})
    assert.equal(headers.get('content-security-policy'), null, path)
  }
})
