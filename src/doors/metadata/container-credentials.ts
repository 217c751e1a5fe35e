import {
  AccessDenied,
  type AccountId,
  type EpochMillis,
  epochMillis,
  ServiceUnavailable,
  type Tag,
  type TemporaryCredentials,
} from '../../model/index.ts'
import { assumeRoleForContainer } from '../../operations/broker/index.ts'
import { asService } from '../../pipeline/authentication/index.ts'
import { type BrokerParts, submit } from '../../pipeline/index.ts'
import { isStillGood, timeFrom } from './held-session.ts'

/** A role that a container service is to assume. */
export interface ContainerRole {
  /** Who it is for: the same text gets the same credentials until they rotate. */
  readonly holder: string
  readonly service: string
  readonly account: AccountId
  readonly region: string
  readonly roleArn: string
  /** Made anew for each session. */
  sessionName(): string
  readonly tags: readonly Tag[]
  readonly sourceArn: string | undefined
}

/** What came of it: credentials, or whether the role refused or something failed. */
export type ContainerCredentialsOutcome = TemporaryCredentials | 'refused' | 'failed'

/** What ECS and EKS are seen to give. */
const LIFETIME_MS = 6 * 3_600_000
/** The agent of EKS renews then; of ECS it is not documented. Those before are good for as long again. */
const ROTATE_AFTER_MS = 3 * 3_600_000
/** A role that refused is asked again after this, or when something in the directory changed. */
const RETRY_AFTER_MS = 60_000
/** The same after a failure, which may be over soon. */
const RETRY_FAILED_AFTER_MS = 1_000
/** Whoever was not seen for longest gets new credentials earlier. */
const MAX_HELD = 10_000

interface Held {
  readonly outcome: ContainerCredentialsOutcome
  readonly goodUntil: EpochMillis
  readonly version: number
}

/** The credentials of containers: the same until they rotate; those before stay good until their own end. */
export class ContainerCredentials {
  readonly #broker: BrokerParts
  readonly #held = new Map<string, Promise<Held>>()

  constructor(broker: BrokerParts) {
    this.#broker = broker
  }

  async of(role: ContainerRole): Promise<ContainerCredentialsOutcome> {
    const key = `${role.roleArn} ${role.holder}`
    const before = this.#held.get(key)
    if (before !== undefined && (await this.#isGood(await before))) return (await before).outcome
    // Whoever came while it was looked at began already.
    const now = this.#held.get(key)
    if (now !== undefined && now !== before) return (await now).outcome
    const fresh = this.#assume(role)
    this.#held.delete(key)
    for (const oldest of this.#held.keys()) {
      if (this.#held.size < MAX_HELD) break
      this.#held.delete(oldest)
    }
    this.#held.set(key, fresh)
    return (await fresh).outcome
  }

  async #isGood({ outcome, goodUntil, version }: Held): Promise<boolean> {
    const { clock, directory } = this.#broker
    if (clock.now() >= goodUntil) return false
    return typeof outcome === 'string'
      ? version === directory.version
      : await isStillGood(outcome.sessionToken, this.#broker)
  }

  async #assume(role: ContainerRole): Promise<Held> {
    const { clock, random, directory, logger } = this.#broker
    const { service, account, region, roleArn, tags, sourceArn } = role
    const { version } = directory
    const sessionName = role.sessionName()
    try {
      const now = await timeFrom((await directory.role(roleArn))?.sessionsRevokedBefore ?? 0, clock)
      if (!directory.isCurrent()) throw new ServiceUnavailable('the change log cannot be followed')
      const { credentials } = await submit(
        assumeRoleForContainer,
        {
          facts: {
            requestId: random.uuid(),
            now,
            sourceIp: undefined,
            secureTransport: true,
            userAgent: service,
            referer: undefined,
          },
          prove: async () => asService(service, account, region),
          input: () => ({ account, roleArn, sessionName, tags, sourceArn, lifetimeMs: LIFETIME_MS }),
        },
        this.#broker,
      )
      return { outcome: credentials, goodUntil: epochMillis(now + ROTATE_AFTER_MS), version }
    } catch (error) {
      const refused = error instanceof AccessDenied
      const about = { service, role: roleArn, session: sessionName }
      if (refused) logger.info('credentials.refused', { ...about, detail: error.detail })
      else logger.error('credentials.failed', { ...about, error })
      const goodUntil = epochMillis(clock.now() + (refused ? RETRY_AFTER_MS : RETRY_FAILED_AFTER_MS))
      return { outcome: refused ? 'refused' : 'failed', goodUntil, version }
    }
  }
}
