import { z } from 'zod'

const list = <Item extends z.ZodType>(item: Item) => z.array(item).default([])
const texts = list(z.string())
const enabledOr = (standard: 'enabled' | 'disabled') => z.enum(['enabled', 'disabled']).default(standard)

/** An address by itself, or with the distance of whoever uses it; a port may be a number. */
const address = z.union([z.string(), z.number().transform(String)])
const listenEntry = z.union([
  address.transform((Address) => ({ Address, Hops: 1 })),
  z.strictObject({ Address: address, Hops: z.number().default(1) }),
])

const networkInterface = z.strictObject({
  NetworkInterfaceId: z.string().optional(),
  MacAddress: z.string().optional(),
  SubnetId: z.string().optional(),
  SubnetCidrBlock: z.string().optional(),
  SubnetIpv6CidrBlocks: texts,
  VpcId: z.string().optional(),
  VpcCidrBlocks: texts,
  VpcIpv6CidrBlocks: texts,
  PrivateIpAddresses: texts,
  PublicIpAddresses: texts,
  Ipv6Addresses: texts,
  SecurityGroupIds: texts,
  SecurityGroups: texts,
})

const maintenanceEvent = z.strictObject({
  EventId: z.string().optional(),
  Code: z.string(),
  Description: z.string(),
  NotBefore: z.string(),
  NotAfter: z.string(),
  NotBeforeDeadline: z.string().optional(),
  State: z.enum(['active', 'completed', 'canceled']).default('active'),
})

/** Paths with what to answer there; `null` is not found. */
const overrides = z
  .record(z.string(), z.string().nullable())
  .transform((paths) => Object.entries(paths).map(([Path, Value]) => ({ Path, Value: Value ?? undefined })))

/** The shape of an instance profile in a directory file. */
export const instanceProfileSchema = z.strictObject({
  InstanceProfileName: z.string(),
  Path: z.string().default('/'),
  Roles: texts,
})

/** The shape of an instance in a directory file. */
export const instanceSchema = z.strictObject({
  InstanceId: z.string(),
  IamInstanceProfile: z.string().optional(),
  Listen: z.union([listenEntry.transform((only) => [only]), z.array(listenEntry)]).default([]),
  MetadataOptions: z
    .strictObject({
      HttpEndpoint: enabledOr('enabled'),
      HttpTokens: z.enum(['optional', 'required']).default('required'),
      HttpPutResponseHopLimit: z.number().default(1),
      HttpProtocolIpv6: enabledOr('disabled'),
      InstanceMetadataTags: enabledOr('disabled'),
    })
    .prefault({}),
  AvailabilityZone: z.string().optional(),
  AvailabilityZoneId: z.string().optional(),
  ImageId: z.string().optional(),
  InstanceType: z.string().default('m6i.large'),
  Architecture: z.enum(['i386', 'x86_64', 'arm64']).default('x86_64'),
  ReservationId: z.string().optional(),
  LaunchTime: z.string().optional(),
  InstanceLifecycle: z.enum(['on-demand', 'spot', 'scheduled']).default('on-demand'),
  Monitoring: z.boolean().default(false),
  KeyName: z.string().optional(),
  PublicKeyMaterial: z.string().optional(),
  NetworkInterfaces: list(networkInterface),
  Tags: list(z.strictObject({ Key: z.string(), Value: z.string() })),
  UserData: z.string().optional(),
  SpotInterruption: z.strictObject({ Action: z.enum(['terminate', 'stop', 'hibernate']), Time: z.string() }).optional(),
  RebalanceNoticeTime: z.string().optional(),
  MaintenanceEvents: list(maintenanceEvent),
  Metadata: overrides.default([]),
})
