import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { type Broker, type BrokerOptions, startBroker } from '../../src/index.ts'
import { RawClient } from '../doors/http/raw-client.ts'
import { policy, trusting } from './cast.ts'
import { type Credentials, formPost, send, sign, type WireAnswer, type WireRequest } from './wire-client.ts'

const [SOURCE, TARGET] = ['111111111111', '222222222222']
const DEPLOYER = `arn:aws:iam::${TARGET}:role/Deployer`
const MAY_ASSUME = {
  PolicyName: 'may-assume',
  PolicyDocument: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }),
}
const DIRECTORY = {
  Accounts: [
    {
      Id: SOURCE,
      Users: ['alice', 'bob'].map((UserName) => ({ UserName, AccessKeys: [{}], Policies: [MAY_ASSUME] })),
    },
    {
      Id: TARGET,
      Users: [{ UserName: 'carol', AccessKeys: [{}] }],
      Roles: [{ RoleName: 'Deployer', AssumeRolePolicyDocument: policy(trusting(SOURCE)) }],
    },
  ],
}
const WHO = { Action: 'GetCallerIdentity' }
const ASSUME = { Action: 'AssumeRole', RoleArn: DEPLOYER, RoleSessionName: 'session' }

async function brokerWith(t: TestContext, limits: BrokerOptions['limits']): Promise<Broker> {
  const broker = await startBroker({ logLevel: 'silent', directory: DIRECTORY, limits })
  t.after(() => broker.stop())
  return broker
}

async function ask(
  { endpoint }: Broker,
  credentials: Credentials,
  params: Readonly<Record<string, string>> = WHO,
): Promise<WireAnswer> {
  const request = formPost(new URL(endpoint).host, { Version: '2011-06-15', ...params })
  return await send(endpoint, await sign(request, credentials))
}

function bytesOf({ method, target, headers, body }: WireRequest): string {
  const lines = Object.entries({ ...headers, 'content-length': body.length }).map((line) => line.join(': '))
  return `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`
}

const codeOf = ({ status, fault }: WireAnswer) => fault?.code ?? String(status)

async function counted({ addresses }: Broker, outcome: string): Promise<number> {
  const body = await (await fetch(`${addresses.admin}/metrics`)).text()
  const lines = body.matchAll(/^rolecall_requests_total\{operation="(?:sts:\w+|none)",outcome="(\w+)"\} (\d+)$/gm)
  return [...lines].reduce((sum, [, each, count]) => sum + (each === outcome ? Number(count) : 0), 0)
}

describe('throttling', () => {
  test('beyond its rate an account is refused as AWS refuses, and told when to try again', async (t) => {
    const broker = await brokerWith(t, { requestsPerSecond: 1 })
    const { credentials } = await broker.as(`${SOURCE}/alice`)
    assert.equal((await ask(broker, credentials)).status, 200)
    const { status, headers, fault } = await ask(broker, credentials)
    assert.equal(status, 400)
    assert.deepEqual([fault?.type, fault?.code, fault?.message], ['Sender', 'Throttling', 'Rate exceeded'])
    const waitMs = Number(headers['x-amz-retry-after'])
    assert.ok(waitMs > 0 && waitMs <= 1000, `wait ${waitMs} ms`)
    await sleep(waitMs)
    assert.equal((await ask(broker, credentials)).status, 200)
    assert.equal(await counted(broker, 'throttled'), 1)
  })

  test('the users of an account, their sessions apart, and all actions share one bucket', async (t) => {
    const broker = await brokerWith(t, { requestsPerSecond: 2 })
    const { credentials: alice } = await broker.as(`${SOURCE}/alice`)
    const { credentials: bob } = await broker.as(`${SOURCE}/bob`)
    const { credentials: carol } = await broker.as(`${TARGET}/carol`)
    const codes = [await ask(broker, alice, ASSUME), await ask(broker, bob), await ask(broker, bob, ASSUME)].map(codeOf)
    assert.deepEqual(codes, ['200', '200', 'Throttling'])
    assert.equal(codeOf(await ask(broker, carol)), '200', 'a role in another account is charged to the caller')
  })

  test('a refusal counts against the rate, and comes before the parameters are looked at', async (t) => {
    const broker = await brokerWith(t, { requestsPerSecond: 1 })
    const { credentials } = await broker.as(`${TARGET}/carol`)
    assert.equal(codeOf(await ask(broker, credentials, ASSUME)), 'AccessDenied')
    assert.equal(codeOf(await ask(broker, credentials, { Action: 'AssumeRole' })), 'Throttling')
  })

  test('is recorded once a second, whatever is asked: nobody fills the audit trail by asking too much', async (t) => {
    const broker = await brokerWith(t, { requestsPerSecond: 5 })
    const { credentials } = await broker.as(`${SOURCE}/alice`)
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask(broker, credentials)))
    const throttled = answers.filter((answer) => codeOf(answer) === 'Throttling').length
    await sleep(1300)
    const answer = await fetch(`${broker.addresses.admin}/operations/ListEvents`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${broker.operatorToken}` },
      body: JSON.stringify({ limit: 100, error: 'Throttling' }),
    })
    const { events } = JSON.parse(await answer.text())
    const counts = events.map(
      (each: Record<string, Record<string, number>>) => each['additionalEventData']?.['throttledRequests'],
    )
    assert.ok(counts.length >= 1 && counts.length <= 2, `${counts.length} records`)
    assert.equal(
      counts.reduce((sum: number, count: number) => sum + count, 0),
      throttled,
    )
  })

  test('who proves nothing uses up nobody’s rate', async (t) => {
    const broker = await brokerWith(t, { requestsPerSecond: 1 })
    const { credentials } = await broker.as(`${SOURCE}/alice`)
    const forged = { ...credentials, secretAccessKey: 'x'.repeat(40) }
    for (let count = 0; count < 5; count++) {
      assert.equal(codeOf(await ask(broker, forged)), 'SignatureDoesNotMatch')
    }
    assert.equal(codeOf(await ask(broker, credentials)), '200')
    assert.equal(codeOf(await ask(broker, forged)), 'SignatureDoesNotMatch', 'nor learns of it')
  })

  test('a burst of SDK clients far beyond the rate ends in success: they try again', async (t) => {
    // Slower than any machine asks: the retries of the SDK have to wait for the bucket.
    const broker = await brokerWith(t, { requestsPerSecond: 20 })
    const settings = await broker.as(`${SOURCE}/alice`)
    const clients = Array.from({ length: 10 }, () => new STSClient({ ...settings, maxAttempts: 8 }))
    t.after(() => clients.forEach((client) => void client.destroy()))
    const calls = Array.from({ length: 40 }, (_, index) => clients[index % 10]?.send(new GetCallerIdentityCommand()))
    const answers = await Promise.all(calls)
    assert.ok(answers.every((answer) => answer?.Account === SOURCE))
    assert.ok((await counted(broker, 'throttled')) > 0)
    assert.equal(await counted(broker, 'granted'), 40)
  })

  test('there is none in memory and in development unless it is asked for', async (t) => {
    const broker = await brokerWith(t, {})
    const { credentials } = await broker.as(`${SOURCE}/alice`)
    const host = new URL(broker.endpoint).host
    const request = await sign(formPost(host, { Version: '2011-06-15', ...WHO }), credentials)
    for (let round = 0; round < 8; round++) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => send(broker.endpoint, request)))
      assert.ok(answers.every(({ status }) => status === 200))
    }
  })
})

describe('overload', () => {
  test('more at once than can be worked on and can wait is answered with 503 at once, and clients try again', async (t) => {
    const broker = await brokerWith(t, { requestsAtOnce: 1, requestsWaiting: 1 })
    const settings = await broker.as(`${SOURCE}/alice`)
    const { host, port } = new URL(broker.endpoint)
    const request = await sign(formPost(host, { Version: '2011-06-15', ...WHO }), settings.credentials)
    const clients = await Promise.all(Array.from({ length: 50 }, () => RawClient.open(Number(port))))
    t.after(() => clients.forEach((client) => void client.leave()))
    // Accepted one by one, and asked all in one turn.
    for (const client of clients) {
      client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      await client.until('</ErrorResponse>')
      client.forget()
    }
    for (const client of clients) client.send(bytesOf(request))
    const answers = await Promise.all(clients.map((client) => client.until('Response>')))
    const shed = answers.filter((answer) => !answer.startsWith('HTTP/1.1 200 '))
    assert.ok(shed.length > 0 && shed.length < 50, `${shed.length} of 50 were sent away`)
    for (const answer of shed) {
      assert.match(answer, /^HTTP\/1\.1 503 /)
      assert.match(answer, /<Type>Receiver<\/Type>\s*<Code>ServiceUnavailable<\/Code>/)
    }
    assert.equal(await counted(broker, 'shed'), shed.length)

    // What is signed waits elsewhere than a flood without signatures.
    const [last, ...flood] = clients
    for (const client of clients) client.forget()
    for (const client of flood)
      client.send('GET /?Action=GetCallerIdentity&Version=2011-06-15 HTTP/1.1\r\nHost: a\r\n\r\n')
    last?.send(bytesOf(request))
    const unsigned = await Promise.all(flood.map((client) => client.until('Response>')))
    assert.ok(unsigned.some((answer) => answer.startsWith('HTTP/1.1 503 ')))
    assert.match((await last?.until('Response>')) ?? '', /^HTTP\/1\.1 200 /)

    const client = new STSClient({ ...settings, maxAttempts: 10 })
    t.after(() => client.destroy())
    const assume = new AssumeRoleCommand({ RoleArn: DEPLOYER, RoleSessionName: 'session' })
    const granted = await Promise.all(Array.from({ length: 10 }, () => client.send(assume)))
    assert.ok(granted.every(({ Credentials }) => Credentials?.AccessKeyId?.startsWith('ASIA')))
  })
})
