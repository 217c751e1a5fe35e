import { Throttling } from '../../model/index.ts'
import type { AuditEvent } from './audit-event.ts'

const SECOND_MS = 1000

/** The first request of an account to a service that was throttled within a second, and how many they were. */
interface Tally {
  readonly first: AuditEvent
  count: number
}

/**
 * Counts throttled requests by account and service, and tells of them once a second, by the first: nobody who asks too
 * much may have a record kept for each request too much.
 */
export class ThrottledRequests {
  readonly #tell: (event: AuditEvent) => void
  #tallies = new Map<string, Tally>()
  #timer: NodeJS.Timeout | undefined

  /** @param tell - is given the first request, with their number in its `additionalEventData` */
  constructor(tell: (event: AuditEvent) => void) {
    this.#tell = tell
  }

  /** Counts an event in; false when it is no throttled request of an account. */
  count(event: AuditEvent): boolean {
    const { caller, service, fault } = event
    if (!(fault instanceof Throttling) || caller.kind === 'operator') return false
    const key = `${caller.account}/${service}`
    const tally = this.#tallies.get(key)
    if (tally === undefined) this.#tallies.set(key, { first: event, count: 1 })
    else tally.count += 1
    this.#timer ??= setTimeout(() => this.tell(), SECOND_MS).unref()
    return true
  }

  /** Tells of what was counted until now. */
  tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const tallies = this.#tallies
    this.#tallies = new Map()
    for (const { first, count } of tallies.values()) {
      this.#tell({ ...first, details: { ...first.details, additionalEventData: { throttledRequests: count } } })
    }
  }
}
