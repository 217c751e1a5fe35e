import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { environmentOf } from '../../src/compose/environment-of.ts'
import { type RunningNode, startNode } from '../../src/compose/index.ts'
import { ACCOUNT, aFolder, configIn } from './samples.ts'

const TASK = '0123456789abcdef0123456789abcdef'
const POD = 'pod/shop/default/web'
const trust = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Service: ['ecs-tasks.amazonaws.com', 'pods.eks.amazonaws.com'] },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  },
}
const RoleArn = `arn:aws:iam::${ACCOUNT}:role/web`
const account = {
  Id: ACCOUNT,
  Roles: [{ RoleName: 'web', AssumeRolePolicyDocument: trust }],
  Instances: [{ InstanceId: 'i-00000000000000001' }],
  Tasks: [{ TaskId: TASK, TaskRoleArn: RoleArn }],
  PodIdentityAssociations: [{ ClusterName: 'shop', Namespace: 'default', ServiceAccount: 'web', RoleArn }],
}

const NO_TOKENS = { of: () => assert.fail('no token is asked for here') }

async function started(t: TestContext, containers: readonly string[] = []): Promise<RunningNode> {
  const config = configIn(await aFolder(t), { data: ':memory:', listen: { containers: [...containers] } })
  const node = await startNode(config, { directories: [{ Accounts: [account] }] })
  t.after(() => node.stop())
  return node
}

test('where only containers ask, no instance answers, and nobody gets credentials without a proof', async (t) => {
  const node = await started(t, ['127.0.0.1:0'])
  const [origin = ''] = node.containerAddresses
  const put = { method: 'PUT', headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '60' } }
  assert.equal((await fetch(`${origin}/latest/api/token`, put)).status, 404)
  assert.equal((await fetch(`${origin}/latest/meta-data/`)).status, 404)
  assert.equal((await fetch(`${origin}/v2/credentials/${TASK}`)).status, 401)
  assert.equal((await fetch(`${origin}/v1/credentials`)).status, 400)
})

test('containers are answered on every address that is named, as on the metadata listener', async (t) => {
  const node = await started(t, ['127.0.0.1:0', '127.0.0.1:0'])
  assert.equal(new Set(node.containerAddresses).size, 2)
  for (const name of [`task/${TASK}`, POD]) {
    const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri = '', AWS_CONTAINER_AUTHORIZATION_TOKEN: Authorization = '' } =
      await node.environmentOf(name)
    assert.ok(uri.startsWith(node.addresses.metadata))
    for (const origin of node.containerAddresses) {
      const { status } = await fetch(origin + new URL(uri).pathname, { headers: { Authorization } })
      assert.equal(status, 200)
    }
  }
})

test('an address that cannot be had keeps the node from starting, and the error names its flag', async (t) => {
  const taken = new URL((await started(t)).addresses.metadata).host
  await assert.rejects(started(t, [taken]), {
    message: `${taken} is in use; choose another address with --container-listen`,
  })
})

test('the environment of a machine puts the shared files aside, and leads past proxies', async (t) => {
  const node = await started(t)
  for (const name of ['i-00000000000000001', `task/${TASK}`, POD]) {
    const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, NO_PROXY, no_proxy } = await node.environmentOf(name)
    assert.deepEqual([AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE], ['/dev/null', '/dev/null'])
    assert.deepEqual([NO_PROXY, no_proxy], ['127.0.0.1', '127.0.0.1'])
  }
})

for (const [containers, task, pod] of [
  [[], { FULL: 'http://127.0.0.1:7601' }, 'http://127.0.0.1:7601'],
  [['http://127.0.0.1:9'], { FULL: 'http://127.0.0.1:7601' }, 'http://127.0.0.1:7601'],
  [['http://169.254.170.2:81'], { FULL: 'http://127.0.0.1:7601' }, 'http://127.0.0.1:7601'],
  [['http://169.254.170.2:80'], { RELATIVE: '' }, 'http://127.0.0.1:7601'],
  [['http://[fd00:ec2::23]:80'], { FULL: 'http://127.0.0.1:7601' }, 'http://[fd00:ec2::23]'],
  [['http://169.254.170.2:80', 'http://169.254.170.23:80'], { RELATIVE: '' }, 'http://169.254.170.23'],
] as const) {
  test(`with ${containers.join(' and ') || 'no address of their own'} containers are told ${JSON.stringify(task)} and ${pod}`, async (t) => {
    const node = await started(t)
    const places = {
      node,
      endpoint: 'http://x',
      metadata: 'http://127.0.0.1:7601',
      containers,
      instances: [],
      tokens: NO_TOKENS,
    }
    const ofTask = await environmentOf(`task/${TASK}`, places)
    const uris = Object.entries(ofTask).filter(([name]) => name.startsWith('AWS_CONTAINER_CREDENTIALS'))
    const expected = Object.entries(task).map(([form, origin]) => [
      `AWS_CONTAINER_CREDENTIALS_${form}_URI`,
      `${origin}/v2/credentials/${TASK}`,
    ])
    assert.deepEqual(uris, expected)
    const metadata = 'RELATIVE' in task ? 'http://169.254.170.2/v4/' : 'http://127.0.0.1:7601/v4/'
    assert.ok(ofTask['ECS_CONTAINER_METADATA_URI_V4']?.startsWith(metadata))
    assert.equal((await environmentOf(POD, places))['AWS_CONTAINER_CREDENTIALS_FULL_URI'], `${pod}/v1/credentials`)
  })
}
