import { type AuditEntry, type AuditFilter, type AuditLog, type AuditPlace, StoreUnavailable } from '../index.ts'

const KEPT = 10_000

/** An entry, and its number in the order of appending. */
interface Kept {
  readonly entry: AuditEntry
  readonly number: number
}

/**
 * An audit log that lives as long as the process and keeps the newest 10,000 entries. No table: nothing of it outlives
 * the process, and an insert would cost more than all the rest of a small request. What it keeps it can look at as a
 * whole, so a page is only short when nothing follows.
 */
export function memoryAuditLog(): AuditLog & { close(): void } {
  const kept = new Map<string, Kept>()
  let number = 0
  let closed = false

  function open(): void {
    if (closed) throw new StoreUnavailable('The store is closed.')
  }

  function* matching(filter: AuditFilter): Iterable<Kept> {
    for (const each of kept.values()) {
      if (matches(each.entry, filter)) yield each
    }
  }

  return {
    async append(entries) {
      open()
      const ids = new Set(entries.map(({ eventId }) => eventId))
      if (ids.size < entries.length || entries.some(({ eventId }) => kept.has(eventId))) {
        throw new StoreUnavailable('An audit entry was appended twice.')
      }
      for (const entry of entries) kept.set(entry.eventId, { entry, number: ++number })
      for (const eventId of kept.keys()) {
        if (kept.size <= KEPT) break
        kept.delete(eventId)
      }
    },

    async find({ after, limit, ...filter }) {
      open()
      const found = [...matching(filter)]
        .map(({ entry }) => entry)
        .filter((entry) => after === undefined || compare(entry, after) < 0)
        .sort((one, other) => compare(other, one))
      const entries = found.slice(0, limit)
      return { entries, next: found.length > limit ? entries.at(-1) : undefined }
    },

    async last() {
      open()
      return number
    },

    async follow({ after, limit, ...filter }) {
      open()
      const found: AuditEntry[] = []
      for (const each of matching(filter)) {
        if (each.number <= after) continue
        found.push(each.entry)
        if (found.length === limit) return { entries: found, last: each.number }
      }
      return { entries: found, last: Math.max(after, number) }
    },

    async forget(before, most) {
      open()
      const old = [...kept.values()]
        .filter((each) => each.entry.eventTime < before && each.number < number)
        .sort((one, other) => compare(one.entry, other.entry))
        .slice(0, most)
      for (const { entry } of old) kept.delete(entry.eventId)
      return old.length
    },

    close() {
      closed = true
    },
  }
}

function compare(one: AuditPlace, other: AuditPlace): number {
  if (one.eventTime !== other.eventTime) return one.eventTime - other.eventTime
  return one.eventId < other.eventId ? -1 : Number(one.eventId > other.eventId)
}

function matches(entry: AuditEntry, filter: AuditFilter): boolean {
  const { exceptEventName, refused, resourceType, resourceName, since, until, ...fields } = filter
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && Reflect.get(entry, name) !== value) return false
  }
  if (entry.eventName === exceptEventName) return false
  if (since !== undefined && entry.eventTime < since) return false
  if (until !== undefined && entry.eventTime > until) return false
  if (refused !== undefined && (entry.errorCode !== undefined) !== refused) return false
  if (resourceType !== undefined && !entry.resources.some(({ type }) => type === resourceType)) return false
  return resourceName === undefined || entry.resources.some(({ name }) => name === resourceName)
}
