import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type RunningNode, startNode } from '../../src/compose/index.ts'
import { applyDirectory } from '../../src/operations/broker/index.ts'
import { type DirectoryInput, loadDirectory, readDirectories } from '../../src/operations/loading/index.ts'
import type { BrokerSettings } from '../../src/platform/config/index.ts'
import { exchange, TTL } from '../doors/metadata/service.ts'
import { ACCOUNT, aFolder, configIn } from './samples.ts'

type InstanceInput = NonNullable<DirectoryInput['Accounts'][number]['Instances']>[number]

const ONE = 'i-00000000000000001'
const TWO = 'i-00000000000000002'
const OPTIONAL = { MetadataOptions: { HttpTokens: 'optional' } } as const

async function started(
  t: TestContext,
  Instances: readonly InstanceInput[],
  settings: BrokerSettings = {},
): Promise<RunningNode> {
  const config = configIn(await aFolder(t), { data: ':memory:', ...settings })
  const node = await startNode(config, { directories: [{ Accounts: [{ Id: ACCOUNT, Instances: [...Instances] }] }] })
  t.after(() => node.stop())
  return node
}

async function apply({ operate }: RunningNode, Instances: readonly InstanceInput[]): Promise<void> {
  const sources = await readDirectories([{ Accounts: [{ Id: ACCOUNT, Instances: [...Instances] }] }])
  await loadDirectory(sources, (desired) => operate(applyDirectory, { desired, prune: false, dryRun: false }))
}

async function idAt(origin: string | undefined): Promise<string> {
  const { status, body } = await exchange(
    Number(new URL(origin ?? '').port),
    'GET',
    '/latest/meta-data/instance-id',
    {},
  )
  return status === 200 ? body : String(status)
}

async function addressOf(node: RunningNode, id: string): Promise<string | undefined> {
  return (await node.instances()).find((each) => each.id === id)?.addresses[0]
}

/** An address on which somebody else listens. */
async function takenPort(t: TestContext): Promise<number> {
  const taken = createServer().listen(0, '127.0.0.1')
  t.after(() => taken.close())
  await once(taken, 'listening')
  const address = taken.address()
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}

test('an address that is taken keeps a node from starting, and the error names it', async (t) => {
  const port = await takenPort(t)
  await assert.rejects(started(t, [{ InstanceId: ONE, Listen: port }]), {
    message: `127.0.0.1:${port} is in use; choose another address with Listen of ${ONE}`,
  })
})

test('without instances the metadata listener finds nothing', async (t) => {
  const { addresses } = await started(t, [])
  assert.equal(await idAt(addresses.metadata), '404')
})

test('each instance answers where it listens, one of them on the metadata listener itself', async (t) => {
  const node = await started(t, [
    { InstanceId: ONE, ...OPTIONAL },
    { InstanceId: TWO, Listen: '127.0.0.1:0', ...OPTIONAL },
  ])
  assert.equal(await idAt(node.addresses.metadata), ONE)
  assert.equal(await idAt(await addressOf(node, TWO)), TWO)
})

test('a token of one instance is none of another on the same broker', async (t) => {
  const node = await started(t, [{ InstanceId: ONE }, { InstanceId: TWO, Listen: 0 }])
  const portOf = (origin: string | undefined) => Number(new URL(origin ?? '').port)
  const [one, two] = [portOf(node.addresses.metadata), portOf(await addressOf(node, TWO))]
  const { body } = await exchange(one, 'PUT', '/latest/api/token', { [TTL]: '60' })
  const read = async (port: number) => (await exchange(port, 'GET', '/', { 'X-aws-ec2-metadata-token': body })).status
  assert.deepEqual([await read(one), await read(two)], [200, 401])
})

test('instances come, change, move and go without a restart', async (t) => {
  const node = await started(t, [{ InstanceId: ONE, ...OPTIONAL }])
  await apply(node, [{ InstanceId: TWO, Listen: 0, ...OPTIONAL }])
  const second = await addressOf(node, TWO)
  assert.equal(await idAt(second), TWO)
  await apply(node, [{ InstanceId: TWO, Listen: 0 }])
  assert.equal(await addressOf(node, TWO), second)
  assert.equal(await idAt(second), '401')
  await apply(node, [
    { InstanceId: ONE, Listen: 0, ...OPTIONAL },
    { InstanceId: TWO, ...OPTIONAL },
  ])
  assert.equal(await idAt(await addressOf(node, ONE)), ONE)
  assert.equal(await idAt(node.addresses.metadata), TWO)
  await assert.rejects(idAt(second), { code: 'ECONNREFUSED' })
  const first = await addressOf(node, ONE)
  await node.reset()
  await node.instances()
  assert.equal(await idAt(node.addresses.metadata), ONE)
  await assert.rejects(idAt(first), { code: 'ECONNREFUSED' })
})

test('an address that is taken later leaves everybody else served, and is had when it is free', async (t) => {
  const node = await started(t, [{ InstanceId: ONE, ...OPTIONAL }])
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  assert.ok(typeof address === 'object' && address !== null)
  const two = { InstanceId: TWO, Listen: address.port, ...OPTIONAL }
  await apply(node, [two])
  assert.equal(await addressOf(node, TWO), undefined)
  assert.equal(await idAt(node.addresses.metadata), ONE)
  taken.close()
  await once(taken, 'close')
  // The same again is no change.
  await apply(node, [{ ...two, Tags: [{ Key: 'tried', Value: 'again' }] }])
  assert.equal(await idAt(await addressOf(node, TWO)), TWO)
})

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
}
const WITH_ROLE: Partial<DirectoryInput['Accounts'][number]> = {
  Roles: [{ RoleName: 'web', AssumeRolePolicyDocument: TRUST }],
  InstanceProfiles: [{ InstanceProfileName: 'web', Roles: ['web'] }],
  Instances: [
    { InstanceId: ONE, IamInstanceProfile: 'web', ...OPTIONAL },
    { InstanceId: TWO, IamInstanceProfile: 'web', Listen: 0, ...OPTIONAL },
  ],
}
const ROLE = '/latest/meta-data/iam/security-credentials/web'

async function withRole(t: TestContext): Promise<RunningNode> {
  const config = configIn(await aFolder(t), { data: ':memory:', dev: true })
  const node = await startNode(config, { directories: [{ Accounts: [{ Id: ACCOUNT, ...WITH_ROLE }] }] })
  t.after(() => node.stop())
  return node
}

/** Applies over the admin listener, as the CLI does. */
async function applyAsOperator({ addresses, operatorToken }: RunningNode, account: object): Promise<number> {
  const { status } = await fetch(`${addresses.admin}/operations/ApplyDirectory`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${operatorToken.reveal()}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ directory: { Accounts: [{ Id: ACCOUNT, ...account }] } }),
  })
  return status
}

test('when instances cannot be read the node is not ready and makes no credentials, and tries again until it can', async (t) => {
  const node = await withRole(t)
  const { directory } = node.broker
  const port = Number(new URL(node.addresses.metadata).port)
  const read = async () => await exchange(port, 'GET', ROLE, {})
  const ready = async () => (await fetch(`${node.addresses.admin}/readyz`)).status
  assert.equal(JSON.parse((await read()).body).Code, 'Success')
  const instanceProfile = directory.instanceProfile.bind(directory)
  let fails = true
  directory.instanceProfile = async (...of) => {
    if (fails) throw new Error('the store fails')
    return await instanceProfile(...of)
  }
  const two = { InstanceId: TWO, IamInstanceProfile: 'web', Listen: 0, ...OPTIONAL }
  assert.equal(await applyAsOperator(node, { Instances: [{ InstanceId: ONE, ...OPTIONAL }, two] }), 200)
  assert.equal(await ready(), 503)
  node.virtualClock?.advance(48 * 3_600_000)
  assert.equal(JSON.parse((await read()).body).Code, 'Failed')
  fails = false
  while ((await ready()) !== 200) await setTimeout(10)
  assert.equal((await read()).status, 404)
})

test('what is served may be behind the directory: no credentials are made of a profile that was taken away', async (t) => {
  const node = await withRole(t)
  const { directory } = node.broker
  const instanceProfile = directory.instanceProfile.bind(directory)
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  directory.instanceProfile = async (...of) => {
    await released
    return await instanceProfile(...of)
  }
  const two = { InstanceId: TWO, IamInstanceProfile: 'web', Listen: 0, ...OPTIONAL }
  await apply(node, [{ InstanceId: ONE, ...OPTIONAL }, two])
  const { status, body } = await exchange(Number(new URL(node.addresses.metadata).port), 'GET', ROLE, {})
  release()
  assert.deepEqual([status, JSON.parse(body).Code], [200, 'AssumeRoleUnauthorizedAccess'])
})

test('a role that left its profile and came back within one look at the change log is assumed anew', async (t) => {
  const node = await withRole(t)
  const { directory } = node.broker
  const port = Number(new URL(node.addresses.metadata).port)
  const code = async () => JSON.parse((await exchange(port, 'GET', ROLE, {})).body).Code
  assert.equal(await code(), 'Success')
  const instances = directory.instances.bind(directory)
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  directory.instances = async () => {
    await released
    return await instances()
  }
  const change = async (account: object) => {
    const sources = await readDirectories([{ Accounts: [{ Id: ACCOUNT, ...account }] }])
    await loadDirectory(sources, (desired) => node.operate(applyDirectory, { desired, prune: false, dryRun: false }))
  }
  await change({ InstanceProfiles: [{ InstanceProfileName: 'web', Roles: [] }] })
  const Principal = { Service: 'lambda.amazonaws.com' }
  const AssumeRolePolicyDocument = { ...TRUST, Statement: [{ ...TRUST.Statement[0], Principal }] }
  const role = { RoleName: 'web', AssumeRolePolicyDocument }
  await change({ Roles: [role], InstanceProfiles: [{ InstanceProfileName: 'web', Roles: ['web'] }] })
  release()
  await node.instances()
  assert.equal(await code(), 'AssumeRoleUnauthorizedAccess')
})

test('while other instances move, the one on the metadata listener is there, and is as it was', async (t) => {
  const node = await withRole(t)
  const { directory } = node.broker
  const instanceProfile = directory.instanceProfile.bind(directory)
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>()
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  directory.instanceProfile = async (...of) => {
    isAsked()
    await released
    return await instanceProfile(...of)
  }
  const applied = applyAsOperator(node, {
    Instances: [
      { InstanceId: ONE, IamInstanceProfile: 'web', Tags: [{ Key: 'a', Value: 'b' }], ...OPTIONAL },
      { InstanceId: TWO, Listen: '127.0.0.1:0', ...OPTIONAL },
    ],
  })
  await asked
  const meanwhile = await idAt(node.addresses.metadata)
  release()
  assert.equal(meanwhile, ONE)
  assert.equal(await applied, 200)
  assert.equal(await idAt(node.addresses.metadata), ONE)
})

test('what an operator changes is served by the time it is answered', async (t) => {
  const node = await withRole(t)
  const { directory } = node.broker
  const instances = directory.instances.bind(directory)
  directory.instances = async () => {
    await setTimeout(50)
    return await instances()
  }
  const port = Number(new URL(node.addresses.metadata).port)
  assert.equal((await exchange(port, 'GET', ROLE, {})).status, 200)
  assert.equal(await applyAsOperator(node, { Instances: [{ InstanceId: ONE, ...OPTIONAL }] }), 200)
  assert.equal((await exchange(port, 'GET', ROLE, {})).status, 404)
  await node.dev?.reset()
  assert.equal((await exchange(port, 'GET', ROLE, {})).status, 200)
})

test('the ready file says where instances are, and follows them', async (t) => {
  const readyFile = join(await aFolder(t), 'ready.json')
  const node = await started(t, [{ InstanceId: ONE, Listen: 0 }], { readyFile })
  const read = async () => JSON.parse(await readFile(readyFile, 'utf8')).instances
  assert.deepEqual(await read(), [
    { id: ONE, account: ACCOUNT, region: 'us-east-1', addresses: [await addressOf(node, ONE)] },
  ])
  await apply(node, [{ InstanceId: TWO }])
  assert.deepEqual(
    (await node.instances()).map(({ id, addresses }) => [id, addresses.length]),
    [
      [ONE, 1],
      [TWO, 0],
    ],
  )
  const [one, two] = await node.instances()
  assert.deepEqual(
    await read(),
    [one, { ...two, addresses: [node.addresses.metadata] }],
    'the shared listener is named',
  )
})

test('two instances on the metadata listener are a mistake in the file, with line and column', async () => {
  const directory = 'test/compose/fixtures/two-instances.yaml'
  await assert.rejects(
    async () => (await startNode(configIn('.', { data: ':memory:', directory: [directory] }))).stop(),
    { message: new RegExp(`^${directory}:5:9: Accounts\\[0\\]\\.Instances\\[1\\]: .*give this one an address`) },
  )
})

test('the admin listener publishes the certificates of identity documents, to everybody who reaches it', async (t) => {
  const { addresses } = await started(t, [{ InstanceId: ONE }])
  const pem = await (await fetch(`${addresses.admin}/instance-identity.pem`)).text()
  const [first] = pem.match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----/g) ?? []
  assert.match(new X509Certificate(first ?? '').subject, /instance identity rsa2048/)
})
