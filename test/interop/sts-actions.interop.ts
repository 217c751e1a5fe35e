import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as sdk from '@aws-sdk/client-sts'
import { type Broker, type DirectoryInput, startBroker } from '../../src/index.ts'
import { execute, isInstalled } from './setting.ts'

const FIRST = '111111111111'
const MIDDLE = '222222222222'
const LAST = '333333333333'
const MARKING = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']
const middleRole = `arn:aws:iam::${MIDDLE}:role/Middle`
const lastRole = `arn:aws:iam::${LAST}:role/Last`
const policy = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement })
const ALL = { PolicyName: 'all', PolicyDocument: policy({ Effect: 'Allow', Action: '*', Resource: '*' }) }

/** Three accounts: a user of the first becomes a role of the second, and that one a role of the third. */
const DIRECTORY: DirectoryInput = {
  Accounts: [
    { Id: FIRST, Alias: 'first', Users: [{ UserName: 'alice', AccessKeys: [{}], Policies: [ALL] }] },
    {
      Id: MIDDLE,
      Roles: [
        {
          RoleName: 'Middle',
          AssumeRolePolicyDocument: policy({ Effect: 'Allow', Principal: { AWS: FIRST }, Action: MARKING }),
          Policies: [ALL],
        },
      ],
    },
    {
      Id: LAST,
      Roles: [
        {
          RoleName: 'Last',
          AssumeRolePolicyDocument: policy({
            Effect: 'Allow',
            Principal: { AWS: middleRole },
            Action: MARKING,
            Condition: {
              StringEquals: { 'aws:PrincipalTag/Project': 'blue', 'sts:SourceIdentity': 'alice.real' },
            },
          }),
        },
      ],
    },
  ],
}

const LEASHED = /because no session policy allows the sts:GetAccessKeyInfo action$/

interface Keys {
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
  readonly SessionToken?: string
}

interface Answer {
  readonly Arn?: string
  readonly Account?: string
  readonly SourceIdentity?: string
  readonly PackedPolicySize?: number
  readonly Credentials?: Keys
  readonly DecodedMessage?: string
  /** AWS's code and message, where it was refused. */
  readonly refused?: string
  /** The `x-rolecall-explanation` of a refusal. */
  readonly explanation?: string | undefined
}

type Call = (action: string, params: object, keys: Keys, endpoint: string) => Promise<Answer>

const environment = (keys: Keys, endpoint: string) => ({
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  AWS_ACCESS_KEY_ID: keys.AccessKeyId,
  AWS_SECRET_ACCESS_KEY: keys.SecretAccessKey,
  ...(keys.SessionToken !== undefined && { AWS_SESSION_TOKEN: keys.SessionToken }),
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ENDPOINT_URL_STS: endpoint,
})

const kebab = (action: string) => action.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()

const PYTHON = `import boto3, json, sys
from botocore.exceptions import ClientError
try:
    answer = getattr(boto3.client('sts'), sys.argv[1])(**json.loads(sys.argv[2]))
    print(json.dumps(answer, default=str))
except ClientError as error:
    refused = error.response['Error']['Code'] + ': ' + error.response['Error']['Message']
    headers = error.response['ResponseMetadata']['HTTPHeaders']
    print(json.dumps({'refused': refused, 'explanation': headers.get('x-rolecall-explanation')}))`

const CLIENTS: Readonly<Record<string, { readonly installed: Promise<boolean>; readonly call: Call }>> = {
  'the aws CLI': {
    installed: isInstalled('aws', '--version'),
    async call(action, params, keys, endpoint) {
      const args = ['sts', kebab(action), '--cli-input-json', JSON.stringify(params), '--output', 'json', '--debug']
      const { status, stdout, stderr } = await execute('aws', args, environment(keys, endpoint))
      if (status === 0) return JSON.parse(stdout)
      const [, code, message] = /\((\w+)\) when calling the \w+ operation: ([^\n]*)/.exec(stderr) ?? [stderr]
      // Headers of an answer are told only to whoever asks for everything.
      const [, explanation] = /'x-rolecall-explanation': '([\w-]+)'/.exec(stderr) ?? []
      return { refused: `${code}: ${message}`, explanation }
    },
  },
  boto3: {
    installed: isInstalled('python3', '-c', 'import boto3'),
    async call(action, params, keys, endpoint) {
      const args = ['-c', PYTHON, kebab(action).replaceAll('-', '_'), JSON.stringify(params)]
      const { stdout, stderr } = await execute('python3', args, environment(keys, endpoint))
      assert.ok(stdout, stderr)
      return JSON.parse(stdout)
    },
  },
  'the JS SDK': {
    installed: Promise.resolve(true),
    async call(action, params, keys, endpoint) {
      const credentials = {
        accessKeyId: keys.AccessKeyId,
        secretAccessKey: keys.SecretAccessKey,
        ...(keys.SessionToken !== undefined && { sessionToken: keys.SessionToken }),
      }
      const client = new sdk.STS({ endpoint, region: 'us-east-1', credentials })
      const method = `${action.charAt(0).toLowerCase()}${action.slice(1)}`
      try {
        return await Reflect.get(client, method).call(client, params)
      } catch (error) {
        if (!(error instanceof sdk.STSServiceException)) throw error
        const explanation = error.$response?.headers['x-rolecall-explanation']
        return { refused: `${error.name}: ${error.message}`, explanation }
      }
    },
  },
}

for (const [name, { installed, call }] of Object.entries(CLIENTS)) {
  suite(`${name}, unmodified, in a chain of three accounts`, { skip: !(await installed) }, () => {
    const start = async (): Promise<Started> => {
      const broker = await startBroker({ directory: DIRECTORY, dev: true })
      const { accessKeyId, secretAccessKey } = (await broker.as('first/alice')).credentials
      const alice = { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey }
      return {
        broker,
        alice,
        ask: (action, params = {}, keys = alice) => call(action, params, keys, broker.endpoint),
        advance: async (duration) => {
          const answer = await fetch(`${broker.addresses.admin}/clock`, {
            method: 'POST',
            headers: { Authorization: `Bearer ${broker.operatorToken}`, 'Content-Type': 'application/json' },
            body: JSON.stringify({ advance: duration }),
          })
          assert.equal(answer.ok, true, await answer.text())
        },
      }
    }

    test('is a user, a federated user, and told whose a key is', async () => {
      const { broker, alice, ask } = await start()
      await using _ = broker
      const token = await ask('GetSessionToken', { DurationSeconds: 900 })
      assert.equal((await ask('GetCallerIdentity', {}, token.Credentials)).Arn, `arn:aws:iam::${FIRST}:user/alice`)
      const again = await ask('GetSessionToken', {}, token.Credentials)
      assert.equal(again.refused, 'AccessDenied: Cannot call GetSessionToken with session credentials')
      const Policy = JSON.stringify(policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }))
      const federated = await ask('GetFederationToken', { Name: 'fred', Policy })
      assert.ok((federated.PackedPolicySize ?? 0) > 0)
      const { Arn } = await ask('GetCallerIdentity', {}, federated.Credentials)
      assert.equal(Arn, `arn:aws:sts::${FIRST}:federated-user/fred`)
      assert.equal((await ask('GetAccessKeyInfo', { AccessKeyId: alice.AccessKeyId })).Account, FIRST)
    })

    test('carries tags and identity to the end of the chain, on the leash of a session policy', async () => {
      const { broker, ask } = await start()
      await using _ = broker
      const straight = await ask('AssumeRole', { RoleArn: middleRole, RoleSessionName: 'plain' })
      const unmarked = await ask('AssumeRole', { RoleArn: lastRole, RoleSessionName: 'unmarked' }, straight.Credentials)
      assert.match(unmarked.refused ?? '', /^AccessDenied: .*assumed-role\/Middle\/plain is not authorized/)
      const middle = await ask('AssumeRole', {
        RoleArn: middleRole,
        RoleSessionName: 'marked',
        Tags: [{ Key: 'Project', Value: 'blue' }],
        TransitiveTagKeys: ['Project'],
        SourceIdentity: 'alice.real',
        Policy: JSON.stringify(policy({ Effect: 'Allow', Action: MARKING, Resource: lastRole })),
      })
      assert.ok((middle.PackedPolicySize ?? 0) > 0)
      const last = await ask('AssumeRole', { RoleArn: lastRole, RoleSessionName: 'end' }, middle.Credentials)
      assert.equal(last.SourceIdentity, 'alice.real')
      const { Arn } = await ask('GetCallerIdentity', {}, last.Credentials)
      assert.equal(Arn, `arn:aws:sts::${LAST}:assumed-role/Last/end`)
      const leashed = await ask('GetAccessKeyInfo', { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, middle.Credentials)
      assert.match(leashed.refused ?? '', LEASHED)
    })

    test('decodes why it was refused, and no message that was changed', async () => {
      const { broker, ask } = await start()
      await using _ = broker
      const { refused, explanation } = await ask('AssumeRole', { RoleArn: lastRole, RoleSessionName: 'unmarked' })
      assert.match(refused ?? '', /^AccessDenied: /)
      assert.ok(explanation, 'the refusal has a message')
      const changed = await ask('DecodeAuthorizationMessage', { EncodedMessage: `${explanation}AA` })
      assert.match(changed.refused ?? '', /^InvalidAuthorizationMessageException: Message is not valid$/)
      const { DecodedMessage = '' } = await ask('DecodeAuthorizationMessage', { EncodedMessage: explanation })
      const { allowed, context, rolecall } = JSON.parse(DecodedMessage)
      assert.deepEqual(
        [allowed, context.action, context.resource, rolecall.side],
        [false, 'sts:AssumeRole', lastRole, 'caller'],
      )
    })

    test('sees each session of the chain end in its own time, and the leash hold until then', async () => {
      const { broker, ask, advance } = await start()
      await using _ = broker
      const { Credentials: middle } = await ask('AssumeRole', {
        RoleArn: middleRole,
        RoleSessionName: 'marked',
        Tags: [{ Key: 'Project', Value: 'blue' }],
        TransitiveTagKeys: ['Project'],
        SourceIdentity: 'alice.real',
        Policy: JSON.stringify(policy({ Effect: 'Allow', Action: MARKING, Resource: lastRole })),
      })
      const next = { RoleArn: lastRole, RoleSessionName: 'end', DurationSeconds: 900 }
      const { Credentials: last } = await ask('AssumeRole', next, middle)
      const leash = async () => (await ask('GetAccessKeyInfo', { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, middle)).refused
      await advance('PT14M')
      assert.match((await ask('GetCallerIdentity', {}, last)).Arn ?? '', /assumed-role\/Last\/end$/)
      await advance('PT1M')
      assert.match((await ask('GetCallerIdentity', {}, last)).refused ?? '', /^ExpiredToken/)
      await advance('PT44M')
      assert.match((await leash()) ?? '', LEASHED)
      assert.ok((await ask('AssumeRole', next, middle)).Credentials)
      await advance('PT1M')
      assert.match((await leash()) ?? '', /^ExpiredToken/)
      assert.match((await ask('AssumeRole', next, middle)).refused ?? '', /^ExpiredToken/)
    })

    test('works with the longest sessions of all for 36 hours, and not a second longer', async () => {
      const { broker, ask, advance } = await start()
      await using _ = broker
      const longest = { DurationSeconds: 36 * 3600 }
      const tooLong = await ask('GetSessionToken', { DurationSeconds: 36 * 3600 + 1 })
      assert.match(tooLong.refused ?? '', /^ValidationError: .*'durationSeconds'/)
      const { Credentials: token } = await ask('GetSessionToken', longest)
      const Policy = JSON.stringify(policy({ Effect: 'Allow', Action: '*', Resource: '*' }))
      const { Credentials: federated } = await ask('GetFederationToken', { ...longest, Name: 'fred', Policy })
      const middle = { RoleArn: middleRole, RoleSessionName: 'late' }
      await advance('PT35H59M')
      assert.match((await ask('GetCallerIdentity', {}, token)).Arn ?? '', /:user\/alice$/)
      assert.match((await ask('GetCallerIdentity', {}, federated)).Arn ?? '', /:federated-user\/fred$/)
      const { Credentials: late } = await ask('AssumeRole', middle, token)
      await advance('PT1M1S')
      const OVER = 'ExpiredToken: The security token included in the request is expired'
      for (const keys of [token, federated]) assert.equal((await ask('GetCallerIdentity', {}, keys)).refused, OVER)
      assert.equal((await ask('AssumeRole', middle, token)).refused, OVER)
      const { Arn } = await ask('GetCallerIdentity', {}, late)
      assert.equal(Arn, `arn:aws:sts::${MIDDLE}:assumed-role/Middle/late`, 'a session made in time has its own')
    })
  })
}

interface Started {
  readonly broker: Broker
  readonly alice: Keys
  readonly ask: (...args: Asked) => Promise<Answer>
  /** Moves the clock that expiry is judged by, by an ISO 8601 duration. */
  readonly advance: (duration: string) => Promise<void>
}

type Asked = readonly [action: string, params?: object, keys?: Keys]
