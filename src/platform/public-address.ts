import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** All that is routed on the internet of today; what lies outside is compatible, reserved or a transition of some kind. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3')
/**
 * Where Azure answers its own machines, their configuration and name servers: an address of the internet by its number.
 * @see https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
 */
const OF_AZURE = '168.63.129.16'

/**
 * Whether an address is one of the internet, and of nothing nearer: not this machine, not a private network, no metadata
 * service, no translation that leads to one of them. What is no address is none.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 */
export function isPublicAddress(text: string): boolean {
  // The library takes forgotten spellings too, such as 127.1.
  if (isIP(text) === 0) return false
  const address = ipaddr.parse(text)
  if (address.range() !== 'unicast') return false
  if (text === OF_AZURE) return false
  return address.kind() === 'ipv4' || address.match(GLOBAL_IPV6)
}
