import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
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

async function apply({ operate, instances }: RunningNode, parts: object, prune = false): Promise<void> {
  await loadDirectory(await readDirectories([{ Accounts: [{ Id: ACCOUNT, ...parts }] }]), (desired) =>
    operate(applyDirectory, { desired, prune, dryRun: false }),
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

const INLAND = 'pod/111111111111/eu-central-1/shop/default/web'

test('clusters of one name are told apart by their accounts and regions, and the short name is nobody’s', async (t) => {
  const node = await started(t, await aFolder(t), { data: ':memory:' })
  const file = await fileOf(node)
  const warn = t.mock.method(node.broker.logger, 'warn')
  const OtherArn = `arn:aws:iam::${ACCOUNT}:role/other`
  const serviceAccount = { Namespace: 'default', Name: 'web', RoleArn: OtherArn }
  await apply(node, { Clusters: [{ Name: 'shop', Region: 'eu-central-1', ServiceAccounts: [serviceAccount] }] })
  const says = {
    name: 'NoSuchEntity',
    message: `Several clusters are called shop and have that service account: say which, ${INLAND} or pod/111111111111/us-east-1/shop/default/web.`,
  }
  await assert.rejects(fileOf(node), says)
  await assert.rejects(fileOf(node), says)
  const variables = await node.environmentOf(INLAND, IRSA)
  assert.deepEqual([variables['AWS_ROLE_ARN'], variables['AWS_REGION']], [OtherArn, 'eu-central-1'])
  assert.equal(await fileOf(node, 'pod/111111111111/us-east-1/shop/default/web'), file)
  assert.notEqual(variables['AWS_WEB_IDENTITY_TOKEN_FILE'], file)

  await node.dev?.advance(25 * HOUR)
  for (const [each, region] of [
    [file, 'us-east-1'],
    [variables['AWS_WEB_IDENTITY_TOKEN_FILE'] ?? '', 'eu-central-1'],
  ] as const) {
    const { exp, iss } = claimsOf(await readFile(each, 'utf8'))
    assert.ok(Number(exp) * 1000 > node.broker.clock.now(), region)
    assert.ok(String(iss).endsWith(`/${ACCOUNT}/${region}/shop`))
  }
  const told = warn.mock.calls.filter((call) => call.arguments[0] === 'token.ambiguous')
  assert.deepEqual(
    told.map((call) => call.arguments[1]),
    [{ serviceAccount: NAME }],
  )
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

test('the file of a cluster that moved, and of one that was pruned, is gone by the time that is applied', async (t) => {
  const node = await started(t, await aFolder(t))
  const here = await fileOf(node)
  const [cluster] = clusters('web').Clusters
  await apply(node, { Clusters: [{ ...cluster, Region: 'eu-central-1' }] }, true)
  assert.ok(!(await isThere(here)))
  const there = await fileOf(node)
  assert.notEqual(there, here)
  await apply(node, { Clusters: [] }, true)
  assert.ok(!(await isThere(there)))
})

test('a token is good by the time that its cluster is made anew, and that its key is destroyed', async (t) => {
  const node = await started(t, await aFolder(t), { data: ':memory:' })
  const file = await fileOf(node)
  const isVouchedFor = async () => {
    const [header = ''] = (await readFile(file, 'utf8')).split('.')
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
    const { api } = node.addresses
    return (await (await fetch(`${api}/clusters/${ACCOUNT}/us-east-1/shop/keys`)).text()).includes(kid)
  }
  await node.dev?.reset()
  assert.ok(await isVouchedFor(), 'after a reset')
  const key = node.broker.keyring.list().find(({ key, state }) => key.purpose === 'cluster-rs256' && state === 'active')
  const answer = await fetch(`${node.addresses.admin}/operations/RotateKeys`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${node.operatorToken.reveal()}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ compromised: key?.key.id }),
  })
  assert.equal(answer.status, 200)
  assert.ok(await isVouchedFor(), 'after its key was destroyed')
})

for (const [what, spoil] of [
  ['vanished', (file: string) => rm(file)],
  ['holds something else', (file: string) => writeFile(file, 'something else')],
] as const) {
  test(`a file that ${what} is written again when it is asked for, and at the next look`, async (t) => {
    const node = await started(t, await aFolder(t), { data: ':memory:' })
    const file = await fileOf(node)
    await spoil(file)
    await fileOf(node)
    assert.match(await readFile(file, 'utf8'), /^eyJ/)
    await spoil(file)
    await node.dev?.advance(1)
    assert.match(await readFile(file, 'utf8'), /^eyJ/)
  })
}

test('the next process removes the file of a service account that is gone, and no stranger’s', async (t) => {
  const folder = await aFolder(t)
  const one = await started(t, folder)
  await apply(one, clusters('web', 'other'))
  const [web, other] = [await fileOf(one), await fileOf(one, 'pod/shop/default/other')]
  const strange = [join(dirname(dirname(web)), 'strange', 'token'), join(dirname(dirname(web)), 'copied', 'token')]
  for (const file of strange) await mkdir(dirname(file))
  await writeFile(strange[0] ?? '', 'theirs')
  await writeFile(strange[1] ?? '', await readFile(web))
  await apply(one, clusters('other'))
  await one.stop()
  await mkdir(dirname(web), { recursive: true })
  await writeFile(web, await readFile(strange[1] ?? ''))
  const two = await startNode(configIn(folder, { dev: true }))
  t.after(() => two.stop())
  assert.deepEqual(await Promise.all([web, other, ...strange].map(isThere)), [false, true, true, true])
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
