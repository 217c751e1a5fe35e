import type { AccountId } from './account-id.ts'
import type { EpochMillis } from './epoch-millis.ts'
import type { Tag } from './tag.ts'

/** A switch, as EC2 spells its two positions. */
type Switch = 'enabled' | 'disabled'

/**
 * How the metadata endpoint of an instance behaves.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsRequest.html
 */
interface MetadataOptions {
  /** `disabled`: every request is refused. */
  readonly httpEndpoint: Switch
  /** `required`: a request without a session token is refused. */
  readonly httpTokens: 'optional' | 'required'
  /** How many hops the answer to a token request may travel, 1 to 64. */
  readonly httpPutResponseHopLimit: number
  /** Whether fd00:ec2::254 answers. */
  readonly httpProtocolIpv6: Switch
  /** Whether the instance's tags can be read. */
  readonly instanceMetadataTags: Switch
}

/** A network interface of an instance. Lists are empty where there is nothing. */
export interface NetworkInterface {
  readonly interfaceId: string
  /** In lower case, with colons. */
  readonly macAddress: string
  readonly subnetId: string
  readonly subnetCidrBlock: string
  readonly subnetIpv6CidrBlocks: readonly string[]
  readonly vpcId: string
  readonly vpcCidrBlocks: readonly string[]
  readonly vpcIpv6CidrBlocks: readonly string[]
  /** The primary one first. */
  readonly privateIpAddresses: readonly string[]
  /** Each belongs to the private address in the same place. */
  readonly publicIpAddresses: readonly string[]
  readonly ipv6Addresses: readonly string[]
  readonly securityGroupIds: readonly string[]
  readonly securityGroups: readonly string[]
}

/** An address on which an instance's metadata can be read. */
export interface InstanceListen {
  readonly host: string
  /** 0: the system chooses. */
  readonly port: number
  /** How far away whoever uses this address is: 1 on the instance itself, 2 in a container behind a bridge. */
  readonly hops: number
}

/**
 * A scheduled event. @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_scheduled_events.html
 */
export interface MaintenanceEvent {
  readonly eventId: string
  readonly code: string
  readonly description: string
  readonly notBefore: EpochMillis
  readonly notAfter: EpochMillis
  readonly notBeforeDeadline: EpochMillis | undefined
  readonly state: 'active' | 'completed' | 'canceled'
}

/** A virtual machine as far as its metadata tells of it. Nothing runs on it: programs that ask stand for it. */
export interface Instance {
  /** `i-` and 8 or 17 hexadecimal digits. */
  readonly id: string
  readonly account: AccountId
  readonly region: string
  readonly availabilityZone: string
  readonly availabilityZoneId: string
  readonly imageId: string
  readonly instanceType: string
  readonly architecture: string
  readonly reservationId: string
  /** When it was last started: session tokens from before are void. */
  readonly startedAt: EpochMillis
  readonly lifecycle: 'on-demand' | 'spot' | 'scheduled'
  readonly detailedMonitoring: boolean
  /** The name of its instance profile, in its own account. */
  readonly profile: string | undefined
  readonly keyPair: { readonly name: string; readonly publicKey: string } | undefined
  /** Base64. */
  readonly userData: string | undefined
  readonly tags: readonly Tag[]
  /** At least one; the first is the primary one. */
  readonly interfaces: readonly NetworkInterface[]
  readonly options: MetadataOptions
  /** Empty: it answers on the metadata listener itself. */
  readonly listen: readonly InstanceListen[]
  readonly spotInterruption: { readonly action: SpotAction; readonly time: EpochMillis } | undefined
  readonly rebalanceNoticeTime: EpochMillis | undefined
  readonly maintenanceEvents: readonly MaintenanceEvent[]
  /** Paths below the version, such as `meta-data/kernel-id`, with what to answer there; `undefined` is not found. */
  readonly overrides: readonly { readonly path: string; readonly value: string | undefined }[]
}

/** What becomes of a spot instance that is taken back. */
type SpotAction = 'terminate' | 'stop' | 'hibernate'

/** An instance profile: the role that instances take on. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html */
export interface InstanceProfile {
  readonly account: AccountId
  readonly profileName: string
  readonly path: string
  readonly arn: string
  /** `AIPA...` */
  readonly uniqueId: string
  readonly createdAt: EpochMillis
  /** At AWS a profile holds one role at most. */
  readonly roleName: string | undefined
  /** When that role was put in; `undefined` without one, and in records from before this was kept. */
  readonly roleSince?: EpochMillis | undefined
  readonly tags: readonly Tag[]
}
