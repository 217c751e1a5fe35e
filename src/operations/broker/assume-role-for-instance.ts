import type { Directory } from '../../domain/directory/index.ts'
import {
  AccessDenied,
  type AccountId,
  assumedRoleArn,
  type Instance,
  isoSeconds,
  PLAIN_TERMS,
  type ServiceCaller,
  type TemporaryCredentials,
} from '../../model/index.ts'
import type { Operation } from '../../pipeline/index.ts'

/** Which role EC2 assumes for which instance, and how its credentials are fetched. */
export interface AssumeRoleForInstanceInput {
  readonly account: AccountId
  readonly instanceId: string
  readonly roleArn: string
  readonly roleName: string
  /** `2.0`: with a session token of the metadata service; `1.0`: without. */
  readonly roleDelivery: '1.0' | '2.0'
  readonly lifetimeMs: number
}

/**
 * Makes the credentials of an instance: EC2 assumes the role of its profile, where the trust policy lets EC2. That it is
 * the role of its profile is read again, because what serves instances may be behind the directory. The session is named after the instance and carries what policies may ask of it. MaxSessionDuration does not count for services.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html#iam-term-max-session-duration
 */
export const assumeRoleForInstance: Operation<
  ServiceCaller,
  AssumeRoleForInstanceInput,
  { readonly credentials: TemporaryCredentials; readonly roleId: string; readonly arn: string }
> = {
  action: 'sts:AssumeRole',
  proof: 'service',
  grants: true,

  async requires(input, _caller, directory) {
    await instanceWithRole(input, directory)
    const context = new Map([['sts:rolesessionname', input.instanceId]])
    return [{ action: 'sts:AssumeRole', resource: input.roleArn, context }]
  },

  async perform({ input, facts, role }, { sessions, directory }) {
    if (role === undefined) throw new Error('a role was permitted that does not exist')
    const { instanceId: sessionName, roleDelivery, lifetimeMs } = input
    const { account, roleName, uniqueId: roleId } = role
    const instance = await instanceWithRole(input, directory)
    const { credentials } = sessions.mint({
      account,
      holder: { kind: 'assumed-role', roleName, roleId, sessionName, chainDepth: 0 },
      issuedAt: facts.now,
      lifetimeMs,
      terms: { ...PLAIN_TERMS, carriedKeys: carriedKeys(instance, roleDelivery, directory.partition) },
    })
    return { credentials, roleId, arn: assumedRoleArn(directory.partition, account, roleName, sessionName) }
  },

  details({ account, instanceId, roleArn, lifetimeMs }, output) {
    return {
      requestParameters: { roleArn, roleSessionName: instanceId, durationSeconds: lifetimeMs / 1000 },
      responseElements: output && {
        credentials: {
          accessKeyId: output.credentials.accessKeyId,
          sessionId: output.credentials.sessionId,
          expiration: isoSeconds(output.credentials.expiresAt),
        },
        assumedRoleUser: { assumedRoleId: `${output.roleId}:${instanceId}`, arn: output.arn },
      },
      resources: [{ ARN: roleArn, accountId: account, type: 'AWS::IAM::Role' }],
    }
  },
}

/** The instance as the store has it. @throws AccessDenied when it is not there, or has the role no more */
async function instanceWithRole(
  { account, instanceId, roleName }: AssumeRoleForInstanceInput,
  directory: Directory,
): Promise<Instance> {
  const instance = await directory.records.stored('instance', instanceId)
  if (instance?.account === account && instance.profile !== undefined) {
    const profile = await directory.instanceProfile(account, instance.profile)
    if (profile?.roleName === roleName) return instance
  }
  throw new AccessDenied(`EC2 cannot assume ${roleName} for ${instanceId}`, { detail: 'not the role of its profile' })
}

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-policy-keys */
function carriedKeys(
  { id, account, region, interfaces: [primary] }: Instance,
  roleDelivery: string,
  partition: string,
): Readonly<Record<string, string>> {
  const address = primary?.privateIpAddresses[0]
  return {
    'ec2:roledelivery': roleDelivery,
    'ec2:sourceinstancearn': `arn:${partition}:ec2:${region}:${account}:instance/${id}`,
    ...(primary && { 'aws:ec2instancesourcevpc': primary.vpcId }),
    ...(address !== undefined && { 'aws:ec2instancesourceprivateipv4': address }),
  }
}
