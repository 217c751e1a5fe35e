import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, suite, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fromHttp } from '@aws-sdk/credential-providers'
import { startTestBroker, type TestBroker, type TestInstance } from '../../src/testing/index.ts'
import { execute, isInstalled } from './setting.ts'

const TASK = '0123456789abcdef0123456789abcdef'
const DISTRUSTED = 'fedcba9876543210fedcba9876543210'
const trusting = (Service: string) => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' },
})
const account = {
  Id: '111111111111',
  Roles: [
    { RoleName: 'web', AssumeRolePolicyDocument: trusting('ec2.amazonaws.com') },
    { RoleName: 'task', AssumeRolePolicyDocument: trusting('ecs-tasks.amazonaws.com') },
  ],
  InstanceProfiles: [{ InstanceProfileName: 'web', Roles: ['web'] }],
  Instances: [{ InstanceId: 'i-0123456789abcdef0', IamInstanceProfile: 'web' }],
  Tasks: [
    { TaskId: TASK, TaskRoleArn: 'arn:aws:iam::111111111111:role/task' },
    { TaskId: DISTRUSTED, TaskRoleArn: 'arn:aws:iam::111111111111:role/web' },
  ],
}
const DOCUMENT = 'meta-data/iam/security-credentials/web'

/** Looks for credentials, uses them so often, and prints what came of it. */
const PYTHON = `
import json, sys, botocore.session
try:
    credentials = botocore.session.get_session().get_credentials()
    for _ in range(int(sys.argv[1])):
        credentials and credentials.get_frozen_credentials()
    print(json.dumps({'found': credentials and credentials.method}))
except Exception as error:
    print(json.dumps({'error': type(error).__name__}))
`
const JAVASCRIPT = `
import { fromInstanceMetadata, fromNodeProviderChain } from '@aws-sdk/credential-providers'
const provider = process.argv[1] === 'chain' ? fromNodeProviderChain() : fromInstanceMetadata({ maxRetries: 0 })
const print = (outcome) => console.log(JSON.stringify(outcome))
await provider().then(({ expiration }) => print({ found: expiration !== undefined }), ({ name }) => print({ error: name }))
`

type Variables = Readonly<Record<string, string>>

async function outcomeOf(program: string, args: readonly string[], variables: Variables): Promise<unknown> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...variables }
  const { stdout, stderr } = await execute(program, args, env)
  return stdout === '' ? stderr : JSON.parse(stdout)
}

const boto3 = (env: Variables, uses = 1) => outcomeOf('python3', ['-c', PYTHON, String(uses)], env)
const js = (env: Variables, provider = 'chain') =>
  outcomeOf(process.execPath, ['--input-type=module', '--eval', JAVASCRIPT, provider], env)

const skip = (await isInstalled('python3', '-c', 'import boto3')) ? false : 'boto3 is not installed'

suite('what unmodified clients ask, and what they make of the answer', () => {
  let broker: TestBroker
  let instance: TestInstance
  let env: Variables
  let folder: string
  /** A server that counts its requests and hands them to the metadata listener. */
  let counting: Server
  let counted = 0
  let already = 0

  before(async () => {
    broker = await startTestBroker({ directory: { Accounts: [account] } })
    instance = broker.instance('i-0123456789abcdef0')
    env = await instance.env()
    folder = await mkdtemp(join(tmpdir(), 'rolecall-interop-'))
    counting = createServer(async ({ url = '', headers: { authorization = '' } }, response) => {
      counted++
      const answer = await fetch(new URL(url, broker.addresses.metadata), { headers: { authorization } })
      response.writeHead(answer.status).end(await answer.text())
    }).listen(0, '127.0.0.1')
    await once(counting, 'listening')
  })
  after(async () => {
    counting.close()
    await broker.stop()
    await rm(folder, { recursive: true })
  })
  beforeEach(() => {
    instance.reset()
    already = instance.requests.length
    counted = 0
  })

  const asked = () => instance.requests.slice(already).map(({ method }) => method)
  const countingOrigin = () => `http://127.0.0.1:${(counting.address() as AddressInfo).port}`
  /** The environment of a task, asking through the counting server. */
  const through = async (task: string): Promise<Variables> => {
    const own = await broker.env(`task/${task}`)
    return { ...own, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${countingOrigin()}/v2/credentials/${task}` }
  }

  test('boto3 asks for a token, the role and its credentials', { skip }, async () => {
    assert.deepEqual(await boto3(env), { found: 'iam-role' })
    assert.deepEqual(asked(), ['PUT', 'GET', 'GET'])
  })

  test('the JS SDK asks the same, and knows when its credentials end', async () => {
    assert.deepEqual(await js(env), { found: true })
    assert.deepEqual(asked(), ['PUT', 'GET', 'GET'])
  })

  test('without version 1, a client that gets no token asks for nothing more', async (t) => {
    instance.steer({ httpTokens: 'optional', faults: [{ path: 'api/token', answer: 403 }] })
    const without = { ...env, AWS_EC2_METADATA_V1_DISABLED: 'true' }
    assert.deepEqual(await js(without, 'instance'), { error: 'InstanceMetadataV1FallbackError' })
    if (!skip) assert.deepEqual(await boto3(without), { error: 'MetadataRetrievalError' })
    else t.diagnostic(skip)
    assert.ok(asked().every((method) => method === 'PUT'))
  })

  test('boto3 stretches no set whose end has milliseconds: five minutes before it asks at each use, and past it throws', {
    skip,
  }, async () => {
    const endingIn = (ms: number) => {
      const Expiration = new Date(Date.now() + ms).toISOString()
      const document = { Code: 'Success', AccessKeyId: 'ASIAX', SecretAccessKey: 'x', Token: 'x', Expiration }
      instance.steer({ metadata: { [DOCUMENT]: JSON.stringify(document) } })
    }
    endingIn(300_000)
    assert.deepEqual(await boto3(env, 3), { found: 'iam-role' })
    assert.equal(asked().filter((method) => method === 'PUT').length, 4)
    endingIn(-60_000)
    assert.deepEqual(await boto3(env), { error: 'RuntimeError' })
  })

  test('five minutes before the end, or past it, with milliseconds: boto3 extends nothing', { skip }, async () => {
    instance.steer({ document: 'fractional', lifetime: 'PT5M' })
    assert.deepEqual(await boto3(env, 2), { found: 'iam-role' })
    assert.ok(asked().length > 3, 'it fetches again at every use')
    instance.steer({ lifetime: 'PT1S' })
    await boto3(env)
    instance.steer({ rotation: 'stopped' })
    // The client's own clock is not one that a test moves.
    await setTimeout(1_500)
    assert.deepEqual(await boto3(env), { error: 'RuntimeError' })
  })

  test('a newline after a session token is more than clients can bear', async (t) => {
    instance.steer({ variants: ['tokenNewline'] })
    assert.deepEqual(Object.keys(Object(await js(env))), ['error'])
    if (skip) return t.diagnostic(skip)
    assert.deepEqual(Object.keys(Object(await boto3(env))), ['error'])
  })

  test('a path in the endpoint is dropped by the JS SDK and kept by boto3, which finds nothing there', async (t) => {
    const prefixed = { ...env, AWS_EC2_METADATA_SERVICE_ENDPOINT: `${instance.endpoint}/i-abc/` }
    assert.deepEqual(await js(prefixed), { found: true })
    if (skip) return t.diagnostic(skip)
    assert.deepEqual(await boto3(prefixed), { found: null })
  })

  test('boto3 asks the proxy of its environment, unless it is told to ask past it, as `env` does', {
    skip,
  }, async () => {
    const proxied = { ...env, http_proxy: countingOrigin() }
    assert.deepEqual(await boto3(proxied), { found: 'iam-role' })
    assert.equal(counted, 0)
    await boto3({ ...proxied, NO_PROXY: '', no_proxy: '' })
    assert.ok(counted > 0)
  })

  test('a default profile of the shared files comes first, unless these are put aside, as `env` does', async (t) => {
    const home = join(folder, 'home')
    await mkdir(join(home, '.aws'), { recursive: true })
    const key = 'aws_access_key_id = AKIA0000000000000000\naws_secret_access_key = x\n'
    await writeFile(join(home, '.aws', 'credentials'), `[default]\n${key}`)
    const { AWS_CONFIG_FILE: _config, AWS_SHARED_CREDENTIALS_FILE: _credentials, ...exposed } = env
    assert.deepEqual(await js({ ...env, HOME: home }, 'chain'), { found: true })
    assert.deepEqual(await js({ ...exposed, HOME: home }, 'chain'), { found: false })
    if (skip) return t.diagnostic(skip)
    assert.deepEqual(await boto3({ ...env, HOME: home }), { found: 'iam-role' })
    assert.deepEqual(await boto3({ ...exposed, HOME: home }), { found: 'shared-credentials-file' })
  })

  test('clients for which the metadata service is switched off ask nothing', async (t) => {
    const off = { ...env, AWS_EC2_METADATA_DISABLED: 'true' }
    assert.deepEqual(Object.keys(Object(await js(off))), ['error'])
    if (skip) t.diagnostic(skip)
    else assert.deepEqual(await boto3(off), { found: null })
    assert.deepEqual(asked(), [])
  })

  test('a token file is read at each fetch: what stands in it then counts', async () => {
    const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri = '', AWS_CONTAINER_AUTHORIZATION_TOKEN: token = '' } =
      await broker.env(`task/${TASK}`)
    const file = join(folder, 'changing')
    const provider = fromHttp({
      awsContainerCredentialsFullUri: uri,
      awsContainerAuthorizationTokenFile: file,
      maxRetries: 0,
    })
    await writeFile(file, 'another')
    await assert.rejects(provider())
    await writeFile(file, token)
    assert.match((await provider()).accessKeyId, /^ASIA/)
    await writeFile(file, 'another')
    await assert.rejects(provider())
  })

  test('boto3 refuses a token file that ends with a newline before it asks', { skip }, async () => {
    const { AWS_CONTAINER_AUTHORIZATION_TOKEN: token, ...variables } = await through(TASK)
    const file = join(folder, 'newline')
    await writeFile(file, `${token}\n`)
    const outcome = await boto3({ ...variables, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file })
    assert.deepEqual(Object.keys(Object(outcome)), ['error'])
    assert.equal(counted, 0)
    await writeFile(file, token ?? '')
    const again = await boto3({ ...variables, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file })
    assert.deepEqual([again, counted], [{ found: 'container-role' }, 1])
  })

  test('a task whose role ECS cannot assume is asked for five times by the JS SDK, and three times by boto3', async (t) => {
    const variables = await through(DISTRUSTED)
    assert.deepEqual(Object.keys(Object(await js(variables))), ['error'])
    assert.equal(counted, 5)
    if (skip) return t.diagnostic(skip)
    assert.deepEqual(await boto3(variables), { error: 'CredentialRetrievalError' })
    assert.equal(counted, 8)
  })

  test('no client takes credentials from another host in clear', async (t) => {
    const variables = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://example.test/v2/credentials' }
    assert.deepEqual(Object.keys(Object(await js(variables))), ['error'])
    if (skip) return t.diagnostic(skip)
    const proxied = { ...variables, http_proxy: countingOrigin() }
    assert.deepEqual(Object.keys(Object(await boto3(proxied))), ['error'])
    assert.equal(counted, 0)
  })
})
