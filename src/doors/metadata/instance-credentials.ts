import { jsonText } from '../../domain/instances/index.ts'
import { type Instance, iamArn, isoSeconds } from '../../model/index.ts'
import { assumeRoleForInstance } from '../../operations/broker/index.ts'
import { type BrokerParts, submit } from '../../pipeline/index.ts'
import type { CredentialsSource, RoleOutcome } from './role-credentials.ts'

/** How the credentials of an instance are fetched: with a session token, or without. */
export type RoleDelivery = '1.0' | '2.0'

/** Longer than what EC2 is seen to give: it is not documented. */
const LIFETIME_MS = 6 * 3_600_000
/** So that the set before is good for hours yet. At EC2 new ones come about hourly, at least five minutes before. */
const ROTATE_AFTER_MS = 3_600_000

/**
 * The credentials of instances, as their metadata shows them: the same bytes until they rotate. Those before stay good
 * until their own end. Each instance has a set for fetches with a session token and one for those without.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
 */
export class InstanceCredentials {
  readonly #source: CredentialsSource
  readonly #broker: BrokerParts

  constructor(source: CredentialsSource, broker: BrokerParts) {
    this.#source = source
    this.#broker = broker
  }

  /** The document for a role: credentials, or why there are none. Both are an answer of 200. */
  async of({ id, account, region }: Instance, roleName: string, delivery: RoleDelivery): Promise<Buffer> {
    const { directory } = this.#broker
    const service = serviceName(directory.partition)
    const outcome = await this.#source.of({
      machine: id,
      key: `${delivery} ${account} ${roleName}`,
      service,
      account,
      region,
      lifetimeMs: LIFETIME_MS,
      rotateAfterMs: ROTATE_AFTER_MS,
      find: () => directory.roleNamed(account, roleName),
      assume: async (ask, role, lifetimeMs) => {
        const roleArn = role?.arn ?? iamArn(directory.partition, account, 'role', '/', roleName)
        const input = { account, instanceId: id, roleArn, roleName, roleDelivery: delivery, lifetimeMs }
        return (await submit(assumeRoleForInstance, { ...ask, input: () => input }, this.#broker)).credentials
      },
    })
    return Buffer.from(documentOf(outcome, roleName, service))
  }
}

function documentOf(outcome: RoleOutcome, roleName: string, service: string): string {
  const LastUpdated = isoSeconds(outcome.at)
  if (outcome.kind === 'refused') {
    const Message = `EC2 cannot assume the role ${roleName}. Does its trust policy allow sts:AssumeRole to ${service}?`
    return jsonText({ Code: 'AssumeRoleUnauthorizedAccess', Message, LastUpdated })
  }
  if (outcome.kind === 'failed') {
    return jsonText({ Code: 'Failed', Message: `EC2 could not assume the role ${roleName}.`, LastUpdated })
  }
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = outcome.credentials
  return jsonText({
    Code: 'Success',
    LastUpdated,
    Type: 'AWS-HMAC',
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey.reveal(),
    Token: sessionToken,
    Expiration: isoSeconds(expiresAt),
  })
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services */
function serviceName(partition: string): string {
  return partition === 'aws-cn' ? 'ec2.amazonaws.com.cn' : 'ec2.amazonaws.com'
}
