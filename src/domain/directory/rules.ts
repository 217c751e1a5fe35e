import { type TextShape, violationOf } from '../../model/index.ts'

/** A rule for one property: what it must look like, and how to say so. */
export interface NameRule extends TextShape {
  readonly matches: RegExp
  readonly says: string
}

const NAME = '[\\w+=,.@-]+'
const named = (max: number): NameRule => ({
  min: 1,
  max,
  matches: /^[\w+=,.@-]+$/,
  says: `must be 1 to ${max} characters out of ${NAME}`,
})

/** Shapes of names and paths. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const RULES = {
  accountId: { matches: /^[0-9]{12}$/, says: 'must be 12 digits, in quotes' },
  alias: {
    min: 3,
    max: 63,
    matches: /^(?![0-9]{12}$)[a-z0-9](?:[a-z0-9]|-(?!-))*[a-z0-9]$/,
    says: 'must be 3 to 63 lower-case letters, digits and single hyphens, and not 12 digits',
  },
  userName: named(64),
  roleName: named(64),
  groupName: named(128),
  policyName: named(128),
  path: {
    min: 1,
    max: 512,
    matches: /^\/(?:[\x21-\x7e]+\/)?$/,
    says: 'must begin and end with "/" and have at most 512 characters',
  },
  organizationId: { matches: /^o-[a-z0-9]{10,32}$/, says: 'must be "o-" and 10 to 32 lower-case letters and digits' },
  rootId: { matches: /^r-[0-9a-z]{4,32}$/, says: 'must be "r-" and 4 to 32 lower-case letters and digits' },
  unitId: {
    matches: /^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$/,
    says: 'must be "ou-", the letters and digits of the root, "-" and 8 to 32 lower-case letters and digits',
  },
  unitName: { min: 1, max: 128, matches: /\S/, says: 'must be 1 to 128 characters' },
  accessKeyId: {
    min: 16,
    max: 128,
    matches: /^(?!ASIA)\w+$/,
    says: 'must be 16 to 128 letters and digits, not ASIA...',
  },
  secretAccessKey: { min: 16, max: 128, matches: /^[\x21-\x7e]+$/, says: 'must be 16 to 128 printable characters' },
  password: {
    min: 1,
    max: 128,
    matches: /^[\t\n\r\x20-\xff]+$/,
    says: 'must be 1 to 128 characters of Latin-1',
  },
  mfaSeed: {
    max: 103,
    matches: /^[A-Z2-7]{26,}$/,
    says: 'must be 26 to 103 characters of Base32 (A to Z, 2 to 7), without padding',
  },
  tagKey: {
    min: 1,
    max: 128,
    matches: /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/iu,
    says: 'must be 1 to 128 letters, digits, spaces and _.:/=+-@, not starting with aws:',
  },
  tagValue: {
    min: 0,
    max: 256,
    matches: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u,
    says: 'must be at most 256 letters, digits, spaces and _.:/=+-@',
  },
  roleDescription: {
    max: 1000,
    matches: /^[\t\n\r\x20-\x7e\xa1-\xff]*$/,
    says: 'must be at most 1,000 characters of Latin-1',
  },
  policyDescription: { max: 1000, matches: /^/, says: 'must be at most 1,000 characters' },
  profileName: named(128),
  instanceId: { matches: /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, says: 'must be "i-" and 8 or 17 hexadecimal digits' },
  availabilityZone: {
    max: 64,
    matches: /^[a-z]{2}(?:-[a-z]+)+-[0-9]+(?:[a-z]|-[a-z]+-[0-9]+[a-z])$/,
    says: 'must be an availability zone such as us-east-1a',
  },
  taskId: { matches: /^[0-9a-f]{32}$/, says: 'must be 32 hexadecimal digits' },
  containerName: { max: 255, matches: /^[\w-]+$/, says: 'must be 1 to 255 letters, digits, "-" and "_"' },
  eksClusterName: {
    max: 100,
    matches: /^[0-9A-Za-z][A-Za-z0-9_-]*$/,
    says: 'must be 1 to 100 letters, digits, "-" and "_", beginning with a letter or digit',
  },
  kubernetesLabel: {
    max: 63,
    matches: /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/,
    says: 'must be 1 to 63 lower-case letters, digits and inner hyphens',
  },
  kubernetesName: {
    max: 253,
    matches: /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/,
    says: 'must be 1 to 253 lower-case letters, digits and inner hyphens and dots',
  },
  region: { max: 32, matches: /^[a-z]{2}(?:-[a-z]+)+-[0-9]+$/, says: 'must be a region such as us-east-1' },
  word: { max: 255, matches: /^[\w.-]+$/, says: 'must be 1 to 255 letters, digits and ".", "-", "_"' },
  line: { max: 255, matches: /^[^\p{Cc}\p{Cs}]+$/u, says: 'must be one line of 1 to 255 characters' },
  keyName: { max: 255, matches: /^[\x20-\x7e]+$/, says: 'must be 1 to 255 printable characters' },
  publicKey: {
    max: 4096,
    matches: /^(?:ssh-|ecdsa-)[a-z0-9-]+ [A-Za-z0-9+/]+={0,2}$/,
    says: 'must be an OpenSSH public key without a comment, such as "ssh-ed25519 AAAA..."',
  },
  macAddress: {
    matches: /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/,
    says: 'must be six pairs of lower-case hexadecimal digits, with colons',
  },
  network: { max: 49, matches: /^[0-9a-f:.]+\/[0-9]{1,3}$/, says: 'must be a network such as 10.0.0.0/16' },
  securityGroup: { max: 255, matches: /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, says: 'must be a group name' },
  metadataTagKey: {
    min: 1,
    max: 128,
    matches: /^(?!(?:\.|\.\.|_index)$)[A-Za-z0-9+\-=.,_:@]+$/,
    says: 'cannot be read as metadata: with InstanceMetadataTags a key is letters, digits and +-=.,_:@, and not ".", ".." or "_index"',
  },
  maintenanceCode: {
    matches: /^(?:instance-reboot|system-reboot|system-maintenance|instance-retirement|instance-stop)$/,
    says: 'must be instance-reboot, system-reboot, system-maintenance, instance-retirement or instance-stop',
  },
  metadataPath: {
    max: 255,
    matches: /^(?:meta-data|dynamic|user-data)(?:\/(?!\.{1,2}(?:\/|$))[^\p{Cc}\p{Cs}/]+)*$/u,
    says: 'must be a path below meta-data or dynamic, or user-data, without slashes at its ends',
  },
} as const satisfies Record<string, NameRule>

/** What an account may have, where a configuration can raise what AWS grants. */
export interface Quotas {
  readonly usersPerAccount: number
  readonly groupsPerAccount: number
  readonly rolesPerAccount: number
  readonly policiesPerAccount: number
  readonly instanceProfilesPerAccount: number
  readonly oidcProvidersPerAccount: number
  readonly samlProvidersPerAccount: number
  readonly tagsPerPrincipal: number
}

/** What AWS grants an account by default. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const QUOTAS = {
  usersPerAccount: 5000,
  groupsPerAccount: 300,
  rolesPerAccount: 1000,
  policiesPerAccount: 1500,
  instanceProfilesPerAccount: 1000,
  oidcProvidersPerAccount: 100,
  samlProvidersPerAccount: 100,
  accessKeysPerPrincipal: 2,
  mfaDevicesPerPrincipal: 8,
  managedPoliciesPerPrincipal: 10,
  groupsPerUser: 10,
  tagsPerPrincipal: 50,
  managedPolicySize: 6144,
  versionsPerPolicy: 5,
  trustPolicySize: 2048,
  scpSize: 10_240,
  rcpSize: 5120,
  scpsPerNode: 10,
  rcpsPerNode: 5,
  unitDepth: 5,
  inlinePoliciesSize: { user: 2048, group: 5120, role: 10_240 },
} as const

/** What an instance may have: AWS's limits where it publishes them. */
export const INSTANCE_QUOTAS = {
  userDataBytes: 16_384,
  interfaces: 64,
  maintenanceEvents: 100,
  overrides: 1000,
  overrideLength: 65_536,
} as const

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html */
export const CONTAINER_QUOTAS = { perTask: 10, perCluster: 1000 } as const

/** Whether a text keeps a rule. */
export function keeps(text: string, rule: NameRule): boolean {
  return rule.matches.test(text) && violationOf(text, { ...rule, pattern: '' }) === undefined
}
