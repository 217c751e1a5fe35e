import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DesiredAccount, DirectoryMistakes } from '../../../src/domain/directory/index.ts'
import { readDirectoryObject } from '../../../src/operations/loading/directory-source.ts'
import { anAccount, aRole, aWorld, SOURCE, TARGET, type World } from './samples.ts'

const ID = 'i-0123456789abcdef0'
const OTHER = 'i-0123456789abcdef1'

/** An account with these instances, as a file would say it. */
function withInstances(Instances: readonly object[], Id: string = SOURCE): DesiredAccount {
  const [account] = readDirectoryObject({ Accounts: [{ Id, Instances }] }).desired.Accounts
  assert.ok(account)
  return account
}

async function mistakesOf(world: World, ...accounts: readonly DesiredAccount[]): Promise<readonly string[]> {
  try {
    await world.plan(...accounts)
  } catch (error) {
    assert.ok(error instanceof DirectoryMistakes)
    return error.mistakes.map(({ path, message }) => `${path.join('.')}: ${message}`)
  }
  return []
}

const AT = 'Accounts.0.Instances.0'
const LISTEN = 'must be a port, or HOST:PORT with a loopback address, 169.254.169.254 or [fd00:ec2::254]'

for (const [instance, ...mistakes] of [
  [{ InstanceId: 'i-1' }, `${AT}.InstanceId: "i-1" must be "i-" and 8 or 17 hexadecimal digits`],
  [{ IamInstanceProfile: 'web' }, `${AT}.IamInstanceProfile: account ${SOURCE} has no instance profile "web"`],
  [{ Listen: '0.0.0.0:80' }, `${AT}.Listen: "0.0.0.0:80" ${LISTEN}`],
  [{ Listen: ['1', '192.0.2.1:80'] }, `${AT}.Listen.1: "192.0.2.1:80" ${LISTEN}`],
  [{ Listen: '127.0.0.1:65536' }, `${AT}.Listen: "127.0.0.1:65536" ${LISTEN}`],
  [{ Listen: 'localhost:1' }, `${AT}.Listen: "localhost:1" ${LISTEN}`],
  [{ Listen: '[::1]' }, `${AT}.Listen: "[::1]" ${LISTEN}`],
  [{ Listen: { Address: 1, Hops: 0 } }, `${AT}.Listen.0.Hops: must be 1 to 64`],
  [
    { MetadataOptions: { HttpPutResponseHopLimit: 65 } },
    `${AT}.MetadataOptions.HttpPutResponseHopLimit: must be 1 to 64`,
  ],
  [{ KeyName: 'k' }, `${AT}: a key pair is a KeyName and a PublicKeyMaterial`],
  [{ UserData: 'not base64' }, `${AT}.UserData: must be base64, as in CloudFormation`],
  [{ UserData: Buffer.alloc(16_385).toString('base64') }, `${AT}.UserData: must be at most 16384 bytes`],
  [{ LaunchTime: 'yesterday' }, `${AT}.LaunchTime: "yesterday" must be an instant such as 2026-03-02T07:41:18Z`],
  [
    { Metadata: { 'meta-data/../x': '' } },
    `${AT}.Metadata.meta-data/../x: "meta-data/../x" must be a path below meta-data or dynamic, or user-data, without slashes at its ends`,
  ],
  [
    { NetworkInterfaces: [{ PrivateIpAddresses: ['::1'], PublicIpAddresses: ['192.0.2.1', '192.0.2.2'] }] },
    `${AT}.NetworkInterfaces.0.PrivateIpAddresses.0: "::1" must be an IPv4 address`,
    `${AT}.NetworkInterfaces.0.PublicIpAddresses: each belongs to a private address in the same place`,
  ],
  [
    {
      NetworkInterfaces: [{ MacAddress: '06:00:00:00:00:01' }, { MacAddress: '06:00:00:00:00:01' }],
    },
    `${AT}.NetworkInterfaces.1.MacAddress: "06:00:00:00:00:01" stands here twice`,
  ],
] as const) {
  test(`refused: ${mistakes[0]}`, async (t) => {
    const account = withInstances([{ InstanceId: ID, ...instance }])
    assert.deepEqual(await mistakesOf(await aWorld(t), account), mistakes)
  })
}

test('a tag that no path can name is refused where tags can be read, by its key', async (t) => {
  const world = await aWorld(t)
  for (const Key of ['a b', 'a/b', '.', '..', '_index', 'é']) {
    const MetadataOptions = { InstanceMetadataTags: 'enabled' } as const
    const [mistake = ''] = await mistakesOf(
      world,
      withInstances([{ InstanceId: ID, MetadataOptions, Tags: [{ Key, Value: '' }] }]),
    )
    assert.ok(mistake.startsWith(`${AT}.Tags.0.Key: "${Key}" cannot be read as metadata`), mistake)
  }
  assert.deepEqual(await mistakesOf(world, withInstances([{ InstanceId: ID, Tags: [{ Key: 'a b', Value: '' }] }])), [])
})

test('only one instance answers on the metadata listener itself, of all accounts and files', async (t) => {
  const world = await aWorld(t)
  const says = (other: string) =>
    `${other} answers on the metadata listener already: give this one an address of its own with Listen`
  assert.deepEqual(
    await mistakesOf(world, withInstances([{ InstanceId: ID }]), withInstances([{ InstanceId: OTHER }], TARGET)),
    [`Accounts.1.Instances.0: ${says('another instance of this file')}`],
  )
  await world.apply(withInstances([{ InstanceId: ID }]))
  assert.deepEqual(await mistakesOf(world, withInstances([{ InstanceId: OTHER }])), [
    `${AT}: ${says(`instance ${ID}`)}`,
  ])
  assert.deepEqual(await mistakesOf(world, withInstances([{ InstanceId: ID, Listen: 0 }, { InstanceId: OTHER }])), [])
})

test('no two instances listen on one address; a port that the system chooses is always another', async (t) => {
  const world = await aWorld(t)
  const listens = (InstanceId: string, Listen: string | number | readonly (string | number)[]) => ({
    InstanceId,
    Listen,
  })
  await world.apply(withInstances([listens(ID, '127.0.0.2:80')]))
  assert.deepEqual(await mistakesOf(world, withInstances([listens(OTHER, ['127.0.0.2:80', 0])])), [
    `${AT}.Listen: instance ${ID} listens on 127.0.0.2:80 already`,
  ])
  assert.deepEqual(await mistakesOf(world, withInstances([listens(ID, 0), listens(OTHER, '127.0.0.1:0')])), [])
})

test('an instance stands in one file once, and belongs to one account', async (t) => {
  const world = await aWorld(t)
  const twice = withInstances([{ InstanceId: ID }, { InstanceId: ID, Listen: 0 }])
  assert.deepEqual(await mistakesOf(world, twice), [`Accounts.0.Instances.1.InstanceId: "${ID}" stands here twice`])
  await world.apply(withInstances([{ InstanceId: ID }]))
  assert.deepEqual(await mistakesOf(world, withInstances([{ InstanceId: ID }], TARGET)), [
    `${AT}.InstanceId: "${ID}" belongs to another account`,
  ])
})

test('an instance profile holds one role of its own account', async (t) => {
  const world = await aWorld(t)
  const profile = { InstanceProfileName: 'web', Path: '/' }
  const planned = (Roles: readonly string[]) =>
    mistakesOf(world, anAccount(SOURCE, { Roles: [aRole('a'), aRole('b')], InstanceProfiles: [{ ...profile, Roles }] }))
  const at = 'Accounts.0.InstanceProfiles.0.Roles'
  assert.deepEqual(await planned(['a', 'b']), [`${at}: an instance profile holds one role`])
  assert.deepEqual(await planned(['c']), [`${at}.0: account ${SOURCE} has no role "c"`])
  assert.deepEqual([await planned(['a']), await planned([])], [[], []])
})

test('what a file leaves out is made of the id, and is the same each time', async (t) => {
  const [one, other] = [await aWorld(t), await aWorld(t)]
  await one.apply(withInstances([{ InstanceId: ID }]))
  await other.apply(withInstances([{ InstanceId: ID }]))
  const [first] = await one.directory.instances()
  assert.deepEqual(first, (await other.directory.instances())[0])
  assert.deepEqual(
    [first?.region, first?.availabilityZone, first?.availabilityZoneId],
    ['us-east-1', 'us-east-1a', 'use1-az1'],
  )
  assert.match(first?.interfaces[0]?.privateIpAddresses[0] ?? '', /^172\.31\.\d+\.\d+$/)
  assert.match(first?.interfaces[0]?.macAddress ?? '', /^06(:[0-9a-f]{2}){5}$/)
  assert.equal(first?.options.httpTokens, 'required')
})

for (const [zone, region, id] of [
  ['us-west-2b', 'us-west-2', 'usw2-az2'],
  ['ap-southeast-2c', 'ap-southeast-2', 'apse2-az3'],
  ['us-gov-west-1a', 'us-gov-west-1', 'usgw1-az1'],
  ['us-west-2-lax-1a', 'us-west-2', 'usw2-az1'],
] as const) {
  test(`${zone} is a zone of ${region}`, async (t) => {
    const world = await aWorld(t)
    await world.apply(withInstances([{ InstanceId: ID, AvailabilityZone: zone }]))
    const [instance] = await world.directory.instances()
    assert.deepEqual([instance?.region, instance?.availabilityZoneId], [region, id])
  })
}

test('an instance keeps the time of its launch when it is listed again, unless a file says another', async (t) => {
  const world = await aWorld(t)
  await world.apply(withInstances([{ InstanceId: ID }]))
  const [before] = await world.directory.instances()
  await world.apply(withInstances([{ InstanceId: ID, InstanceType: 't3.micro' }]))
  const [after] = await world.directory.instances()
  assert.deepEqual([after?.startedAt, after?.instanceType], [before?.startedAt, 't3.micro'])
})
