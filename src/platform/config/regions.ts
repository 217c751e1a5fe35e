/** A family of regions with accounts and ARNs of its own. */
export type Partition = keyof typeof REGIONS

/** The regions of each partition. @see https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html */
const REGIONS = {
  aws: new Set([
    'af-south-1',
    'ap-east-1',
    'ap-east-2',
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
    'ap-south-1',
    'ap-south-2',
    'ap-southeast-1',
    'ap-southeast-2',
    'ap-southeast-3',
    'ap-southeast-4',
    'ap-southeast-5',
    'ap-southeast-6',
    'ap-southeast-7',
    'ca-central-1',
    'ca-west-1',
    'eu-central-1',
    'eu-central-2',
    'eu-north-1',
    'eu-south-1',
    'eu-south-2',
    'eu-west-1',
    'eu-west-2',
    'eu-west-3',
    'il-central-1',
    'me-central-1',
    'me-south-1',
    'mx-central-1',
    'sa-east-1',
    'us-east-1',
    'us-east-2',
    'us-west-1',
    'us-west-2',
  ]),
  'aws-cn': new Set(['cn-north-1', 'cn-northwest-1']),
  'aws-us-gov': new Set(['us-gov-east-1', 'us-gov-west-1']),
} as const satisfies Record<string, ReadonlySet<string>>

/** The partitions a node can serve. */
export const PARTITIONS = Object.keys(REGIONS) as readonly Partition[]

/** Whether `region` is one of the partition's, in its exact casing. */
export function isRegion(partition: Partition, region: string): boolean {
  return REGIONS[partition].has(region)
}

/** The region that a partition's global services sign for. */
export function homeRegion(partition: Partition): string {
  return HOME_REGIONS[partition]
}

const HOME_REGIONS = { aws: 'us-east-1', 'aws-cn': 'cn-north-1', 'aws-us-gov': 'us-gov-west-1' } as const
