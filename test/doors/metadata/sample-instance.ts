import { readFileSync } from 'node:fs'
import type { DirectoryInput } from '../../../src/operations/loading/index.ts'

/** What EC2 answers at a path, for the sample instance, and under which condition. */
interface Example {
  readonly example: string
  readonly when: string
}

/** The tree of the sample instance as EC2 has it: directories end with a slash. */
export const TREE: ReadonlyMap<string, Example> = new Map(
  Object.entries(JSON.parse(readFileSync(new URL('fixtures/instance-tree.json', import.meta.url), 'utf8'))),
)

/** The body of a path of the tree. */
export function example(path: string): string {
  const found = TREE.get(path)
  if (found === undefined) throw new Error(`${path} stands not in the tree`)
  return found.example
}

type AccountInput = DirectoryInput['Accounts'][number]
export type InstanceInput = NonNullable<AccountInput['Instances']>[number]

export const ACCOUNT = '210987654321'
export const ID = 'i-0c4e1d7f9a2b36580'
export const MAC = '06:5f:3a:c1:7e:29'
const KEY = example('meta-data/public-keys/0/openssh-key').split(' ')

/** The instance that the tree is of, without an instance profile. */
export const SAMPLE = {
  InstanceId: ID,
  AvailabilityZone: 'us-west-2b',
  AvailabilityZoneId: 'usw2-az1',
  ImageId: 'ami-07d3f1e2b8c964a05',
  InstanceType: 'm6i.large',
  ReservationId: 'r-0d7a3c9e1f5b82460',
  LaunchTime: '2026-03-02T07:41:18Z',
  KeyName: KEY[2] ?? '',
  PublicKeyMaterial: `${KEY[0]} ${KEY[1]}`,
  MetadataOptions: { InstanceMetadataTags: 'enabled' },
  Tags: [
    { Key: 'Name', Value: 'sim-web-1' },
    { Key: 'env', Value: 'test' },
  ],
  UserData: Buffer.from(example('user-data')).toString('base64'),
  NetworkInterfaces: [
    {
      NetworkInterfaceId: 'eni-0a97b2c5d81e4f603',
      MacAddress: MAC,
      SubnetId: 'subnet-03fa6b1d9e7c2840d',
      SubnetCidrBlock: '10.20.16.0/20',
      VpcId: 'vpc-0d5e8a1c7b3f92e46',
      VpcCidrBlocks: ['10.20.0.0/16'],
      PrivateIpAddresses: ['10.20.31.47'],
      PublicIpAddresses: ['203.0.113.87'],
      SecurityGroupIds: ['sg-0be2d7c4a9165f380'],
      SecurityGroups: ['web-tier'],
    },
  ],
} as const satisfies InstanceInput
