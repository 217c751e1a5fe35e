import { type Instance, isoSeconds, type NetworkInterface } from '../../model/index.ts'
import { jsonText } from './json-text.ts'

/** The names of a partition's services. */
const DOMAINS: Readonly<Record<string, string>> = { 'aws-cn': 'amazonaws.com.cn' }

/** A leaf of the tree, and its body; `undefined` where the instance has no such thing. */
type Leaf = readonly [path: string, body: string | undefined]

/**
 * The categories below `meta-data/` that follow from what an instance is. Those that need hardware, a marketplace or a
 * service that is not here (`kernel-id`, `elastic-gpus/`, `managed-ssh-keys/`, ...) are missing, as on an instance
 * without them; a file can give them a body by their path. So is `identity-credentials/ec2/security-credentials/`: its
 * credentials have no role behind them, and none that nothing honours are handed out.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
 */
export function categoriesOf(instance: Instance, partition: string): readonly Leaf[] {
  const [primary] = instance.interfaces
  const started = isoSeconds(instance.startedAt)
  return [
    ['ami-id', instance.imageId],
    ['ami-launch-index', '0'],
    // What instances of images on EBS say, and nearly all are.
    ['ami-manifest-path', '(unknown)'],
    ['block-device-mapping/ami', '/dev/xvda'],
    ['block-device-mapping/root', '/dev/xvda'],
    ['hostname', primary && privateName(primary, instance)],
    ['identity-credentials/ec2/info', jsonText({ Code: 'Success', LastUpdated: started, AccountId: instance.account })],
    ['instance-action', 'none'],
    ['instance-id', instance.id],
    ['instance-life-cycle', instance.lifecycle],
    ['instance-type', instance.instanceType],
    ['ipv6', primary?.ipv6Addresses[0]],
    ['local-hostname', primary && privateName(primary, instance)],
    ['local-ipv4', primary?.privateIpAddresses[0]],
    ['mac', primary?.macAddress],
    ['metrics/vhostmd', '<?xml version="1.0" encoding="UTF-8"?>'],
    ...instance.interfaces.flatMap((each, index) => interfaceLeaves(each, index, instance)),
    ['placement/availability-zone', instance.availabilityZone],
    ['placement/availability-zone-id', instance.availabilityZoneId],
    ['placement/region', instance.region],
    ['profile', 'default-hvm'],
    ['public-hostname', primary && publicName(primary, instance)],
    ['public-ipv4', primary?.publicIpAddresses[0]],
    ['public-keys/0/openssh-key', instance.keyPair && `${instance.keyPair.publicKey} ${instance.keyPair.name}`],
    ['reservation-id', instance.reservationId],
    ['security-groups', primary?.securityGroups.join('\n')],
    ['services/domain', DOMAINS[partition] ?? 'amazonaws.com'],
    ['services/partition', partition],
    ['system', 'nitro'],
    ...tagLeaves(instance),
  ]
}

function tagLeaves({ tags, options }: Instance): readonly Leaf[] {
  if (options.instanceMetadataTags === 'disabled') return []
  return tags.map(({ key, value }) => [`tags/instance/${key}`, value])
}

function interfaceLeaves(each: NetworkInterface, index: number, instance: Instance): readonly Leaf[] {
  const at = `network/interfaces/macs/${each.macAddress}`
  return [
    [`${at}/device-number`, String(index)],
    [`${at}/interface-id`, each.interfaceId],
    ...each.publicIpAddresses.map(
      (address, position): Leaf => [`${at}/ipv4-associations/${address}`, each.privateIpAddresses[position]],
    ),
    [`${at}/ipv6s`, lines(each.ipv6Addresses)],
    [`${at}/local-hostname`, privateName(each, instance)],
    [`${at}/local-ipv4s`, lines(each.privateIpAddresses)],
    [`${at}/mac`, each.macAddress],
    [`${at}/owner-id`, instance.account],
    [`${at}/public-hostname`, publicName(each, instance)],
    [`${at}/public-ipv4s`, lines(each.publicIpAddresses)],
    [`${at}/security-group-ids`, lines(each.securityGroupIds)],
    [`${at}/security-groups`, lines(each.securityGroups)],
    [`${at}/subnet-id`, each.subnetId],
    [`${at}/subnet-ipv4-cidr-block`, each.subnetCidrBlock],
    [`${at}/subnet-ipv6-cidr-blocks`, lines(each.subnetIpv6CidrBlocks)],
    [`${at}/vpc-id`, each.vpcId],
    [`${at}/vpc-ipv4-cidr-block`, each.vpcCidrBlocks[0]],
    [`${at}/vpc-ipv4-cidr-blocks`, lines(each.vpcCidrBlocks)],
    [`${at}/vpc-ipv6-cidr-blocks`, lines(each.vpcIpv6CidrBlocks)],
  ]
}

function lines(texts: readonly string[]): string | undefined {
  return texts.length === 0 ? undefined : texts.join('\n')
}

/** us-east-1 is the oldest region, and its names have their own form. */
function privateName({ privateIpAddresses: [address = ''] }: NetworkInterface, { region }: Instance): string {
  const domain = region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`
  return `ip-${address.replaceAll('.', '-')}.${domain}`
}

function publicName({ publicIpAddresses: [address] }: NetworkInterface, { region }: Instance): string | undefined {
  if (address === undefined) return undefined
  const domain = region === 'us-east-1' ? 'compute-1' : `${region}.compute`
  return `ec2-${address.replaceAll('.', '-')}.${domain}.${region.startsWith('cn-') ? DOMAINS['aws-cn'] : 'amazonaws.com'}`
}
