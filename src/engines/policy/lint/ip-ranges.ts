import ipaddr from 'ipaddr.js'
import { ipAddress } from '../conditions/ip-address.ts'
import { quote } from './finding.ts'
import { type ConditionCheck, NO_KEYS } from './policy-view.ts'

/** @see https://www.rfc-editor.org/rfc/rfc1918 and RFC 4193 */
const PRIVATE = [rangeOf('10.0.0.0', 8), rangeOf('172.16.0.0', 12), rangeOf('192.168.0.0', 16), rangeOf('fc00::', 7)]

function rangeOf(network: string, bits: number) {
  return { bits, contains: ipAddress([`${network}/${bits}`], false) }
}

function isPrivate(range: string): boolean {
  const [address = '', bits] = range.split('/')
  return PRIVATE.some(
    (each) => (bits === undefined || Number(bits) >= each.bits) && each.contains(address, NO_KEYS) === true,
  )
}

const privacy: ConditionCheck = ({ type, form, name, values, node }, report) => {
  if (type !== 'IpAddress' || name !== 'aws:sourceip') return
  const hidden = values.filter(({ value }) => isPrivate(value))
  const [first] = hidden
  if (first === undefined) return
  const why = `aws:SourceIp is a public address, so a private one ${form.negated ? 'excludes' : 'matches'} nobody`
  if (hidden.length === values.length) {
    const code = form.negated ? 'PRIVATE_NOT_IP_ADDRESS' : 'PRIVATE_IP_ADDRESS'
    report('ERROR', code, `${why}: give public ranges, or use aws:VpcSourceIp.`, node)
  } else {
    const code = form.negated ? 'PRIVATE_NOT_IP_ADDRESS_SUBSET' : 'PRIVATE_IP_ADDRESS_SUBSET'
    report('SUGGESTION', code, `${why}: use aws:VpcSourceIp for ${quote(first.value)}.`, first)
  }
}

const tidiness: ConditionCheck = ({ type, values }, report) => {
  if (type !== 'IpAddress') return
  for (const text of values) {
    const tidy = tidyRange(text.value)
    if (tidy === undefined) continue
    const what = `The bits of ${quote(text.value)} beyond its prefix are ignored: write ${tidy}.`
    report('SUGGESTION', 'IMPROVE_IP_RANGE', what, text)
  }
}

const LONGEST_RANGE = 49

/** The same range without bits beyond the prefix; `undefined` when there are none. */
function tidyRange(range: string): string | undefined {
  if (range.length > LONGEST_RANGE || !ipaddr.isValidCIDR(range)) return undefined
  const [address, bits] = ipaddr.parseCIDR(range)
  const family = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6
  const network = family.networkAddressFromCIDR(range).toString()
  return network === address.toString() ? undefined : `${network}/${bits}`
}

/** Addresses and ranges. */
export const ipRangeChecks: readonly ConditionCheck[] = [privacy, tidiness]
