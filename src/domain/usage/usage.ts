import { type Caller, type EpochMillis, epochMillis } from '../../model/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { UsageKind, UsageStamp, UsageStamps } from '../../platform/storage/index.ts'
import type { Logger } from '../../platform/telemetry/index.ts'
import { actionKey, NotedUsage, type UsedKind } from './noted-usage.ts'

const BETWEEN_WRITES_MS = 60_000
/** The writer is held up for as long as this many take, which is a few milliseconds. */
const WRITTEN_AT_ONCE = 500
const DAY_MS = 86_400_000
/** As long as AWS tells of the use of roles and services. */
const KEPT_DAYS = 400
/** What is told of for as long as the key or password lives is not forgotten. */
const FORGOTTEN: readonly UsageKind[] = ['role', 'action']

/** What a password is used for. It is no action of a service that permissions are about. */
const SIGN_IN = 'signin:ConsoleLogin'

interface UsageParts {
  readonly stamps: UsageStamps
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Notes what is used and writes it once a minute; what a node that crashes had not written is lost, and what other nodes
 * have not written is not told yet. Bounded: what is used beyond that in one minute is not noted.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
 */
export class Usage {
  readonly #parts: UsageParts
  readonly #timer: NodeJS.Timeout
  #noted = new NotedUsage()
  /** On its way to the store. */
  #leaving: NotedUsage | undefined
  #write: Promise<void> = Promise.resolve()

  /** Begins to write at once. */
  constructor(parts: UsageParts) {
    this.#parts = parts
    this.#timer = setInterval(() => {
      this.#write = this.#write.then(() => this.#writeNoted())
    }, BETWEEN_WRITES_MS).unref()
  }

  /** Notes that a proven caller asked for an action, granted or not. @param action - `service:Name` */
  seen(caller: Caller, action: string, region: string | undefined, now: EpochMillis): void {
    switch (caller.kind) {
      case 'root':
      case 'user':
        if (action === SIGN_IN) {
          this.#noted.note('password', caller.userId, action, region, now)
          return
        }
        if (caller.session === undefined) this.#noted.note('access-key', caller.accessKeyId, action, region, now)
        this.#noted.noteAction(caller.userId, action, region, now)
        return
      case 'assumed-role':
        this.#noted.note('role', caller.uniqueId, action, region, now)
        this.#noted.noteAction(caller.uniqueId, action, region, now)
        return
      default:
      // Nobody else has credentials of their own that a report could tell of.
    }
  }

  /** When something was used last; `undefined` when it was not. */
  async lastUsed(kind: UsedKind, key: string): Promise<UsageStamp | undefined> {
    return (await this.lastUsedOf(kind, [key])).get(key)
  }

  /** The same of many, by their keys; those are left out that were not used. */
  async lastUsedOf(kind: UsedKind, keys: readonly string[]): Promise<ReadonlyMap<string, UsageStamp>> {
    const found = new Map<string, UsageStamp>()
    for (const stamp of await this.#parts.stamps.find(kind, keys)) found.set(stamp.key, stamp)
    for (const key of keys) {
      for (const noted of [this.#leaving, this.#noted]) {
        const stamp = noted?.find(kind, key)
        if (stamp !== undefined && stamp.usedAt >= (found.get(key)?.usedAt ?? 0)) found.set(key, stamp)
      }
    }
    return found
  }

  /** Which actions a principal asked for, and when last: by `service:Name`. @param id - its unique id, or root's account */
  async actionsOf(id: string): Promise<ReadonlyMap<string, UsageStamp>> {
    const prefix = actionKey(id, '')
    const found = new Map<string, UsageStamp>()
    const add = (stamp: UsageStamp) => {
      const action = stamp.key.slice(prefix.length)
      if (stamp.usedAt >= (found.get(action)?.usedAt ?? 0)) found.set(action, stamp)
    }
    for (const stamp of await this.#parts.stamps.startingWith('action', prefix, MOST_ACTIONS)) add(stamp)
    for (const noted of [this.#leaving, this.#noted]) {
      for (const stamp of noted?.actionsOf(id) ?? []) add(stamp)
    }
    return found
  }

  /** Writes what is noted, and nothing after that. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#write
    await this.#writeNoted()
  }

  async #writeNoted(): Promise<void> {
    const { stamps, clock, logger } = this.#parts
    const leaving = this.#noted
    this.#noted = new NotedUsage()
    this.#leaving = leaving
    try {
      const all = leaving.all()
      for (let from = 0; from < all.length; from += WRITTEN_AT_ONCE) {
        await stamps.record(all.slice(from, from + WRITTEN_AT_ONCE))
      }
      if (leaving.missed > 0) logger.warn('usage.missed', { count: leaving.missed })
      const old = epochMillis(clock.now() - KEPT_DAYS * DAY_MS)
      for (const kind of FORGOTTEN) await stamps.forget(kind, old, WRITTEN_AT_ONCE)
    } catch (error) {
      logger.error('usage.write-failed', { error })
      // For the next time: those that were written already are written again, which changes nothing.
      this.#noted.addOlder(leaving)
    } finally {
      this.#leaving = undefined
    }
  }
}

/** More than all services here have. */
const MOST_ACTIONS = 1000
