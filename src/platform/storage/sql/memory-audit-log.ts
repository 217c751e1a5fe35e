import { type AuditEntry, type AuditLog, StoreUnavailable } from '../index.ts'

const KEPT = 10_000

/**
 * An audit log that lives as long as the process and keeps the newest 10,000 entries. No table: nothing of it outlives
 * the process, and an insert would cost more than all the rest of a small request.
 */
export function memoryAuditLog(): AuditLog & { close(): void } {
  const kept = new Map<string, AuditEntry>()
  let closed = false

  return {
    async append(entries) {
      if (closed) throw new StoreUnavailable('The store is closed.')
      const ids = new Set(entries.map(({ eventId }) => eventId))
      if (ids.size < entries.length || entries.some(({ eventId }) => kept.has(eventId))) {
        throw new StoreUnavailable('An audit entry was appended twice.')
      }
      for (const entry of entries) kept.set(entry.eventId, entry)
      for (const eventId of kept.keys()) {
        if (kept.size <= KEPT) break
        kept.delete(eventId)
      }
    },

    async find({ account, after, limit }) {
      if (closed) throw new StoreUnavailable('The store is closed.')
      const matching = [...kept.values()].filter(
        (entry) =>
          (account === undefined || entry.account === account) && (after === undefined || compare(entry, after) < 0),
      )
      return matching.sort((one, other) => compare(other, one)).slice(0, limit)
    },

    close() {
      closed = true
    },
  }
}

type Place = Pick<AuditEntry, 'eventTime' | 'eventId'>

function compare(one: Place, other: Place): number {
  if (one.eventTime !== other.eventTime) return one.eventTime - other.eventTime
  return one.eventId < other.eventId ? -1 : Number(one.eventId > other.eventId)
}
