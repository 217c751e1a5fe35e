import ipaddr from 'ipaddr.js'
import type { OperatorFamily } from './value-test.ts'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** `ffff:` seven times and a dotted quad. */
const LONGEST = 45
/** The library also takes octal, hexadecimal and shortened forms, which other programs read differently. */
const DOTTED_QUAD = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/

/** Reads an address; an IPv4 one written as IPv6 (`::ffff:192.0.2.1`), as sockets report it, is the IPv4 address. */
function readAddress(text: string): Address | undefined {
  if (text.length > LONGEST) return undefined
  if (!text.includes(':')) return DOTTED_QUAD.test(text) ? ipaddr.IPv4.parse(text) : undefined
  if (text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined
  const address = ipaddr.IPv6.parse(text)
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address
}

/** Reads a CIDR range, or an address as the range that holds it alone. */
function readRange(text: string): readonly [Address, number] | undefined {
  const slash = text.indexOf('/')
  const address = readAddress(slash < 0 ? text : text.slice(0, slash))
  if (address === undefined) return undefined
  const bits = address.kind() === 'ipv4' ? 32 : 128
  if (slash < 0) return [address, bits]
  const suffix = text.slice(slash + 1)
  if (!/^[0-9]{1,3}$/.test(suffix)) return undefined
  const mapped = bits === 32 && text.includes(':') ? 96 : 0
  const prefix = Number(suffix) - mapped
  return prefix >= 0 && prefix <= bits ? [address, prefix] : undefined
}

/** IpAddress: the address lies in the range; the two families never meet. */
export const ipAddress: OperatorFamily = (values) => {
  const ranges = values.map(readRange)
  return (value) => {
    const address = readAddress(value)
    if (address === undefined) return undefined
    let verdict: boolean | undefined = false
    for (const range of ranges) {
      if (range === undefined) verdict = undefined
      else if (contains(range, address)) return true
    }
    return verdict
  }
}

function contains([network, prefix]: readonly [Address, number], address: Address): boolean {
  return network.kind() === address.kind() && address.match(network, prefix)
}
