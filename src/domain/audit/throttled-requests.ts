import { AccessDenied, type SuspectedIdentity, Throttling } from '../../model/index.ts'
import type { AuditEvent } from './audit-event.ts'

const SECOND_MS = 1000

/** Many requests alike within a second: the first that is not recorded yet, and how many there are of those. */
interface Tally {
  first: AuditEvent | undefined
  count: number
}

/** By what an event is counted, and whether the first of its kind is recorded by itself. */
interface Kind {
  readonly key: string
  readonly standsAlone: boolean
}

/**
 * Counts throttled requests by account and service, tokens and assertions that prove nobody, or whom no role lets in, by
 * provider and code, and passwords that prove nobody by user and by what was wrong; tells of them once a second, by the first. Nobody who asks
 * too much, or without any right, has a record kept for each request. Who is proven and denied may have made a mistake:
 * the first is recorded at once.
 */
export class ThrottledRequests {
  readonly #tell: (event: AuditEvent) => void
  #tallies = new Map<string, Tally>()
  #timer: NodeJS.Timeout | undefined

  /** @param tell - is given the first request, with their number in its `additionalEventData` */
  constructor(tell: (event: AuditEvent) => void) {
    this.#tell = tell
  }

  /** Counts an event in; false when it is to be recorded by itself. */
  count(event: AuditEvent): boolean {
    const kind = kindOf(event)
    if (kind === undefined) return false
    const { key, standsAlone } = kind
    const tally = this.#tallies.get(key)
    this.#timer ??= setTimeout(() => this.tell(), SECOND_MS).unref()
    if (tally === undefined) {
      this.#tallies.set(key, standsAlone ? { first: undefined, count: 0 } : { first: event, count: 1 })
      return !standsAlone
    }
    tally.first ??= event
    tally.count += 1
    return true
  }

  /** Tells of what was counted until now. */
  tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const tallies = this.#tallies
    this.#tallies = new Map()
    for (const { first, count } of tallies.values()) {
      if (first === undefined) continue
      const counted = countedAs(first)
      this.#tell({ ...first, details: { ...first.details, additionalEventData: { [counted]: count } } })
    }
  }
}

function countedAs({ caller, fault }: AuditEvent): string {
  if (caller.kind === 'suspected-user') return 'failedSignIns'
  return fault instanceof Throttling ? 'throttledRequests' : 'refusedTokens'
}

function kindOf({ caller, service, fault }: AuditEvent): Kind | undefined {
  if (fault === undefined || caller.kind === 'operator') return undefined
  if (caller.kind === 'suspected-identity') return { key: refusedBy(caller, fault.code), standsAlone: false }
  if (caller.kind === 'suspected-user') {
    // Whoever knows the password is not hidden among those who guess at it.
    const { account, userId, isRoot, passwordResult, mfaUsed, mfaResult } = caller
    const who = userId ?? (isRoot ? 'root' : 'nobody')
    return { key: `${account}/${who} ${fault.code} ${passwordResult} ${mfaUsed} ${mfaResult}`, standsAlone: false }
  }
  const isVouchedFor = caller.kind === 'web-identity' || caller.kind === 'saml'
  if (isVouchedFor && fault instanceof AccessDenied) return { key: refusedBy(caller, fault.code), standsAlone: true }
  if (!(fault instanceof Throttling)) return undefined
  return { key: isVouchedFor ? refusedBy(caller, fault.code) : `${caller.account}/${service}`, standsAlone: false }
}

function refusedBy({ account, provider }: Pick<SuspectedIdentity, 'account' | 'provider'>, code: string): string {
  return `${account}/${provider} ${code}`
}
