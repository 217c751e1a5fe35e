import { networkInterfaces } from 'node:os'
import { CONTAINER_ADDRESSES } from '../platform/config/index.ts'
import { type Finding, fine } from './finding.ts'

/** What clients ask at an address of AWS's own, unless they are told another way. */
interface Place {
  readonly check: string
  readonly addresses: readonly string[]
  /** How clients find it without. */
  readonly otherwise: string
  readonly flag: string
}

const METADATA: Place = {
  check: 'metadata',
  addresses: ['169.254.169.254', 'fd00:ec2::254'],
  otherwise: 'SDKs find it by AWS_EC2_METADATA_SERVICE_ENDPOINT',
  flag: '--metadata-listen',
}
const CONTAINERS: Place = {
  check: 'containers',
  addresses: Object.values(CONTAINER_ADDRESSES),
  otherwise: 'SDKs find credentials by AWS_CONTAINER_CREDENTIALS_FULL_URI',
  flag: '--container-listen',
}

/** How a system is given an address; the way back is the same with the other word. */
const COMMANDS: Readonly<Partial<Record<NodeJS.Platform, (address: string) => string>>> = {
  linux: (address) => (isV6(address) ? `ip -6 addr add ${address}/128 dev lo` : `ip addr add ${address}/32 dev lo`),
  darwin: (address) => `ifconfig lo0 ${isV6(address) ? 'inet6 ' : ''}alias ${address}`,
  win32: (address) =>
    isV6(address)
      ? `netsh interface ipv6 add address "Loopback Pseudo-Interface 1" ${address}`
      : `netsh interface ipv4 add address "Loopback Pseudo-Interface 1" ${address} 255.255.255.255`,
}

/**
 * Whether metadata, and credentials of containers, can be served where EC2, ECS and EKS serve them. Not being able to is no
 * problem: SDKs take another address from their environment.
 */
export function checkMetadata(
  addresses: readonly string[] = ownAddresses(),
  platform: NodeJS.Platform = process.platform,
): readonly Finding[] {
  return [METADATA, CONTAINERS].map((place) => checkPlace(place, addresses, platform))
}

function checkPlace(
  { check, addresses, otherwise, flag }: Place,
  owned: readonly string[],
  platform: NodeJS.Platform,
): Finding {
  const own = addresses.filter((address) => owned.includes(address))
  if (own.length > 0) {
    const [first = ''] = own
    const how = `serve ${flag} ${isV6(first) ? `[${first}]` : first}:80`
    return fine(check, `${own.join(' and ')} can be listened on: ${how} (needs root, or CAP_NET_BIND_SERVICE)`)
  }
  const command = COMMANDS[platform]
  const how = command === undefined ? 'give this machine the address' : `as root: ${addresses.map(command).join('; ')}`
  return fine(check, `${otherwise}; to listen on ${addresses[0]}, ${how}`)
}

function isV6(address: string): boolean {
  return address.includes(':')
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? [])
}
