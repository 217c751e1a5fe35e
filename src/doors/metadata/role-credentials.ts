import {
  AccessDenied,
  type AccountId,
  type EpochMillis,
  epochMillis,
  type ServiceCaller,
  ServiceUnavailable,
  type TemporaryCredentials,
} from '../../model/index.ts'
import { asService } from '../../pipeline/authentication/index.ts'
import type { Ask, BrokerParts } from '../../pipeline/index.ts'
import { isStillGood, timeFrom } from './held-session.ts'

/** What is to be known of a role before it is assumed. */
interface KnownRole {
  readonly arn: string
  readonly sessionsRevokedBefore: EpochMillis
}

/** A role that a service is to assume for a machine: an instance, a task or a pod. */
export interface RoleWanted {
  /** `i-...`, `task/ID` or `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`. */
  readonly machine: string
  /** Tells apart what one machine has several of: the same gets the same credentials until they rotate. */
  readonly key: string
  readonly service: string
  readonly account: AccountId
  readonly region: string
  readonly lifetimeMs: number
  /** After so long there are others; those before are good until their own end. */
  readonly rotateAfterMs: number
  /** The role, if there is one. */
  find(): Promise<KnownRole | undefined>
  /** Has the service assume it, one that is not there too: the refusal sounds the same, and is recorded. @throws Fault */
  assume(
    ask: Pick<Ask<ServiceCaller, never>, 'facts' | 'prove'>,
    role: KnownRole | undefined,
    lifetimeMs: number,
  ): Promise<TemporaryCredentials>
}

/** What came of it, and when: credentials, or whether the role refused or something failed. */
export type RoleOutcome =
  | { readonly kind: 'granted'; readonly at: EpochMillis; readonly credentials: TemporaryCredentials }
  | { readonly kind: 'refused'; readonly at: EpochMillis }
  | { readonly kind: 'failed'; readonly at: EpochMillis }

/** Where machines get credentials from. */
export interface CredentialsSource {
  /** The same outcome until it rotates, or does not count any more. */
  of(wanted: RoleWanted): Promise<RoleOutcome>
  /** Drops what is held of a machine. */
  forget(machine: string): void
  forgetAll(): void
}

/** A role that refused is asked again after this, or when something in the directory changed. */
const RETRY_AFTER_MS = 60_000
/** The same after a failure, which may be over soon. */
const RETRY_FAILED_AFTER_MS = 1_000

interface Held {
  readonly outcome: RoleOutcome
  readonly lifetimeMs: number
  readonly rotateAfterMs: number
  readonly goodUntil: EpochMillis
  readonly version: number
}

/** What {@link RoleCredentials} are made with. */
interface RoleCredentialsOptions {
  /** Kept of one machine; what was not asked for longest is made anew earlier. */
  readonly most: number
  /** False while it is not known what the directory says of machines: then none gets new ones. */
  isCurrent?(): boolean
}

/** The credentials of machines: the same until they rotate; those before stay good until their own end. */
export class RoleCredentials implements CredentialsSource {
  readonly #broker: BrokerParts
  readonly #options: RoleCredentialsOptions
  readonly #held = new Map<string, Map<string, Promise<Held>>>()

  constructor(broker: BrokerParts, options: RoleCredentialsOptions) {
    this.#broker = broker
    this.#options = options
  }

  async of(wanted: RoleWanted): Promise<RoleOutcome> {
    const { machine, key } = wanted
    const ofMachine = this.#held.get(machine) ?? new Map<string, Promise<Held>>()
    this.#held.set(machine, ofMachine)
    const before = ofMachine.get(key)
    if (before !== undefined && (await this.#isGood(await before, wanted))) return (await before).outcome
    // Whoever came while it was looked at began already.
    const now = ofMachine.get(key)
    if (now !== undefined && now !== before) return (await now).outcome
    const fresh = this.#assume(wanted)
    ofMachine.delete(key)
    for (const oldest of ofMachine.keys()) {
      if (ofMachine.size < this.#options.most) break
      ofMachine.delete(oldest)
    }
    ofMachine.set(key, fresh)
    return (await fresh).outcome
  }

  forget(machine: string): void {
    this.#held.delete(machine)
  }

  forgetAll(): void {
    this.#held.clear()
  }

  async #isGood({ outcome, goodUntil, version, ...terms }: Held, wanted: RoleWanted): Promise<boolean> {
    const { clock, directory } = this.#broker
    if (clock.now() >= goodUntil) return false
    if (terms.lifetimeMs !== wanted.lifetimeMs || terms.rotateAfterMs !== wanted.rotateAfterMs) return false
    return outcome.kind === 'granted'
      ? await isStillGood(outcome.credentials.sessionToken, this.#broker)
      : version === directory.version
  }

  async #assume(wanted: RoleWanted): Promise<Held> {
    const { clock, random, directory, endedEarly, logger } = this.#broker
    const { machine, service, account, region, lifetimeMs, rotateAfterMs } = wanted
    const { version } = directory
    const held = { lifetimeMs, rotateAfterMs, version }
    try {
      const role = await wanted.find()
      const firstGood = (endedEarly?.lastOf(machine) ?? -1) + 1
      const now = await timeFrom(Math.max(firstGood, role?.sessionsRevokedBefore ?? 0), clock)
      if (!directory.isCurrent()) throw new ServiceUnavailable('the change log cannot be followed')
      if (this.#options.isCurrent?.() === false) {
        throw new ServiceUnavailable('the instances of the directory cannot be read')
      }
      const facts = {
        requestId: random.uuid(),
        now,
        sourceIp: undefined,
        secureTransport: true,
        userAgent: service,
        referer: undefined,
      }
      const prove = async () => asService(service, account, region)
      const credentials = await wanted.assume({ facts, prove }, role, lifetimeMs)
      const outcome = { kind: 'granted', at: now, credentials } as const
      return { ...held, outcome, goodUntil: epochMillis(now + rotateAfterMs) }
    } catch (error) {
      const at = clock.now()
      const refused = error instanceof AccessDenied
      const about = { service, machine, key: wanted.key }
      if (refused) logger.info('credentials.refused', { ...about, detail: error.detail })
      else logger.error('credentials.failed', { ...about, error })
      const goodUntil = epochMillis(at + (refused ? RETRY_AFTER_MS : RETRY_FAILED_AFTER_MS))
      return { ...held, outcome: { kind: refused ? 'refused' : 'failed', at }, goodUntil }
    }
  }
}
