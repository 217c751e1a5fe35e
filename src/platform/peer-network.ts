import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** In bits: what one customer of an IPv6 network has at least. @see https://www.rfc-editor.org/rfc/rfc6177 */
const OF_ONE_CUSTOMER = 64

/**
 * The network that stands for one peer where shares are counted: an IPv4 address alone, of IPv6 the first 64 bits, because
 * whoever has one such address has as many as they like. What is no address is its own network.
 */
export function peerNetwork(text: string): string {
  if (isIP(text) !== 6) return text
  const [address, bits] = [ipaddr.IPv6.parse(text), OF_ONE_CUSTOMER]
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString()
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toNormalizedString()}/${bits}`)}/${bits}`
}
