import { networkInterfaces } from 'node:os'
import { type Finding, fine } from './finding.ts'

const CHECK = 'metadata'
const IPV4 = '169.254.169.254'
const IPV6 = 'fd00:ec2::254'

/** How a system is given the address; the way back is the same with the other word. */
const COMMANDS: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: `ip addr add ${IPV4}/32 dev lo; ip -6 addr add ${IPV6}/128 dev lo`,
  darwin: `ifconfig lo0 alias ${IPV4}; ifconfig lo0 inet6 alias ${IPV6}`,
  win32: `netsh interface ipv4 add address "Loopback Pseudo-Interface 1" ${IPV4} 255.255.255.255`,
}

/**
 * Whether metadata can be served where EC2 serves it. Not being able to is no problem: SDKs take
 * AWS_EC2_METADATA_SERVICE_ENDPOINT.
 */
export function checkMetadata(
  addresses: readonly string[] = ownAddresses(),
  platform: NodeJS.Platform = process.platform,
): Finding {
  const own = [IPV4, IPV6].filter((address) => addresses.includes(address))
  if (own.length > 0) {
    return fine(CHECK, `${own.join(' and ')} can be listened on (port 80 needs root, or CAP_NET_BIND_SERVICE)`)
  }
  const how = COMMANDS[platform]
  return fine(
    CHECK,
    `SDKs find it by AWS_EC2_METADATA_SERVICE_ENDPOINT; to listen on ${IPV4}${how === undefined ? ', give this machine the address' : `, as root: ${how}`}`,
  )
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? [])
}
