import { Throttling } from '../../model/index.ts'
import type { AuditEvent } from './audit-event.ts'

const SECOND_MS = 1000

/** The first of many requests alike within a second, and how many they were. */
interface Tally {
  readonly first: AuditEvent
  count: number
}

/**
 * Counts throttled requests by account and service, tokens that prove nobody by provider and code, and passwords
 * that prove nobody by user, and tells of them once a second, by the first: nobody who asks too much, or without any right, has a record kept for each request.
 */
export class ThrottledRequests {
  readonly #tell: (event: AuditEvent) => void
  #tallies = new Map<string, Tally>()
  #timer: NodeJS.Timeout | undefined

  /** @param tell - is given the first request, with their number in its `additionalEventData` */
  constructor(tell: (event: AuditEvent) => void) {
    this.#tell = tell
  }

  /** Counts an event in; false when it is neither a throttled request of an account nor a proof that proves nobody. */
  count(event: AuditEvent): boolean {
    const { caller, service, fault } = event
    if (caller.kind === 'operator') return false
    const suspected = suspectedOf(caller)
    if (!(fault instanceof Throttling || suspected !== undefined)) return false
    const of = suspected === undefined ? service : `${suspected} ${fault?.code}`
    const key = `${caller.account}/${of}`
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
      const counted = COUNTED.get(first.caller.kind) ?? 'throttledRequests'
      this.#tell({ ...first, details: { ...first.details, additionalEventData: { [counted]: count } } })
    }
  }
}

const COUNTED: ReadonlyMap<AuditEvent['caller']['kind'], string> = new Map([
  ['suspected-identity', 'refusedTokens'],
  ['suspected-user', 'failedSignIns'],
])

/** Whom a proof that failed was of; `undefined` for a caller who is proven. */
function suspectedOf(caller: AuditEvent['caller']): string | undefined {
  if (caller.kind === 'suspected-identity') return caller.provider
  if (caller.kind === 'suspected-user') return `${caller.isRoot ? 'root' : 'user'}/${caller.userName ?? ''}`
  return undefined
}
