import { hash } from 'node:crypto'
import type { AccountId, NetworkInterface } from '../../model/index.ts'
import type { DesiredNetworkInterface } from './desired-instances.ts'

/** Where an instance stands, from which what its file leaves out is made. */
export interface InstanceSeat {
  readonly account: AccountId
  readonly id: string
  readonly region: string
  /** `us-east-1a` */
  readonly zone: string
}

/** An id of EC2, the same each time for the same names: `vpc-` and 17 hexadecimal digits. */
export function inventedId(prefix: string, ...names: readonly string[]): string {
  return `${prefix}-${digest(prefix, ...names).slice(0, 17)}`
}

/** The id of a zone, `use1-az1` for `us-east-1a`: at AWS each account has an order of its own, here all have one. */
export function inventedZoneId({ region, zone }: InstanceSeat): string {
  const [, area = '', direction = '', number = ''] = /^([a-z-]+)-([a-z]+)-([0-9]+)$/.exec(region) ?? []
  const compass = direction.replaceAll(/north|south|east|west|central/g, (word) => word.charAt(0))
  return `${area.replace(/-(.).*/, '$1')}${compass}${number}-az${letterIndex(zone) + 1}`
}

/**
 * A network interface with what the file leaves out: it stands in the account's default VPC, 172.31.0.0/16, in the
 * subnet of its zone. Addresses are made of the instance's id and may meet those of another: name them where it matters.
 */
export function withDefaults(desired: DesiredNetworkInterface, index: number, seat: InstanceSeat): NetworkInterface {
  const { account, id, region, zone } = seat
  const chance = digest('interface', account, id, String(index))
  const vpcCidrBlocks = orElse(desired.VpcCidrBlocks, '172.31.0.0/16')
  const third = (letterIndex(zone) * 16) % 256
  return {
    interfaceId: desired.NetworkInterfaceId ?? inventedId('eni', account, id, String(index)),
    macAddress: desired.MacAddress ?? `06:${chance.slice(0, 10).replace(/(..)(?=.)/g, '$1:')}`,
    subnetId: desired.SubnetId ?? inventedId('subnet', account, zone),
    subnetCidrBlock: desired.SubnetCidrBlock ?? `172.31.${third}.0/20`,
    subnetIpv6CidrBlocks: desired.SubnetIpv6CidrBlocks,
    vpcId: desired.VpcId ?? inventedId('vpc', account, region),
    vpcCidrBlocks,
    vpcIpv6CidrBlocks: desired.VpcIpv6CidrBlocks,
    privateIpAddresses: orElse(desired.PrivateIpAddresses, privateAddress(third, chance)),
    publicIpAddresses: desired.PublicIpAddresses,
    ipv6Addresses: desired.Ipv6Addresses,
    securityGroupIds: orElse(desired.SecurityGroupIds, inventedId('sg', account, region)),
    securityGroups: orElse(desired.SecurityGroups, 'default'),
  }
}

/** In the /20 that begins at 172.31.`third`.0, but not one of the few that AWS keeps there. */
function privateAddress(third: number, chance: string): string {
  const host = 16 + (Number.parseInt(chance.slice(10, 18), 16) % 4000)
  return `172.31.${third + (host >> 8)}.${host & 255}`
}

function letterIndex(zone: string): number {
  return zone.charCodeAt(zone.length - 1) - 'a'.charCodeAt(0)
}

function orElse(texts: readonly string[], standard: string): readonly string[] {
  return texts.length > 0 ? texts : [standard]
}

function digest(...names: readonly string[]): string {
  return hash('sha256', names.join('\n'))
}
