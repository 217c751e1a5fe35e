import { type AccountId, accountId, epochMillis, type Instance, Violation } from '../../../src/model/index.ts'

function account(text: string): AccountId {
  const id = accountId(text)
  if (id instanceof Violation) throw new Error(`${text} is no account`)
  return id
}

/** An instance with nothing in it but what is said. */
export function anInstance(parts: Partial<Instance> = {}, owner = '111111111111'): Instance {
  return {
    id: 'i-0123456789abcdef0',
    account: account(owner),
    region: 'us-east-1',
    availabilityZone: 'us-east-1a',
    availabilityZoneId: 'use1-az1',
    imageId: 'ami-0123456789abcdef0',
    instanceType: 't3.micro',
    architecture: 'x86_64',
    reservationId: 'r-0123456789abcdef0',
    startedAt: epochMillis(Date.parse('2026-03-02T07:41:18Z')),
    lifecycle: 'on-demand',
    detailedMonitoring: false,
    profile: undefined,
    keyPair: undefined,
    userData: undefined,
    tags: [],
    interfaces: [
      {
        interfaceId: 'eni-0123456789abcdef0',
        macAddress: '06:00:00:00:00:01',
        subnetId: 'subnet-0123456789abcdef0',
        subnetCidrBlock: '172.31.0.0/20',
        subnetIpv6CidrBlocks: [],
        vpcId: 'vpc-0123456789abcdef0',
        vpcCidrBlocks: ['172.31.0.0/16'],
        vpcIpv6CidrBlocks: [],
        privateIpAddresses: ['172.31.1.2'],
        publicIpAddresses: [],
        ipv6Addresses: [],
        securityGroupIds: ['sg-0123456789abcdef0'],
        securityGroups: ['default'],
      },
    ],
    options: {
      httpEndpoint: 'enabled',
      httpTokens: 'required',
      httpPutResponseHopLimit: 1,
      httpProtocolIpv6: 'disabled',
      instanceMetadataTags: 'disabled',
    },
    listen: [],
    spotInterruption: undefined,
    rebalanceNoticeTime: undefined,
    maintenanceEvents: [],
    overrides: [],
    ...parts,
  }
}
