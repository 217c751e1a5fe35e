import assert from 'node:assert/strict'
import { verify, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { example, type InstanceInput, MAC, SAMPLE, TREE } from './sample-instance.ts'
import { MD, type Service, serve, TOKEN } from './service.ts'

const MACS = `${MD}network/interfaces/macs/`
/** Conditions that the sample fulfils. */
const HELD = new Set(['always', 'key-pair', 'public-ipv4', 'user-data', 'tags'])
/** When they were last refreshed: no example can say it. */
const REFRESHED = 'meta-data/identity-credentials/ec2/info'
/** Needs a profile, or credentials without a role behind them. */
const ELSEWHERE = /^meta-data\/iam\/|ec2\/security-credentials/
/** Has properties of its own, or is told by a clock. */
const IPV6 = { Ipv6Addresses: ['2001:db8:20:31::2f'], VpcIpv6CidrBlocks: ['2001:db8:20::/56'] }

const leaves = [...TREE].filter(([path]) => !path.endsWith('/') && !ELSEWHERE.test(path))
const held = leaves.filter(([, { when }]) => HELD.has(when))
const conditional = leaves.filter(([, { when }]) => !HELD.has(when))

/** What is found at paths, under one token. */
async function statuses(service: Service, paths: readonly string[]): Promise<readonly number[]> {
  const token = await service.token()
  return await Promise.all(
    paths.map(async (path) => (await service.send('GET', `/latest/${path}`, { [TOKEN]: token })).status),
  )
}

test('what an instance does not have is not found, and not listed above', async (t) => {
  const service = await serve(t)
  const paths = conditional.map(([path]) => path)
  assert.ok(paths.length > 20)
  assert.deepEqual(new Set(await statuses(service, paths)), new Set([404]))
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const above = await service.get(`/latest/${path.slice(0, path.lastIndexOf('/'))}`)
    if (above.status === 200) assert.ok(!above.body.split('\n').includes(name), path)
  }
})

test('every category that an instance has answers as at EC2', async (t) => {
  const service = await serve(t)
  assert.ok(held.length > 45)
  for (const [path, { example: body }] of held) {
    const seen = await service.get(`/latest/${path}`)
    if (path === REFRESHED) assert.equal(JSON.parse(seen.body).Code, 'Success')
    else assert.deepEqual([path, seen.status, seen.body], [path, 200, body])
  }
})

test('every listing names what is there, as at EC2', async (t) => {
  const service = await serve(t)
  const directories = [...TREE].filter(
    ([path, { when }]) => path.endsWith('/') && HELD.has(when) && !ELSEWHERE.test(path),
  )
  for (const [path, { example: listing }] of directories) {
    // Without a profile, and without credentials of its own.
    const expected = listing.replace('iam/\n', '').replace('info\nsecurity-credentials/', 'info')
    for (const spelled of [path, path.slice(0, -1)]) {
      assert.deepEqual([path, (await service.get(`/latest/${spelled}`)).body], [path, expected])
    }
  }
})

test('a file gives a body to categories that need what is not here', async (t) => {
  const untold = conditional.filter(([, { when }]) => !/ipv6|spot|rebalance/.test(when))
  const Metadata = Object.fromEntries(untold.map(([path, { example: body }]) => [path, body]))
  const service = await serve(t, { ...SAMPLE, Metadata })
  for (const [path, { example: body }] of untold) {
    assert.deepEqual([path, (await service.get(`/latest/${path}`)).body], [path, body])
  }
})

test('an instance with IPv6 says so', async (t) => {
  const [primary] = SAMPLE.NetworkInterfaces
  const NetworkInterfaces = [{ ...primary, ...IPV6, SubnetIpv6CidrBlocks: ['2001:db8:20:31::/64'] }]
  const service = await serve(t, { ...SAMPLE, NetworkInterfaces })
  for (const [path, { when, example: body }] of leaves) {
    if (when === 'ipv6') assert.deepEqual([path, (await service.get(`/latest/${path}`)).body], [path, body])
  }
})

test('whoever descends every name that ends with a slash finds something everywhere', async (t) => {
  const service = await serve(t)
  const token = await service.token()
  const read: string[] = []
  const descend = async (path: string): Promise<void> => {
    const { status, body } = await service.send('GET', path, { [TOKEN]: token })
    assert.equal(status, 200, path)
    read.push(path)
    if (path.endsWith('public-keys/')) return
    for (const name of body.split('\n')) {
      if (name.endsWith('/')) await descend(path + name)
      else assert.equal((await service.send('GET', path + name, { [TOKEN]: token })).status, 200, path + name)
    }
  }
  await descend(MD)
  await descend('/latest/dynamic/')
  assert.ok(read.length > 15)
})

test('the versions are listed, oldest first, and each serves the tree; others do not exist', async (t) => {
  const { get } = await serve(t)
  const versions = (await get('/')).body.split('\n')
  assert.deepEqual([versions[0], versions.at(-1)], ['1.0', 'latest'])
  for (const version of ['2021-03-23', '2018-09-24', '2016-09-02', '2009-04-04']) assert.ok(versions.includes(version))
  for (const version of versions) assert.equal((await get(`/${version}/meta-data/ami-id`)).status, 200)
  for (const version of ['2099-01-01', '2.0', 'LATEST', 'latest ']) {
    assert.equal((await get(`/${encodeURI(version)}/meta-data/`)).status, 404)
  }
})

test('the top of the tree has names without slashes; user data is there when it is set', async (t) => {
  const service = await serve(t)
  for (const path of ['/latest', '/latest/']) {
    assert.equal((await service.get(path)).body, 'dynamic\nmeta-data\nuser-data')
  }
  const { UserData: _, ...without } = SAMPLE
  for (const instance of [without, { ...without, UserData: '' }]) {
    await service.change(instance)
    assert.equal((await service.get('/latest')).body, 'dynamic\nmeta-data')
    assert.equal((await service.get('/latest/user-data')).status, 404)
  }
})

test('user data is bytes', async (t) => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  const { get } = await serve(t, { ...SAMPLE, UserData: all.toString('base64') })
  const { headers, bytes } = await get('/latest/user-data')
  assert.deepEqual([headers['content-type'], headers['content-length']], ['application/octet-stream', '256'])
  assert.deepEqual(bytes, all)
})

for (const [target, body] of [
  ['//latest//meta-data///ami-id', example('meta-data/ami-id')],
  [`${MD}placement/availability-zone/`, 'us-west-2b'],
  [`${MD}placement/region`, 'us-west-2'],
  [`${MD}ami-id?x=1`, example('meta-data/ami-id')],
  [MACS, `${MAC}/`],
  [`${MACS}${MAC}/subnet-id`, 'subnet-03fa6b1d9e7c2840d'],
  [`${MACS}${MAC.replaceAll(':', '%3A')}/subnet-id`, 'subnet-03fa6b1d9e7c2840d'],
  [`${MD}public-keys/`, '0=sim-key'],
  [`${MD}public-keys/0/`, 'openssh-key'],
  [`${MD}metrics/vhostmd`, '<?xml version="1.0" encoding="UTF-8"?>'],
  ['/latest/dynamic/instance-identity', 'rsa2048\npkcs7\ndocument\nsignature\ndsa2048'],
] as const) {
  test(`${target} is ${JSON.stringify(body)}`, async (t) => {
    const seen = await (await serve(t)).get(target)
    assert.deepEqual([seen.status, seen.body], [200, body])
  })
}

for (const target of [
  `${MD}does-not-exist`,
  `${MACS}${MAC.toUpperCase()}/subnet-id`,
  `${MD}../../etc/passwd`,
  `${MD}%2e%2e/%2e%2e/etc/passwd`,
  `${MD}%2e%2e%2fuser-data`,
  `${MD}ami-id%00`,
  `${MD}%zz`,
  `${MD}%c0%ae`,
  `${MD}AMI-ID`,
  `${MD}constructor`,
  `${MD}__proto__`,
  '/latest/api',
  '/latest/api/token/x',
  '/x/latest/meta-data/',
  '/./latest/meta-data/',
]) {
  test(`${target} is not found, with the page of EC2`, async (t) => {
    const { status, headers, body } = await (await serve(t)).get(target)
    assert.deepEqual([status, headers['content-type'], body.length], [404, 'text/html', 337])
    assert.match(body, /<h1>404 - Not Found<\/h1>/)
  })
}

test('a file adds leaves, replaces them, and takes leaves and directories away', async (t) => {
  const Metadata = {
    'meta-data/custom/x': '1',
    'meta-data/ami-id': 'ami-00000000',
    'meta-data/mac': null,
    'meta-data/placement': null,
    'dynamic/instance-identity/more': 'y',
  }
  const { get } = await serve(t, { ...SAMPLE, Metadata })
  assert.equal((await get(`${MD}custom/x`)).body, '1')
  assert.equal((await get(`${MD}ami-id`)).body, 'ami-00000000')
  for (const gone of ['mac', 'placement', 'placement/', 'placement/region'])
    assert.equal((await get(MD + gone)).status, 404)
  const listing = (await get(MD)).body.split('\n')
  assert.ok(listing.includes('custom/') && !listing.includes('mac') && !listing.includes('placement/'))
  assert.equal((await get('/latest/dynamic/instance-identity')).body.split('\n').at(-1), 'more')
})

test('without a profile there is nothing of iam', async (t) => {
  const { get } = await serve(t)
  for (const path of ['iam', 'iam/', 'iam/info', 'iam/security-credentials', 'iam/security-credentials/x']) {
    assert.equal((await get(MD + path)).status, 404)
  }
  assert.ok(!(await get(MD)).body.split('\n').includes('iam/'))
})

test('without a public address none is told, nor listed', async (t) => {
  const [primary] = SAMPLE.NetworkInterfaces
  const { get } = await serve(t, { ...SAMPLE, NetworkInterfaces: [{ ...primary, PublicIpAddresses: [] }] })
  for (const path of ['public-ipv4', 'public-hostname', `network/interfaces/macs/${MAC}/public-ipv4s`]) {
    assert.deepEqual([path, (await get(MD + path)).status], [path, 404])
  }
  for (const path of [MD, `${MACS}${MAC}/`])
    assert.doesNotMatch((await get(path)).body, /public-(?:ipv4|hostname)|associations/)
})

test('tags are there when they are allowed, and an empty one is an empty body', async (t) => {
  const Tags = [{ Key: 'env', Value: '' }]
  const off = { ...SAMPLE, MetadataOptions: {}, Tags } satisfies InstanceInput
  const service = await serve(t, off)
  assert.equal((await service.get(`${MD}tags/instance/env`)).status, 404)
  assert.ok(!(await service.get(MD)).body.includes('tags/'))
  await service.change({ ...SAMPLE, Tags })
  const { status, bytes, headers } = await service.get(`${MD}tags/instance/env`)
  assert.deepEqual([status, bytes.length, headers['content-length']], [200, 0, '0'])
})

test('what the identity document signs verifies with the certificates of the broker', async (t) => {
  const { get, documents } = await serve(t)
  const document = (await get('/latest/dynamic/instance-identity/document')).bytes
  const signature = (await get('/latest/dynamic/instance-identity/signature')).body
  const { publicKey } = new X509Certificate(await documents.certificate('signature'))
  assert.ok(verify('sha256', document, publicKey, Buffer.from(signature, 'base64')))
  for (const name of ['pkcs7', 'rsa2048', 'dsa2048']) {
    const { body } = await get(`/latest/dynamic/instance-identity/${name}`)
    assert.ok(Buffer.from(body, 'base64').includes(document), name)
    assert.equal((await get(`/latest/dynamic/instance-identity/${name}`)).body, body)
  }
})
