import { type ClusterPlace, foldCase, type PodIdentityAssociation } from '../../model/index.ts'

/** The key of the one organization. */
export const ORGANIZATION_KEY = 'organization'

/**
 * The key of a thing whose name is unique in its account whatever the case of its letters. Names are ASCII: what somebody
 * typed, which may be anything, is the name of nobody else.
 */
export function nameKey(account: string, name: string): string {
  return `${account}/${foldCase(name)}`
}

/** The key of a pod identity association: one for each service account of a cluster. */
export function podIdentityKey({
  account,
  region,
  clusterName,
  namespace,
  serviceAccount,
}: Omit<PodIdentityAssociation, 'roleArn'>): string {
  return `${account}/${region}/${clusterName}/${namespace}/${serviceAccount}`
}

/** The key of a cluster: its name is unique in its account and region. */
export function clusterKey({ account, region, clusterName }: ClusterPlace): string {
  return `${account}/${region}/${clusterName}`
}

/** The key of an OpenID Connect provider: the case of its URL counts. @param url - without scheme */
export function oidcProviderKey(account: string, url: string): string {
  return `${account}/${url}`
}

/** The key of an MFA device: no two of an account have the same serial number, whatever the case of its letters. */
export function mfaDeviceKey(account: string, serialNumber: string): string {
  return nameKey(account, serialNumber)
}

/** The key of the deletion of a service-linked role: an account asks for its own alone. */
export function roleDeletionKey(account: string, taskId: string): string {
  return `${account}/${taskId}`
}

/** The key of a customer managed policy: its ARN carries the path, its name alone is unique. */
export function managedPolicyKey(arn: string): string {
  const [account = '', resource = ''] = arn.split(':').slice(4)
  return nameKey(account, resource.slice(resource.lastIndexOf('/') + 1))
}

/**
 * Names a thing that records refer to. A user or role itself is found by its unique id; policies by the account that
 * uses them, because those of AWS are used by all.
 */
export const reference = {
  managedPolicy: (account: string, arn: string): string => `managed-policy/${account}/${arn}`,
  boundary: (account: string, arn: string): string => `boundary/${account}/${arn}`,
  group: (account: string, name: string): string => `group/${nameKey(account, name)}`,
  role: (account: string, name: string): string => `role/${nameKey(account, name)}`,
  /** The place of a version among those of its policy, from 1: how many there are is counted without reading any. */
  policyVersion: (account: string, place: number): string => `policy-version/${account}/${place}`,
  principal: (uniqueId: string): string => `principal/${uniqueId}`,
  /** @param holder - the unique id of a user, or the id of an account: its root user's */
  mfaDevicesOf: (holder: string): string => `mfa-devices-of/${holder}`,
  mfaDevices: (account: string, status: 'Assigned' | 'Unassigned'): string => `mfa-devices/${account}/${status}`,
} as const

/** The key of the SAML provider that an ARN is of, if it is of one. */
export function samlProviderKey(arn: string): string {
  const [account = '', resource = ''] = arn.split(':').slice(4)
  return nameKey(account, resource.slice(resource.indexOf('/') + 1))
}
