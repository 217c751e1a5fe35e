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

/** How a system is given an address, and how it is taken back. */
interface Commands {
  add(address: string): string
  remove(address: string): string
}

const LOOPBACK = '"Loopback Pseudo-Interface 1"'
const COMMANDS: Readonly<Partial<Record<NodeJS.Platform, Commands>>> = {
  linux: { add: (address) => onLinux('add', address), remove: (address) => onLinux('del', address) },
  darwin: { add: (address) => onDarwin('alias', address), remove: (address) => onDarwin('-alias', address) },
  win32: {
    add: (address) => `${onWindows('add', address)}${isV6(address) ? '' : ' 255.255.255.255'}`,
    remove: (address) => onWindows('delete', address),
  },
}

function onLinux(verb: string, address: string): string {
  return isV6(address) ? `ip -6 addr ${verb} ${address}/128 dev lo` : `ip addr ${verb} ${address}/32 dev lo`
}

function onDarwin(verb: string, address: string): string {
  return `ifconfig lo0 ${isV6(address) ? 'inet6 ' : ''}${verb} ${address}`
}

function onWindows(verb: string, address: string): string {
  return `netsh interface ${isV6(address) ? 'ipv6' : 'ipv4'} ${verb} address ${LOOPBACK} ${address}`
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
  const commands = COMMANDS[platform]
  if (own.length > 0) {
    const [first = ''] = own
    const how = `serve ${flag} ${isV6(first) ? `[${first}]` : first}:80 (needs root, or CAP_NET_BIND_SERVICE)`
    const back = commands === undefined ? '' : `; to be rid of them, as root: ${own.map(commands.remove).join('; ')}`
    return fine(check, `${own.join(' and ')} can be listened on: ${how}${back}`)
  }
  const how =
    commands === undefined
      ? 'give this machine the address'
      : `as root: ${addresses.map(commands.add).join('; ')} (the way back: ${addresses.map(commands.remove).join('; ')})`
  return fine(check, `${otherwise}; to listen on ${addresses[0]}, ${how}`)
}

function isV6(address: string): boolean {
  return address.includes(':')
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? [])
}
