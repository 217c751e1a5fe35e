import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Broker, startBroker } from '../../src/index.ts'
import { advance, execute, isInstalled } from './setting.ts'
import { WhoamiProgram } from './whoami-program.ts'

const ACCOUNT = '111111111111'
const TASK = '0123456789abcdef0123456789abcdef'
const trusting = (Service: string) => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { Service }, Action: ['sts:AssumeRole', 'sts:TagSession'] },
})
const account = {
  Id: ACCOUNT,
  Roles: [
    { RoleName: 'web', AssumeRolePolicyDocument: trusting('ec2.amazonaws.com') },
    { RoleName: 'task', AssumeRolePolicyDocument: trusting('ecs-tasks.amazonaws.com') },
    { RoleName: 'pod', AssumeRolePolicyDocument: trusting('pods.eks.amazonaws.com') },
  ],
  InstanceProfiles: [{ InstanceProfileName: 'web', Roles: ['web'] }],
  Instances: [{ InstanceId: 'i-0123456789abcdef0', IamInstanceProfile: 'web' }],
  Tasks: [{ TaskId: TASK, TaskRoleArn: `arn:aws:iam::${ACCOUNT}:role/task` }],
  PodIdentityAssociations: [
    { ClusterName: 'shop', Namespace: 'default', ServiceAccount: 'web', RoleArn: `arn:aws:iam::${ACCOUNT}:role/pod` },
  ],
}
const CLIENTS = fileURLToPath(new URL('clients', import.meta.url))
const SEVEN_HOURS = 7 * 3600
/** The first build fetches the SDK. Where that takes longer, it cannot be had. */
const BUILD_MS = 180_000
const CLIENT_MS = 2 * BUILD_MS + 60_000

const INSTANCE = { name: 'i-0123456789abcdef0', arn: /assumed-role\/web\/i-0123456789abcdef0$/ }
const A_TASK = { name: `task/${TASK}`, arn: /assumed-role\/task\/[0-9a-f]{32}$/ }
const A_POD = { name: 'pod/shop/default/web', arn: /assumed-role\/pod\/eks-shop-web-[0-9a-f]{5}-[0-9a-f-]{36}$/ }
const EVERYWHERE = [INSTANCE, A_TASK, A_POD]

/** A client: how it is made ready, which gives the reason where it cannot be, and which of the three it can be. */
interface Client {
  readonly name: string
  readonly places: readonly (typeof INSTANCE)[]
  readonly missing: () => Promise<string | undefined>
  command(folder: string): readonly string[]
}

const javascript = (name: string, provider: string | undefined, places: Client['places']): Client => ({
  name,
  places,
  missing: async () => undefined,
  command: () => [process.execPath, join(CLIENTS, 'whoami.mjs'), ...(provider === undefined ? [] : [provider])],
})

const built = join(tmpdir(), `rolecall-interop-${process.pid}`)
const home = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }

const CLIENT_LIST: readonly Client[] = [
  {
    name: 'boto3',
    places: EVERYWHERE,
    missing: async () => ((await isInstalled('python3', '-c', 'import boto3')) ? undefined : 'boto3 is not installed'),
    command: () => ['python3', join(CLIENTS, 'whoami.py')],
  },
  javascript('the AWS SDK for JavaScript', undefined, EVERYWHERE),
  javascript('fromInstanceMetadata', 'fromInstanceMetadata', [INSTANCE]),
  // It reads no file.
  javascript('fromContainerMetadata', 'fromContainerMetadata', [A_TASK]),
  javascript('fromHttp', 'fromHttp', [A_TASK, A_POD]),
  {
    name: 'the AWS SDK for Go',
    places: EVERYWHERE,
    async missing() {
      if (!(await isInstalled('go', 'version'))) return 'go is not installed'
      const args = ['build', '-C', join(CLIENTS, 'go'), '-o', join(built, 'whoami'), '.']
      const { status, stderr } = await execute('go', args, home, BUILD_MS)
      return status === 0 ? undefined : `the AWS SDK for Go cannot be built: ${stderr.slice(0, 500)}`
    },
    command: () => [join(built, 'whoami')],
  },
  {
    name: 'the AWS SDK for Java',
    places: EVERYWHERE,
    async missing() {
      if (!(await isInstalled('mvn', '--version')) || !(await isInstalled('javac', '-version'))) {
        return 'mvn and javac are not installed'
      }
      const java = join(CLIENTS, 'java')
      const fetchJars = ['-q', '-B', '-f', join(java, 'pom.xml'), 'dependency:copy-dependencies']
      const jars = await execute('mvn', [...fetchJars, `-DoutputDirectory=${join(built, 'lib')}`], home, BUILD_MS)
      if (jars.status !== 0) return `the AWS SDK for Java cannot be fetched: ${jars.stdout.slice(0, 500)}`
      const compile = ['-cp', join(built, 'lib', '*'), '-d', built, join(java, 'WhoAmI.java')]
      const { status, stderr } = await execute('javac', compile, home, BUILD_MS)
      return status === 0 ? undefined : `the client cannot be compiled: ${stderr.slice(0, 500)}`
    },
    command: () => ['java', '-cp', `${built}:${join(built, 'lib', '*')}`, 'WhoAmI'],
  },
]

/** Each test has a clock of its own to move. */
const aBroker = () => startBroker({ directory: { Accounts: [account] }, dev: true })

suite('unmodified clients with nothing but what `env` gives them', { timeout: 2 * CLIENT_MS }, () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rolecall-interop-'))
  })
  after(async () => {
    await rm(folder, { recursive: true })
    await rm(built, { recursive: true, force: true })
  })

  /** The environment of a machine; with the token in a file, as in a pod, where that is said. */
  async function environmentOf(broker: Broker, name: string, inFile = false): Promise<Record<string, string>> {
    const { AWS_CONTAINER_AUTHORIZATION_TOKEN: token, ...variables } = await broker.env(name)
    const base = { PATH: home.PATH, HOME: '/nonexistent', ...variables }
    if (token === undefined) return base
    if (!inFile) return { ...base, AWS_CONTAINER_AUTHORIZATION_TOKEN: token }
    const file = join(folder, 'token')
    await writeFile(file, token)
    return { ...base, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file }
  }

  for (const client of CLIENT_LIST) {
    test(client.name, { timeout: CLIENT_MS }, async (t) => {
      const missing = await client.missing()
      if (missing !== undefined) return t.skip(missing)
      for (const { name, arn } of client.places) {
        await t.test(
          `is ${name}: refused when its credentials are past their end, and not after it refreshed them`,
          async () => {
            await using broker = await aBroker()
            await using program = new WhoamiProgram(
              client.command(folder),
              await environmentOf(broker, name, name === A_POD.name),
            )
            const [first, firstArn = '', firstKey] = await program.call()
            assert.equal(first, 'ok', firstArn)
            assert.match(firstArn, arn)
            await advance(broker, 'PT7H')
            assert.deepEqual(await program.call(), ['error', 'ExpiredToken'])
            program.later(SEVEN_HOURS)
            const [second, secondArn = '', secondKey] = await program.call()
            assert.equal(second, 'ok', secondArn)
            assert.match(secondArn, arn)
            assert.notEqual(secondKey, firstKey)
          },
        )
      }
      return undefined
    })
  }

  for (const { name, arn } of EVERYWHERE) {
    test(`the aws CLI is ${name}, before and after the credentials rotate`, async (t) => {
      if (!(await isInstalled('aws', '--version'))) return t.skip('the aws CLI is not installed')
      await using broker = await aBroker()
      const env = await environmentOf(broker, name)
      const asked = ['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text']
      for (const duration of ['PT7H', 'PT1H']) {
        const { stdout, stderr } = await execute('aws', asked, env)
        assert.match(stdout.trim(), arn, stderr)
        await advance(broker, duration)
      }
      return undefined
    })
  }

  test('a token in a file is read anew each time: another one takes effect', async () => {
    await using broker = await aBroker()
    const env = await environmentOf(broker, A_POD.name, true)
    await using program = new WhoamiProgram([process.execPath, join(CLIENTS, 'whoami.mjs'), 'fromHttp'], env)
    const [, , first] = await program.call()
    await environmentOf(broker, A_POD.name, true)
    program.later(0)
    const [, , second] = await program.call()
    assert.notEqual(second, first)
  })
})
