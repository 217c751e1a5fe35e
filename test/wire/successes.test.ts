import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { startTestBroker } from '../../src/testing/index.ts'
import { type Actor, arnOf, directoryWith, policy, roleArn, SOURCE, TARGET, trusting } from './cast.ts'
import { OPEN, trustingRole } from './refusals/refusal.ts'
import { type Stage, setStage } from './stage.ts'
import { formPost, type Params, queryGet, send, sign, type WireAnswer } from './wire-client.ts'

const GET_CALLER_IDENTITY = { Action: 'GetCallerIdentity' }
const HOUR = 3_600_000
const TARGET_ROOT = `arn:aws:iam::${TARGET}:root`

const DIRECTORY = directoryWith([
  trustingRole(OPEN, policy(trusting('*')), { MaxSessionDuration: 43_200 }),
  trustingRole('ForPath', policy(trusting(arnOf('alice'))), { Path: '/team/deep/' }),
  trustingRole('ForIdle', policy(trusting(arnOf('target/idle')))),
  trustingRole('ForBounded', policy(trusting(arnOf('target/bounded')))),
  trustingRole('ForAccount', policy(trusting(TARGET_ROOT))),
  trustingRole('ForNumber', policy(trusting(SOURCE))),
  trustingRole('ForItself', policy(trusting(arnOf('alice'), roleArn('ForItself')))),
])

let stage: Stage
before(async () => {
  stage = await setStage({ directory: DIRECTORY })
})
after(() => stage[Symbol.asyncDispose]())

async function clientOf(actor: Actor): Promise<STSClient> {
  const credentials = await stage.credentialsOf(actor)
  return new STSClient({ endpoint: stage.broker.endpoint, region: 'us-east-1', credentials })
}

async function assume(actor: Actor, RoleArn: string, more: { DurationSeconds?: number } = {}) {
  return await (await clientOf(actor)).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session', ...more }))
}

describe('AssumeRole with the AWS SDK', () => {
  test('across accounts, it gives credentials for an hour, and says whose', async () => {
    const asked = Date.now()
    const { AssumedRoleUser, Credentials, PackedPolicySize, SourceIdentity } = await assume('alice', roleArn(OPEN))
    assert.match(AssumedRoleUser?.AssumedRoleId ?? '', /^AROA[A-Z2-7]{17}:session$/)
    assert.equal(AssumedRoleUser?.Arn, `arn:aws:sts::${TARGET}:assumed-role/Open/session`)
    assert.match(Credentials?.AccessKeyId ?? '', /^ASIA[A-Z2-7]{16}$/)
    assert.match(Credentials?.SecretAccessKey ?? '', /^[A-Za-z0-9+/]{40}$/)
    const lifetime = (Credentials?.Expiration?.getTime() ?? 0) - asked
    assert.ok(lifetime > HOUR - 2000 && lifetime < HOUR + 10_000, `${lifetime} ms`)
    assert.equal(Credentials?.Expiration?.getMilliseconds(), 0)
    assert.equal(PackedPolicySize, undefined)
    assert.equal(SourceIdentity, undefined)
  })

  test('it lasts as long as was asked for, up to twelve hours', async () => {
    for (const DurationSeconds of [900, 43_200]) {
      const asked = Date.now()
      const { Credentials } = await assume('alice', roleArn(OPEN), { DurationSeconds })
      const lifetime = (Credentials?.Expiration?.getTime() ?? 0) - asked
      assert.ok(Math.abs(lifetime - DurationSeconds * 1000) < 10_000, `${lifetime} ms`)
    }
  })

  test('within the account, a role that trusts a user by name needs no policy of the user', async () => {
    assert.ok((await assume('target/idle', roleArn('ForIdle'))).Credentials)
  })

  test('within the account, a boundary does not limit what a role grants a user by name', async () => {
    assert.ok((await assume('target/bounded', roleArn('ForBounded'))).Credentials)
  })

  test('a role that trusts the account is open to those whom the account lets', async () => {
    assert.ok((await assume('target/bob', roleArn('ForAccount'))).Credentials)
    assert.ok((await assume('alice', roleArn('ForNumber'))).Credentials)
  })

  test('a role that names itself can assume itself', async () => {
    const mine = credentialsOf(await assume('alice', roleArn('ForItself')))
    const again = await call({ Action: 'AssumeRole', RoleArn: roleArn('ForItself'), RoleSessionName: 'again' }, mine)
    assert.equal(again.status, 200, again.body)
  })

  test('a chain of two roles goes on for an hour when nothing is asked, however long the role may last', async () => {
    const asked = Date.now()
    const { Credentials, AssumedRoleUser } = await assume('Courier:first', roleArn(OPEN))
    assert.equal(AssumedRoleUser?.Arn, `arn:aws:sts::${TARGET}:assumed-role/Open/session`)
    assert.ok(Math.abs((Credentials?.Expiration?.getTime() ?? 0) - asked - HOUR) < 10_000)
  })

  test('every session has a token and a secret of its own', async () => {
    const one = credentialsOf(await assume('alice', roleArn(OPEN)))
    const other = credentialsOf(await assume('alice', roleArn(OPEN)))
    assert.notEqual(one.sessionToken, other.sessionToken)
    assert.notEqual(one.secretAccessKey, other.secretAccessKey)
    assert.notEqual(one.accessKeyId, other.accessKeyId)
  })
})

describe('GetCallerIdentity with the AWS SDK', () => {
  const identities: readonly (readonly [Actor, RegExp])[] = [
    ['root', /^111111111111$/],
    ['alice', /^AIDA[A-Z2-7]{17}$/],
    ['carol', /^AIDA[A-Z2-7]{17}$/],
    ['Operations:first', /^AROA[A-Z2-7]{17}:first$/],
  ]
  for (const [actor, userId] of identities) {
    test(`${actor} is ${arnOf(actor)}`, async () => {
      const { Arn, UserId, Account } = await (await clientOf(actor)).send(new GetCallerIdentityCommand({}))
      assert.equal(Arn, arnOf(actor))
      assert.match(UserId ?? '', userId)
      assert.equal(Account, actor.startsWith('Operations') ? TARGET : SOURCE)
    })
  }

  test('a role session drops the path of its role', async () => {
    const credentials = credentialsOf(await assume('alice', roleArn('ForPath', '/team/deep/')))
    const { body } = await call(GET_CALLER_IDENTITY, credentials)
    assert.match(body, /<Arn>arn:aws:sts::222222222222:assumed-role\/ForPath\/session<\/Arn>/)
  })

  test('not even the denial of everything stops it', async () => {
    const { Arn } = await (await clientOf('denied')).send(new GetCallerIdentityCommand({}))
    assert.equal(Arn, arnOf('denied'))
  })
})

describe('presigned GetCallerIdentity', () => {
  const presigned = { ...GET_CALLER_IDENTITY, Version: '2011-06-15' }
  const signing = { presigned: true }
  const host = () => new URL(stage.broker.endpoint).host

  test('a URL says who signed it', async () => {
    for (const by of ['alice', 'Courier:first']) {
      const { status, body } = await stage.ask({ by, get: true, signing, params: GET_CALLER_IDENTITY })
      assert.equal(status, 200, body)
      assert.ok(body.includes(`<Arn>${arnOf(by)}</Arn>`))
    }
  })

  test('a session token may be appended after the URL was signed', async () => {
    const { sessionToken = '', ...unsealed } = await stage.credentialsOf('Courier:first')
    const request = await sign(queryGet(host(), presigned), unsealed, signing)
    const target = `${request.target}&X-Amz-Security-Token=${encodeURIComponent(sessionToken)}`
    assert.equal((await send(stage.broker.endpoint, { ...request, target })).status, 200)
  })

  test('the token of an EKS cluster is one for a cluster of that name alone', async () => {
    const { endpoint } = stage.broker
    const request = queryGet(host(), presigned)
    const headers = { ...request.headers, 'x-k8s-aws-id': 'my-cluster' }
    const token = await sign({ ...request, headers }, await stage.credentialsOf('Courier:first'), signing)
    assert.match(token.target, /X-Amz-SignedHeaders=host%3Bx-k8s-aws-id/)

    const asked = { ...token, headers: { ...token.headers, accept: 'application/json' } }
    const { status, headers: answered, body } = await send(endpoint, asked)
    assert.equal(status, 200, body)
    assert.equal(answered['content-type'], 'application/json')
    const { GetCallerIdentityResponse } = JSON.parse(body)
    const { Account, Arn, UserId } = GetCallerIdentityResponse.GetCallerIdentityResult
    assert.deepEqual({ Account, Arn }, { Account: SOURCE, Arn: arnOf('Courier:first') })
    assert.match(UserId, /^AROA[A-Z2-7]{17}:first$/)

    const elsewhere = { ...token, headers: { ...token.headers, 'x-k8s-aws-id': 'other-cluster' } }
    assert.equal((await send(endpoint, elsewhere)).fault?.code, 'SignatureDoesNotMatch')
  })
})

describe('answers', () => {
  const accept: (type: string) => NonNullable<Parameters<Stage['ask']>[0]['before']> = (type) => (request) => ({
    ...request,
    headers: { ...request.headers, accept: type },
  })

  test('an answer is for nobody to keep, and has the same id in its header and in its body', async () => {
    const { headers, body } = await stage.ask({})
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['content-type'], 'text/xml')
    assert.ok(body.includes(`<RequestId>${headers['x-amzn-requestid']}</RequestId>`))
    assert.ok(Math.abs(Date.parse(headers.date ?? '') - Date.now()) < 10_000, 'SDKs set their clock by it')
    const extended = Buffer.from(String(headers['x-amz-sts-extended-request-id']), 'base64').toString()
    assert.match(extended, /^1:us-east-1:S:[0-9]{13}:R:[A-Za-z0-9]{8}$/)
  })

  test('credentials come as JSON when it is asked for, with seconds since the epoch', async () => {
    const { status, headers, body } = await stage.ask({ before: accept('application/json') })
    assert.equal(status, 200, body)
    const { AssumeRoleResult, ResponseMetadata } = JSON.parse(body).AssumeRoleResponse
    assert.equal(ResponseMetadata.RequestId, headers['x-amzn-requestid'])
    assert.equal(AssumeRoleResult.AssumedRoleUser.Arn, `arn:aws:sts::${TARGET}:assumed-role/Open/session`)
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = AssumeRoleResult.Credentials
    assert.ok(Number.isInteger(Expiration) && Math.abs(Expiration * 1000 - Date.now() - HOUR) < 10_000)
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    assert.equal((await call(GET_CALLER_IDENTITY, credentials)).status, 200)
  })

  test('a refusal comes as JSON when it is asked for', async () => {
    const params = { RoleArn: roleArn('Absent') }
    const { status, headers, body } = await stage.ask({ params, before: accept('text/plain, application/json;q=0.9') })
    assert.equal(status, 403)
    assert.deepEqual(JSON.parse(body), {
      Error: {
        Code: 'AccessDenied',
        Message: `User: ${arnOf('alice')} is not authorized to perform: sts:AssumeRole on resource: ${roleArn('Absent')}`,
        Type: 'Sender',
      },
      RequestId: headers['x-amzn-requestid'],
    })
  })

  test('whoever takes anything is answered in XML', async () => {
    const { headers } = await stage.ask({ before: accept('*/*') })
    assert.equal(headers['content-type'], 'text/xml')
  })
})

describe('regions', () => {
  const regions =
    'us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 eu-west-1 eu-central-1 ap-south-1 ap-east-1 sa-east-1'
  test('every region of the partition is a scope', async () => {
    for (const region of regions.split(' ')) {
      const { status, body } = await stage.ask({ params: GET_CALLER_IDENTITY, signing: { region } })
      assert.equal(status, 200, `${region}: ${body}`)
    }
  })

  test('a broker of another partition has its regions and its ARNs', async () => {
    await using broker = await startTestBroker({
      partition: 'aws-cn',
      directory: { Accounts: [{ Id: SOURCE, Alias: 'china', Users: [{ UserName: 'alice', AccessKeys: [{}] }] }] },
    })
    const alice = await broker.as('china/alice')
    assert.equal(alice.region, 'cn-north-1')
    const { Arn } = await new STSClient(alice).send(new GetCallerIdentityCommand({}))
    assert.equal(Arn, `arn:aws-cn:iam::${SOURCE}:user/alice`)
    const refused = new STSClient({ ...alice, region: 'us-east-1' }).send(new GetCallerIdentityCommand({}))
    await assert.rejects(refused, { name: 'SignatureDoesNotMatch', message: /scoped to a valid region/ })
  })
})

interface Assumed {
  readonly Credentials?:
    | { AccessKeyId?: string | undefined; SecretAccessKey?: string | undefined; SessionToken?: string | undefined }
    | undefined
}

function credentialsOf({ Credentials: { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = {} }: Assumed) {
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
}

type Keys = Parameters<typeof sign>[1]

async function call(params: Params, credentials: Keys): Promise<WireAnswer> {
  const { endpoint } = stage.broker
  return await send(
    endpoint,
    await sign(formPost(new URL(endpoint).host, { Version: '2011-06-15', ...params }), credentials),
  )
}
