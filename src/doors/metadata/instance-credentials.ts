import { jsonText } from '../../domain/instances/index.ts'
import {
  AccessDenied,
  type EpochMillis,
  epochMillis,
  type Instance,
  iamArn,
  isoSeconds,
  ServiceUnavailable,
} from '../../model/index.ts'
import { assumeRoleForInstance } from '../../operations/broker/index.ts'
import { asService } from '../../pipeline/authentication/index.ts'
import { type BrokerParts, submit } from '../../pipeline/index.ts'
import { isStillGood, timeFrom } from './held-session.ts'

/** How the credentials of an instance are fetched: with a session token, or without. */
export type RoleDelivery = '1.0' | '2.0'

/** Longer than what EC2 is seen to give: it is not documented. */
const LIFETIME_MS = 6 * 3_600_000
/** So that the set before is good for hours yet. At EC2 new ones come about hourly, at least five minutes before. */
const ROTATE_AFTER_MS = 3_600_000
/** A role that refused is asked again after this, or when something in the directory changed. */
const RETRY_AFTER_MS = 60_000
/** The same after a failure, which may be over soon. */
const RETRY_FAILED_AFTER_MS = 1_000

interface Held {
  readonly body: Buffer
  /** `undefined` for a refusal. */
  readonly sessionToken: string | undefined
  readonly goodUntil: EpochMillis
  readonly version: number
}

/**
 * The credentials of instances, as their metadata shows them: the same bytes until they rotate. Those before stay good
 * until their own end. Each instance has a set for fetches with a session token and one for those without.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
 */
export class InstanceCredentials {
  readonly #broker: BrokerParts
  readonly #isCurrent: () => boolean
  readonly #held = new Map<string, Map<string, Promise<Held>>>()

  /** @param isCurrent - false while it is not known what the directory says of instances: then none gets new ones */
  constructor(broker: BrokerParts, isCurrent: () => boolean) {
    this.#broker = broker
    this.#isCurrent = isCurrent
  }

  /** The document for a role: credentials, or why there are none. Both are an answer of 200. */
  async of(instance: Instance, roleName: string, delivery: RoleDelivery): Promise<Buffer> {
    const ofInstance = this.#held.get(instance.id) ?? new Map<string, Promise<Held>>()
    this.#held.set(instance.id, ofInstance)
    const key = `${delivery} ${instance.account} ${roleName}`
    const before = ofInstance.get(key)
    if (before !== undefined && (await this.#isGood(await before))) return (await before).body
    // Whoever came while it was looked at began already.
    const now = ofInstance.get(key)
    const fresh = now !== undefined && now !== before ? now : this.#assume(instance, roleName, delivery)
    // Of roles that it had before nothing is kept.
    for (const other of ofInstance.keys()) if (!other.endsWith(` ${roleName}`)) ofInstance.delete(other)
    ofInstance.set(key, fresh)
    return (await fresh).body
  }

  /** Drops what is held of an instance that is gone. */
  forget(id: string): void {
    this.#held.delete(id)
  }

  forgetAll(): void {
    this.#held.clear()
  }

  async #isGood({ sessionToken, goodUntil, version }: Held): Promise<boolean> {
    const { clock, directory } = this.#broker
    if (clock.now() >= goodUntil) return false
    return sessionToken === undefined ? version === directory.version : await isStillGood(sessionToken, this.#broker)
  }

  async #assume(instance: Instance, roleName: string, delivery: RoleDelivery): Promise<Held> {
    const { clock, random, directory, endedEarly, logger } = this.#broker
    const { version } = directory
    const { account, region } = instance
    try {
      const role = await directory.roleNamed(account, roleName)
      const firstGood = (endedEarly?.lastOf(instance.id) ?? -1) + 1
      const now = await timeFrom(Math.max(firstGood, role?.sessionsRevokedBefore ?? 0), clock)
      // One that is not there is asked for too: the refusal sounds the same, and is recorded.
      const roleArn = role?.arn ?? iamArn(directory.partition, account, 'role', '/', roleName)
      if (!directory.isCurrent()) throw new ServiceUnavailable('the change log cannot be followed')
      if (!this.#isCurrent()) throw new ServiceUnavailable('the instances of the directory cannot be read')
      const { credentials } = await submit(
        assumeRoleForInstance,
        {
          facts: {
            requestId: random.uuid(),
            now,
            sourceIp: undefined,
            secureTransport: true,
            userAgent: serviceName(directory.partition),
            referer: undefined,
          },
          prove: async () => asService(serviceName(directory.partition), account, region),
          input: () => ({
            account,
            instanceId: instance.id,
            roleArn,
            roleName,
            roleDelivery: delivery,
            lifetimeMs: LIFETIME_MS,
          }),
        },
        this.#broker,
      )
      const body = jsonText({
        Code: 'Success',
        LastUpdated: isoSeconds(now),
        Type: 'AWS-HMAC',
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey.reveal(),
        Token: credentials.sessionToken,
        Expiration: isoSeconds(credentials.expiresAt),
      })
      const { sessionToken } = credentials
      return { body: Buffer.from(body), sessionToken, goodUntil: epochMillis(now + ROTATE_AFTER_MS), version }
    } catch (error) {
      const now = clock.now()
      const refused = error instanceof AccessDenied
      const about = { instance: instance.id, role: roleName }
      if (refused) logger.info('credentials.refused', { ...about, detail: error.detail })
      else logger.error('credentials.failed', { ...about, error })
      const body = jsonText({
        Code: refused ? 'AssumeRoleUnauthorizedAccess' : 'Failed',
        Message: refused
          ? `EC2 cannot assume the role ${roleName}. Does its trust policy allow sts:AssumeRole to ${serviceName(directory.partition)}?`
          : `EC2 could not assume the role ${roleName}.`,
        LastUpdated: isoSeconds(now),
      })
      const goodUntil = epochMillis(now + (refused ? RETRY_AFTER_MS : RETRY_FAILED_AFTER_MS))
      return { body: Buffer.from(body), sessionToken: undefined, goodUntil, version }
    }
  }
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services */
function serviceName(partition: string): string {
  return partition === 'aws-cn' ? 'ec2.amazonaws.com.cn' : 'ec2.amazonaws.com'
}
