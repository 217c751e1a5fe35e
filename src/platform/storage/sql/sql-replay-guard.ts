import { type ReplayGuard, StoreConflict, StoreUnavailable } from '../index.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

const CLAIMED = 'It was claimed before.'
const FULL = 'As many one-time values are claimed as may be.'
/** Expired claims that each new one clears away: more than it adds. */
const CLEARED = 10

/**
 * One-time values in SQL. Numbered in the order of their claims, so that how many there are is told, or overrated, by the
 * numbers of the first and the last: counting them would cost more the more there are.
 * @param capacity - how many claims may last at once
 */
export function sqlReplayGuard({ queries }: Reader, writer: Writer, capacity: number): ReplayGuard {
  const forget = queries.deleteFrom('one_time_value').where('key', '=', '').where('expires_at', '<=', 0).compile().sql
  const clear = queries
    .deleteFrom('one_time_value')
    .where('sequence', 'in', ({ selectFrom }) =>
      selectFrom('one_time_value').select('sequence').where('expires_at', '<=', 0).orderBy('expires_at').limit(1),
    )
    .compile().sql
  const insert = queries
    .insertInto('one_time_value')
    .values({ key: '', expires_at: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .compile().sql
  const room = queries
    .updateTable('one_time_value')
    .set({ expires_at: 0 })
    .where('key', '=', '')
    .where(
      ({ selectFrom }) => selectFrom('one_time_value').select(({ fn }) => fn.max('sequence').as('last')),
      '<',
      ({ selectFrom }) => selectFrom('one_time_value').select(({ eb, fn }) => eb(fn.min('sequence'), '+', 0).as('end')),
    )
    .compile().sql

  return {
    async claim(key, expiresAt, now) {
      try {
        await writer.write('directory', [
          { sql: forget, parameters: [key, now] },
          { sql: clear, parameters: [now, CLEARED] },
          { sql: insert, parameters: [key, expiresAt], conflict: CLAIMED },
          { sql: room, parameters: [expiresAt, key, capacity], conflict: FULL },
        ])
        return true
      } catch (error) {
        if (!(error instanceof StoreConflict)) throw error
        if (error.message === CLAIMED) return false
        throw new StoreUnavailable(FULL, { cause: error })
      }
    },
  }
}
