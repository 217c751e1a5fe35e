import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { AssumeRoleCommand, STSClient, STSServiceException } from '@aws-sdk/client-sts'
import { type Broker, startBroker } from '../../src/index.ts'
import { commandLine, temporaryHome } from './command-line.ts'
import { errorAnswer, fakeBroker } from './fake-broker.ts'

const SOURCE = '111111111111'
const TARGET = '222222222222'
const ROLE = `arn:aws:iam::${TARGET}:role/Deployer`
const policy = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement })
const DIRECTORY = {
  Accounts: [
    {
      Id: SOURCE,
      Root: { AccessKeys: [{}] },
      Users: [{ UserName: 'alice', AccessKeys: [{}] }],
    },
    {
      Id: TARGET,
      Roles: [
        {
          RoleName: 'Deployer',
          AssumeRolePolicyDocument: policy({
            Effect: 'Allow',
            Principal: { AWS: SOURCE },
            Action: 'sts:AssumeRole',
            Condition: { StringEquals: { 'sts:ExternalId': 'blue' } },
          }),
        },
      ],
    },
  ],
}
const REQUEST_ID = '01234567-89ab-4cde-8f01-23456789abcd'

/** Asks alice's SDK for the role, in vain: what the answer says of itself. */
async function refused(broker: Broker): Promise<{ readonly message: string; readonly requestId: string }> {
  const sts = new STSClient(await broker.as(`${SOURCE}/alice`))
  let message = ''
  sts.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const { headers } = result.response as { headers: Record<string, string> }
      message = headers['x-rolecall-explanation'] ?? ''
      return result
    },
    { step: 'deserialize', priority: 'low' },
  )
  const command = new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'ci', ExternalId: 'green' })
  const fault = await sts.send(command).catch((error: unknown) => error)
  assert.ok(fault instanceof STSServiceException)
  return { message, requestId: fault.$metadata.requestId ?? '' }
}

describe('rolecall explain', () => {
  test('without a broker that answers, or with one that refuses, it says so in one line', async () => {
    const nowhere = await commandLine(['explain', REQUEST_ID, '--admin', 'http://127.0.0.1:1', '--data', '/nowhere'])
    assert.match(nowhere.stderr, /^rolecall: \/nowhere\/operator-token cannot be read \(ENOENT\)[^\n]*\n$/)
    assert.equal(nowhere.status, 1)

    const words = 'Message is not valid'
    await using api = await fakeBroker(() => errorAnswer(400, 'InvalidAuthorizationMessageException', words))
    const environment = { AWS_ACCESS_KEY_ID: 'AKIAALICE', AWS_SECRET_ACCESS_KEY: 'secret' }
    const { status, stdout, stderr } = await commandLine(['explain', 'AAAA', '--endpoint', api.origin], { environment })
    assert.equal(stderr, `rolecall: InvalidAuthorizationMessageException: ${words}\n`)
    assert.equal(stdout, '')
    assert.equal(status, 1)
  })

  test('an answer that explains nothing is not taken for an explanation', async () => {
    const answers = [{}, { DecodedMessage: 'x' }, { DecodedMessage: '{}' }, { DecodedMessage: '{"rolecall":{}}' }]
    const environment = { AWS_ACCESS_KEY_ID: 'AKIAALICE', AWS_SECRET_ACCESS_KEY: 'secret' }
    for (const DecodeAuthorizationMessageResult of answers) {
      const body = { DecodeAuthorizationMessageResponse: { DecodeAuthorizationMessageResult } }
      await using api = await fakeBroker(() => ({ body }))
      const { status, stderr } = await commandLine(['explain', 'AAAA', '--endpoint', api.origin], { environment })
      assert.match(stderr, /^rolecall: http:\S+ decoded the message into nothing that Rolecall would say\n$/)
      assert.equal(status, 1)
    }
  })

  test('no line that a broker says moves the cursor of a terminal', async () => {
    const rolecall = {
      because: 'a\u001b[2Jb',
      tree: ['c\u001b[2Jd\u202e\u2066\u200b'],
      changes: ['e\r\nf\u2028\u2029\ufeff'],
      requestId: 'x\u0007',
    }
    const DecodedMessage = JSON.stringify({ rolecall, context: { principal: { arn: 'g\u001b[2J' } } })
    const body = { DecodeAuthorizationMessageResponse: { DecodeAuthorizationMessageResult: { DecodedMessage } } }
    await using api = await fakeBroker(() => ({ body }))
    const environment = { AWS_ACCESS_KEY_ID: 'AKIAALICE', AWS_SECRET_ACCESS_KEY: 'secret' }
    const { stdout } = await commandLine(['explain', 'AAAA', '--endpoint', api.origin], { environment })
    assert.match(stdout, /^[\n\P{C}]+$/u)
    assert.doesNotMatch(stdout, /[\p{Zl}\p{Zp}]/u)
  })

  test('the caller’s own credentials are told their side, which ends in what would have to change', async (t) => {
    const broker = await startBroker({ directory: DIRECTORY, logLevel: 'silent' })
    t.after(() => broker.stop())
    const { message, requestId } = await refused(broker)
    const { env } = await broker.as(`arn:aws:iam::${SOURCE}:root`)
    const { status, stdout, stderr } = await commandLine(['explain', message], { environment: env })
    assert.equal(stderr, '')
    assert.equal(
      stdout.replace(/\d{4}-\d\d-\d\dT[\d:]+Z/, 'TIME'),
      `denied   arn:aws:iam::${SOURCE}:user/alice  sts:AssumeRole  ${ROLE}
request  ${requestId}  TIME
because  no identity-based policy allows it
seen by  the caller's account: what the other account holds is not shown

identity-based policies: none
permissions boundary: none
session policies: none

What would have to change:
  - Allow sts:AssumeRole on ${ROLE} in an identity-based policy of user alice
  - Account ${TARGET} has to allow it, too: whether it does is for its own administrators to see.
`,
    )
    assert.equal(status, 0)
    const json = JSON.parse((await commandLine(['explain', message, '--json'], { environment: env })).stdout)
    assert.equal(json.allowed, false)
    assert.equal(json.rolecall.side, 'caller')
  })

  test('the operator is told both sides, by message and by request id', async (t) => {
    using home = temporaryHome()
    const readyFile = join(home.path, 'ready.json')
    const broker = await startBroker({ directory: DIRECTORY, logLevel: 'silent', readyFile })
    t.after(() => broker.stop())
    const { message, requestId } = await refused(broker)
    const { env } = await broker.as(`${SOURCE}/alice`)
    for (const args of [[message], [requestId], [requestId.toUpperCase()]]) {
      const { stdout, stderr } = await commandLine(['explain', ...args, '--ready-file', readyFile])
      assert.equal(stderr, '')
      assert.match(
        stdout,
        /\nWhat would have to change:\n {2}- Meet the condition of statement 1 of the role trust policy, or change it: StringEquals sts:ExternalId "blue" \(it is "green"\)\n {2}- Allow sts:AssumeRole on \S+ in an identity-based policy of user alice\n$/,
      )
    }
    const insisting = ['explain', message, '--json', '--ready-file', readyFile]
    const { stdout } = await commandLine(insisting, { environment: env })
    assert.equal(JSON.parse(stdout).requestId, requestId)
  })
})
