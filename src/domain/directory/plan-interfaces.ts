import { isIP } from 'node:net'
import type { NetworkInterface } from '../../model/index.ts'
import type { DesiredNetworkInterface } from './desired-instances.ts'
import { type InstanceSeat, withDefaults } from './instance-defaults.ts'
import type { DesiredPath } from './mistakes.ts'
import type { Plan } from './plan.ts'
import { INSTANCE_QUOTAS, RULES } from './rules.ts'

const DEFAULT_INTERFACE: DesiredNetworkInterface = {
  SubnetIpv6CidrBlocks: [],
  VpcCidrBlocks: [],
  VpcIpv6CidrBlocks: [],
  PrivateIpAddresses: [],
  PublicIpAddresses: [],
  Ipv6Addresses: [],
  SecurityGroupIds: [],
  SecurityGroups: [],
}

/** Plans the network interfaces of an instance: one of its account's default VPC, where the file has none. */
export function planInterfaces(
  plan: Plan,
  at: DesiredPath,
  listed: readonly DesiredNetworkInterface[],
  seat: InstanceSeat,
): readonly NetworkInterface[] {
  const desired = listed.length === 0 ? [DEFAULT_INTERFACE] : listed
  if (desired.length > INSTANCE_QUOTAS.interfaces) plan.mistake(at, `at most ${INSTANCE_QUOTAS.interfaces} of them`)
  const macs = new Set<string>()
  return desired.map((each, index) => {
    const here = [...at, index]
    const made = withDefaults(each, index, seat)
    plan.check([...here, 'MacAddress'], made.macAddress, RULES.macAddress)
    if (macs.has(made.macAddress)) plan.mistake([...here, 'MacAddress'], `"${made.macAddress}" stands here twice`)
    macs.add(made.macAddress)
    for (const property of ['NetworkInterfaceId', 'SubnetId', 'VpcId'] as const) {
      const text = each[property]
      if (text !== undefined) plan.check([...here, property], text, RULES.word)
    }
    checkAddresses(plan, [...here, 'PrivateIpAddresses'], made.privateIpAddresses, 4)
    checkAddresses(plan, [...here, 'PublicIpAddresses'], made.publicIpAddresses, 4)
    checkAddresses(plan, [...here, 'Ipv6Addresses'], made.ipv6Addresses, 6)
    if (made.publicIpAddresses.length > made.privateIpAddresses.length) {
      plan.mistake([...here, 'PublicIpAddresses'], 'each belongs to a private address in the same place')
    }
    for (const [property, blocks] of [
      ['VpcCidrBlocks', made.vpcCidrBlocks],
      ['VpcIpv6CidrBlocks', made.vpcIpv6CidrBlocks],
      ['SubnetIpv6CidrBlocks', made.subnetIpv6CidrBlocks],
    ] as const) {
      for (const [position, block] of blocks.entries()) plan.check([...here, property, position], block, RULES.network)
    }
    plan.check([...here, 'SubnetCidrBlock'], made.subnetCidrBlock, RULES.network)
    for (const [position, name] of made.securityGroups.entries()) {
      plan.check([...here, 'SecurityGroups', position], name, RULES.securityGroup)
    }
    for (const [position, name] of made.securityGroupIds.entries()) {
      plan.check([...here, 'SecurityGroupIds', position], name, RULES.word)
    }
    return made
  })
}

function checkAddresses(plan: Plan, at: DesiredPath, addresses: readonly string[], family: 4 | 6): void {
  for (const [index, address] of addresses.entries()) {
    if (isIP(address) !== family) plan.mistake([...at, index], `"${address}" must be an IPv${family} address`)
  }
}
