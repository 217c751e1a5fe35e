import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { fromInstanceMetadata } from '@aws-sdk/credential-providers'
import {
  type ContainerSteeringInput,
  type SteeringInput,
  startTestBroker,
  type TestBroker,
  type TestInstance,
} from '../../src/testing/index.ts'
import { isInstalled } from './setting.ts'

/** What clients do when an instance is steered like that: the lines of the table in docs/testing.md. */
interface Row {
  readonly name: string
  readonly steering?: SteeringInput
  /** What happens between the fetch of the credentials and their use. */
  readonly between?: (broker: TestBroker, instance: TestInstance) => void
  readonly boto3: string
  readonly js: string
}

/** Fetches credentials, waits for a line, and asks STS who it is. */
const PYTHON = `
import datetime, sys, botocore.session
session = botocore.session.get_session()
try:
    credentials = session.get_credentials()
except Exception as error:
    print('fetched', flush=True)
    sys.stdin.readline()
    print(type(error).__name__)
    sys.exit()
print('fetched', flush=True)
sys.stdin.readline()
if credentials is None:
    print('no credentials')
else:
    try:
        session.create_client('sts').get_caller_identity()
        print((credentials._expiry_time - datetime.datetime.now(datetime.timezone.utc)).total_seconds() / 60)
    except botocore.exceptions.ClientError as error:
        print(error.response['Error']['Code'])
`
const V1_TOO = { httpTokens: 'optional' } as const
const onToken = (fault: object): SteeringInput => ({ faults: [{ path: 'api/token', ...fault }] })
const onRole = (fault: object): SteeringInput => ({ faults: [{ path: 'meta-data/iam', ...fault }] })

const NONE = { boto3: 'no credentials', js: 'ProviderError' }
const WITH_TOKEN = { boto3: 'credentials', js: 'credentials' }
const WITHOUT = { boto3: 'credentials without a token', js: 'credentials without a token' }
const LATER_WITHOUT = {
  boto3: 'credentials without a token, a second later',
  js: 'credentials without a token, a second later',
}
const INVALID = { boto3: 'no credentials', js: 'CredentialsProviderError' }
const NO_JSON = { boto3: 'no credentials', js: 'SyntaxError' }
const EXPIRED = { boto3: 'credentials, refused: ExpiredToken', js: 'credentials, refused: ExpiredToken' }

const TABLE: readonly Row[] = [
  { name: 'as usual', ...WITH_TOKEN },
  { name: 'endpoint off', steering: { httpEndpoint: 'disabled' }, ...NONE },
  { name: 'token 403', steering: onToken({ answer: 403 }), ...NONE },
  { name: 'token 403, v1 too', steering: { ...onToken({ answer: 403 }), ...V1_TOO }, ...WITHOUT },
  { name: 'token 400, v1 too', steering: { ...onToken({ answer: 400 }), ...V1_TOO }, ...NONE },
  { name: 'token 429, v1 too', steering: { ...onToken({ answer: 429 }), ...V1_TOO }, ...WITHOUT },
  { name: 'token 503, v1 too', steering: { ...onToken({ answer: 503 }), ...V1_TOO }, ...WITHOUT },
  { name: 'token cut off, v1 too', steering: { ...onToken({ answer: 'reset' }), ...V1_TOO }, ...WITHOUT },
  { name: 'token late', steering: onToken({ latencyMs: 1500 }), ...NONE },
  { name: 'token late, v1 too', steering: { ...onToken({ latencyMs: 1500 }), ...V1_TOO }, ...LATER_WITHOUT },
  { name: 'too many hops, v1 too', steering: { hops: 2, ...V1_TOO }, ...LATER_WITHOUT },
  { name: 'token void once', steering: onRole({ answer: 401, times: 1 }), ...NONE },
  { name: 'role late', steering: onRole({ latencyMs: 300 }), ...WITH_TOKEN },
  { name: 'role too late', steering: onRole({ latencyMs: 1500 }), ...NONE },
  { name: 'role never', steering: onRole({ answer: 'none' }), ...NONE },
  { name: 'role stalls', steering: onRole({ answer: 'stall' }), ...NONE },
  { name: 'connections refused', steering: { connections: 'refused' }, ...NONE },
  { name: 'more than one a second 503', steering: { faults: [{ perSecond: 1, answer: 503 }] }, ...NONE },
  { name: 'role cut off', steering: onRole({ answer: 'reset' }), ...NONE },
  { name: 'role 429', steering: onRole({ answer: 429 }), ...NONE },
  { name: 'role 503 once', steering: onRole({ answer: 503, times: 1 }), ...NONE },
  { name: 'role removed', steering: { metadata: { 'meta-data/iam': null } }, ...NONE },
  {
    name: 'document expired',
    steering: { document: 'expired' },
    boto3: 'credentials, for 17 to 25 minutes',
    js: 'credentials, for 5 to 10 minutes',
  },
  { name: 'document fractional', steering: { document: 'fractional' }, ...WITH_TOKEN },
  { name: 'document incomplete', steering: { document: 'incomplete' }, ...INVALID },
  { name: 'document failed', steering: { document: 'failed' }, ...INVALID },
  { name: 'document malformed', steering: { document: 'malformed' }, ...NO_JSON },
  { name: 'document empty', steering: { document: 'empty' }, ...NO_JSON },
  ...[400, 401, 403, 404, 405, 500, 502, 504].map(
    (answer) => ({ name: `role ${answer}`, steering: onRole({ answer }), ...NONE }) as const,
  ),
  ...[401, 404, 405, 500, 502, 504].map(
    (answer) =>
      ({ name: `token ${answer}, v1 too`, steering: { ...onToken({ answer }), ...V1_TOO }, ...WITHOUT }) as const,
  ),
  { name: 'a hop more, and let through', steering: { hops: 2, httpPutResponseHopLimit: 2 }, ...WITH_TOKEN },
  {
    name: 'document failed, with a code',
    steering: { document: { failed: 'AssumeRoleUnauthorizedAccess' } },
    ...INVALID,
  },
  {
    name: 'lifetime short',
    steering: { lifetime: 'PT20M' },
    boto3: 'credentials, for 17 to 25 minutes',
    js: 'credentials, for 17 to 25 minutes',
  },
  { name: 'rotation early', steering: { rotateAfter: 'PT1S' }, ...WITH_TOKEN },
  ...(['xen', 'legacyRedirects', 'strict', 'extendedApi'] as const).map((each) => ({
    name: `variant ${each}`,
    steering: { variants: [each] },
    ...WITH_TOKEN,
  })),
  { name: 'variant tokenNewline', steering: { variants: ['tokenNewline'] }, boto3: 'HTTPClientError', js: 'TypeError' },
  { name: 'rotated', between: (_, instance) => instance.rotate(), ...WITH_TOKEN },
  { name: 'session tokens void', between: (_, instance) => instance.voidTokens(), ...WITH_TOKEN },
  { name: 'expired', between: (_, instance) => instance.expire(), ...EXPIRED },
  // Last: the clock does not go back.
  {
    name: 'rotation stopped, and seven hours later',
    steering: { rotation: 'stopped' },
    between: ({ clock }) => clock.advance(7 * 3_600_000),
    ...EXPIRED,
  },
]

const skip = (await isInstalled('python3', '-c', 'import boto3')) ? false : 'boto3 is not installed'

suite('what clients do with a metadata service that is steered', () => {
  let broker: TestBroker
  let instance: TestInstance
  before(async () => {
    const directory = fileURLToPath(new URL('../../examples/testing/instances.yaml', import.meta.url))
    broker = await startTestBroker({ directory })
    instance = broker.instance('i-0123456789abcdef0')
  })
  after(() => broker.stop())

  for (const row of TABLE) {
    const { name, steering = {}, between } = row
    /** Runs a client from a clean start, and says in the table's words how it fared. */
    const outcome = async (client: (used: () => void) => Promise<string>): Promise<string> => {
      instance.reset()
      instance.steer(steering)
      const already = instance.requests.length
      const result = await client(() => between?.(broker, instance))
      return inWords(result, instance.requests.slice(already))
    }
    test(`boto3, ${name}: ${row.boto3}`, { skip }, async () => {
      assert.equal(await outcome((used) => boto3(used, broker, instance)), row.boto3)
    })
    test(`the JS SDK, ${name}: ${row.js}`, async () => {
      assert.equal(await outcome((used) => jsSdk(used, broker, instance)), row.js)
    })
  }
})

const TASK = '0123456789abcdef0123456789abcdef'
const WHO_IN_PYTHON = `
import boto3
try:
    print(boto3.client('sts').get_caller_identity()['Arn'].split('/')[1])
except Exception as error:
    print(type(error).__name__)
`
const WHO_IN_JS = `
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
try {
  console.log((await new STSClient().send(new GetCallerIdentityCommand())).Arn.split('/')[1])
} catch (error) {
  console.log(error.name)
}
`

suite('what clients do in a task that is steered', () => {
  let broker: TestBroker
  before(async () => {
    const Statement = { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }
    const Roles = [{ RoleName: 'role', AssumeRolePolicyDocument: { Version: '2012-10-17', Statement } }]
    const Tasks = [{ TaskId: TASK, TaskRoleArn: 'arn:aws:iam::111111111111:role/role' }]
    broker = await startTestBroker({ directory: { Accounts: [{ Id: '111111111111', Roles, Tasks }] } })
  })
  after(() => broker.stop())

  const rows: readonly (readonly [name: string, steering: ContainerSteeringInput, boto3: string, js: string])[] = [
    ['document expired', { document: 'expired' }, 'RuntimeError', 'role'],
    ['document malformed', { document: 'malformed' }, 'CredentialRetrievalError', 'SyntaxError'],
    ['a stall', { faults: [{ answer: 'stall' }] }, 'CredentialRetrievalError', 'Error'],
    ['late', { faults: [{ latencyMs: 1500 }] }, 'role', 'role'],
    ['lifetime and rotation', { lifetime: 'PT2H', rotateAfter: 'PT1H', rotation: 'stopped' }, 'role', 'role'],
  ]
  for (const [name, steering, boto3, js] of rows) {
    const outcome = async (program: string, ...args: readonly string[]): Promise<string> => {
      const task = broker.task(TASK)
      task.reset()
      task.steer(steering)
      const env = { PATH: process.env['PATH'], HOME: '/nonexistent', ...(await task.env()) }
      const cwd = fileURLToPath(new URL('../../', import.meta.url))
      return (await promisify(execFile)(program, args, { env, cwd })).stdout.trim()
    }
    test(`boto3, ${name}: ${boto3}`, { skip }, async () => {
      assert.equal(await outcome('python3', '-c', WHO_IN_PYTHON), boto3)
    })
    test(`the JS SDK, ${name}: ${js}`, async () => {
      assert.equal(await outcome(process.execPath, '--input-type=module', '-e', WHO_IN_JS), js)
    })
  }
})

/** Minutes that the client takes the credentials to be good for, or what went wrong. */
async function boto3(between: () => void, broker: TestBroker, instance: TestInstance): Promise<string> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: '/nonexistent',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_STS: broker.endpoint,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: instance.endpoint,
  }
  const python = spawn('python3', ['-c', PYTHON], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const [chunk] = await once(python.stdout, 'data')
  assert.equal(String(chunk), 'fetched\n')
  between()
  python.stdin.end('\n')
  return (await text(python.stdout)).trim()
}

async function jsSdk(between: () => void, { endpoint }: TestBroker, instance: TestInstance): Promise<string> {
  process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] = instance.endpoint
  try {
    const credentials = await fromInstanceMetadata({ maxRetries: 0, logger: SILENT })()
    between()
    await new STSClient({ endpoint, region: 'us-east-1', credentials }).send(new GetCallerIdentityCommand())
    return String(((credentials.expiration?.getTime() ?? 0) - Date.now()) / 60_000)
  } catch (error) {
    return error instanceof Error ? error.name : String(error)
  } finally {
    delete process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT']
  }
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

function inWords(result: string, requests: TestInstance['requests']): string {
  if (result === 'ExpiredToken') return 'credentials, refused: ExpiredToken'
  const minutes = Number(result)
  if (Number.isNaN(minutes)) return result
  const [first, second] = requests
  const words = [requests.at(-1)?.hasToken ? 'credentials' : 'credentials without a token']
  if (first !== undefined && second !== undefined && second.at - first.at >= 900) words.push('a second later')
  if (minutes > 16 && minutes <= 25) words.push('for 17 to 25 minutes')
  else if (minutes > 4 && minutes <= 10) words.push('for 5 to 10 minutes')
  else assert.ok(minutes > 300, `${minutes} minutes`)
  return words.join(', ')
}
