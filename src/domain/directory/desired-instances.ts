/**
 * An instance profile: the role that instances take on.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-instanceprofile.html
 */
export interface DesiredInstanceProfile {
  readonly InstanceProfileName: string
  readonly Path: string
  /** At most one. */
  readonly Roles: readonly string[]
}

/**
 * An instance, in CloudFormation's property names where it has one. What is left out is made of the instance's id, so
 * that it stays the same.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-instance.html
 */
export interface DesiredInstance {
  readonly InstanceId: string
  readonly IamInstanceProfile?: string | undefined
  /** Where its metadata is served; nowhere named: on the metadata listener itself. */
  readonly Listen: readonly DesiredListen[]
  readonly MetadataOptions: DesiredMetadataOptions
  readonly AvailabilityZone?: string | undefined
  readonly AvailabilityZoneId?: string | undefined
  readonly ImageId?: string | undefined
  readonly InstanceType: string
  readonly Architecture: 'i386' | 'x86_64' | 'arm64'
  readonly ReservationId?: string | undefined
  readonly LaunchTime?: string | undefined
  readonly InstanceLifecycle: 'on-demand' | 'spot' | 'scheduled'
  readonly Monitoring: boolean
  readonly KeyName?: string | undefined
  /** `ssh-rsa AAAA...`, without a comment. */
  readonly PublicKeyMaterial?: string | undefined
  readonly NetworkInterfaces: readonly DesiredNetworkInterface[]
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[]
  /** Base64. */
  readonly UserData?: string | undefined
  readonly SpotInterruption?: { readonly Action: 'terminate' | 'stop' | 'hibernate'; readonly Time: string } | undefined
  readonly RebalanceNoticeTime?: string | undefined
  readonly MaintenanceEvents: readonly DesiredMaintenanceEvent[]
  /** What to answer at single paths instead, such as `meta-data/kernel-id`; `undefined`: not found. */
  readonly Metadata: readonly { readonly Path: string; readonly Value: string | undefined }[]
}

/** `HOST:PORT`, or a port of 127.0.0.1 alone. */
export interface DesiredListen {
  readonly Address: string
  readonly Hops: number
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsRequest.html */
interface DesiredMetadataOptions {
  readonly HttpEndpoint: 'enabled' | 'disabled'
  readonly HttpTokens: 'optional' | 'required'
  readonly HttpPutResponseHopLimit: number
  readonly HttpProtocolIpv6: 'enabled' | 'disabled'
  readonly InstanceMetadataTags: 'enabled' | 'disabled'
}

/** A network interface; the first of an instance is its primary one. */
export interface DesiredNetworkInterface {
  readonly NetworkInterfaceId?: string | undefined
  readonly MacAddress?: string | undefined
  readonly SubnetId?: string | undefined
  readonly SubnetCidrBlock?: string | undefined
  readonly SubnetIpv6CidrBlocks: readonly string[]
  readonly VpcId?: string | undefined
  readonly VpcCidrBlocks: readonly string[]
  readonly VpcIpv6CidrBlocks: readonly string[]
  readonly PrivateIpAddresses: readonly string[]
  readonly PublicIpAddresses: readonly string[]
  readonly Ipv6Addresses: readonly string[]
  readonly SecurityGroupIds: readonly string[]
  readonly SecurityGroups: readonly string[]
}

/** A scheduled event; instants in ISO 8601. */
interface DesiredMaintenanceEvent {
  readonly EventId?: string | undefined
  readonly Code: string
  readonly Description: string
  readonly NotBefore: string
  readonly NotAfter: string
  readonly NotBeforeDeadline?: string | undefined
  readonly State: 'active' | 'completed' | 'canceled'
}
