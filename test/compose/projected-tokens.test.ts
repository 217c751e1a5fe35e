import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type RunningNode, startNode } from '../../src/compose/index.ts'
import { applyDirectory } from '../../src/operations/broker/index.ts'
import { loadDirectory, readDirectories } from '../../src/operations/loading/index.ts'
import type { BrokerSettings } from '../../src/platform/config/index.ts'
import { claimsOf } from '../wire/irsa/stage.ts'
import { ACCOUNT, aFolder, configIn } from './samples.ts'

const NAME = 'pod/shop/default/web'
const IRSA = { irsa: true }
const HOUR = 3_600_000
const RoleArn = `arn:aws:iam::${ACCOUNT}:role/web`
const clusters = (...names: readonly string[]) => ({
  Clusters: [{ Name: 'shop', ServiceAccounts: names.map((Name) => ({ Namespace: 'default', Name, RoleArn })) }],
})

async function started(t: TestContext, folder: string, settings: BrokerSettings = {}): Promise<RunningNode> {
  const directories = [{ Accounts: [{ Id: ACCOUNT, ...clusters('web') }] }]
  const node = await startNode(configIn(folder, { dev: true, ...settings }), { directories })
  t.after(() => node.stop())
  return node
}

async function apply({ operate, instances }: RunningNode, parts: object): Promise<void> {
  await loadDirectory(await readDirectories([{ Accounts: [{ Id: ACCOUNT, ...parts }] }]), (desired) =>
    operate(applyDirectory, { desired, prune: false, dryRun: false }),
  )
  await instances()
}

async function fileOf(node: RunningNode, name = NAME): Promise<string> {
  return (await node.environmentOf(name, IRSA))['AWS_WEB_IDENTITY_TOKEN_FILE'] ?? ''
}

const isThere = async (file: string) =>
  await stat(file).then(
    () => true,
    () => false,
  )

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('a folder that cannot be written keeps the node from starting, and the error names its flag', async (t) => {
  const folder = await aFolder(t)
  const tokenFolder = join(folder, 'file')
  await writeFile(tokenFolder, '')
  await assert.rejects(started(t, folder, { tokenFolder }), {
    message: `${tokenFolder}, named by --token-folder, cannot be written`,
  })
})

test('only a pod has such a token, and only of a service account that names a role', async (t) => {
  const node = await started(t, await aFolder(t), { data: ':memory:' })
  await assert.rejects(node.environmentOf('i-0123456789abcdef0', IRSA), { name: 'ValidationError' })
  for (const name of ['pod/shop/default/other', 'pod/bank/default/web', 'pod/shop/x/web', 'pod/../../x']) {
    await assert.rejects(node.environmentOf(name, IRSA), { name: 'NoSuchEntity' }, name)
  }
})

test('several clusters of one name are told apart by nobody', async (t) => {
  const node = await started(t, await aFolder(t), { data: ':memory:' })
  const [cluster] = clusters('web').Clusters
  await apply(node, { Clusters: [{ ...cluster, Region: 'eu-central-1' }] })
  await assert.rejects(fileOf(node), { name: 'NoSuchEntity', message: /^Several clusters are called shop/ })
})

test('a pod is told its role, its file and where STS is, and nothing of the metadata service', async (t) => {
  const node = await started(t, await aFolder(t), { data: ':memory:' })
  const variables = await node.environmentOf(NAME, IRSA)
  assert.equal(variables['AWS_ROLE_ARN'], RoleArn)
  assert.equal(variables['AWS_ENDPOINT_URL_STS'], node.addresses.api)
  assert.equal(variables['AWS_REGION'], 'us-east-1')
  assert.deepEqual(
    Object.keys(variables).filter((name) => /CONTAINER|EC2|TOKEN$/.test(name)),
    [],
  )
  const OtherArn = `arn:aws:iam::222222222222:role/other`
  await apply(node, {
    Clusters: [{ Name: 'shop', ServiceAccounts: [{ Namespace: 'default', Name: 'web', RoleArn: OtherArn }] }],
  })
  assert.equal((await node.environmentOf(NAME, IRSA))['AWS_ROLE_ARN'], OtherArn)
})

for (const [where, settings, expected] of [
  ['the data folder', {}, 'data/tokens'],
  ['a folder that is named', { tokenFolder: 'mounted' }, 'mounted'],
  ['a folder that is named, with data in memory', { tokenFolder: 'mounted', data: ':memory:' }, 'mounted'],
] as const) {
  test(`a token is in ${where}, for its owner alone, with no line end`, async (t) => {
    const folder = await aFolder(t)
    const at = 'tokenFolder' in settings ? { ...settings, tokenFolder: join(folder, settings.tokenFolder) } : settings
    const node = await started(t, folder, at)
    const file = await fileOf(node)
    assert.equal(file, join(folder, expected, ACCOUNT, 'us-east-1', 'shop', 'default', 'web', 'token'))
    assert.deepEqual([(await stat(file)).mode & 0o777, (await stat(dirname(file))).mode & 0o777], [0o600, 0o700])
    assert.match(await readFile(file, 'utf8'), /^[\w-]+\.[\w-]+\.[\w-]+$/)
    assert.deepEqual(await readdir(dirname(file)), ['token'])
    assert.equal(await fileOf(node), file)
    await node.stop()
    assert.ok(await isThere(file), 'a program may outlive the broker')
  })
}

test('with data in memory the file is in a folder of its own, and gone with the broker', async (t) => {
  const node = await started(t, await aFolder(t), { data: ':memory:' })
  const file = await fileOf(node)
  assert.ok(await isThere(file))
  await node.stop()
  assert.ok(!(await isThere(file)))
})

test('a token is renewed when four fifths of its day are over, for the same pod, and not before', async (t) => {
  const node = await started(t, await aFolder(t), { data: ':memory:' })
  const file = await fileOf(node)
  const first = await readFile(file, 'utf8')
  node.virtualClock?.advance(19 * HOUR)
  await fileOf(node)
  assert.equal(await readFile(file, 'utf8'), first)
  node.virtualClock?.advance(0.3 * HOUR)
  // Nobody asks for it: the clock was moved.
  await until(async () => (await readFile(file, 'utf8')) !== first)
  const second = await readFile(file, 'utf8')
  const podOf = (token: string) => Object(claimsOf(token)['kubernetes.io']).pod
  assert.deepEqual(podOf(second), podOf(first))
  assert.ok(Number(claimsOf(second)['exp']) - Number(claimsOf(first)['exp']) >= 19 * 3600)
})

test('by the time that a moved clock is told of, files are of that time', async (t) => {
  const node = await started(t, await aFolder(t), { data: ':memory:' })
  const file = await fileOf(node)
  await node.dev?.advance(48 * HOUR)
  const { exp } = claimsOf(await readFile(file, 'utf8'))
  assert.ok(Number(exp) * 1000 > node.broker.clock.now())
})

test('the file of a service account that is gone is removed, and its neighbours stay', async (t) => {
  const node = await started(t, await aFolder(t))
  await apply(node, clusters('web', 'other'))
  const [web, other] = [await fileOf(node), await fileOf(node, 'pod/shop/default/other')]
  await apply(node, clusters('other'))
  await until(async () => !(await isThere(web)))
  assert.ok(await isThere(other))
})

test('the next process goes on with the files that are there, and makes no others', async (t) => {
  const folder = await aFolder(t)
  const one = await started(t, folder)
  await apply(one, clusters('web', 'other'))
  const file = await fileOf(one)
  const first = await readFile(file, 'utf8')
  await one.stop()
  const two = await startNode(configIn(folder, { dev: true }))
  t.after(() => two.stop())
  assert.notEqual(await readFile(file, 'utf8'), first, 'it names the issuer as it is now')
  assert.deepEqual(await readdir(dirname(dirname(file))), ['web'])
})

test('a file that cannot be written is tried again, and keeps nobody else from theirs', async (t) => {
  const folder = await aFolder(t)
  const node = await started(t, folder)
  await apply(node, clusters('web', 'other'))
  await mkdir(join(folder, 'data/tokens', ACCOUNT, 'us-east-1/shop/default/web/token'), { recursive: true })
  await assert.rejects(fileOf(node))
  assert.ok(await isThere(await fileOf(node, 'pod/shop/default/other')))
})
