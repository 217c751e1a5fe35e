import type { EpochMillis } from '../../../model/index.ts'
import { type BrowserShare, type BrowserStates, StoreConflict, StoreUnavailable } from '../index.ts'
import type { Reader } from './reader.ts'
import type { Statement, Writer } from './writer.ts'

const TAKEN = 'It was taken before.'
const CLAIMED = 'It was claimed before.'
const FULL = 'As many states of browsers are kept as may be.'
/** Expired states that each new one clears away: more than it adds. */
const CLEARED = 10

interface Added {
  readonly kind: string
  readonly key: string
  readonly value: string
  readonly expiresAt: EpochMillis
  readonly now: EpochMillis
  readonly share: BrowserShare | undefined
}

/**
 * The states of browsers in SQL, in the database of the directory. How many there are is counted by the schema.
 * @param capacity - how many of a kind may be kept at once; those that have expired count until they are cleared away
 */
export function sqlBrowserStates(reader: Reader, writer: Writer, capacity: number): BrowserStates {
  const { queries } = reader
  const one = queries
    .selectFrom('browser_state')
    .select('value')
    .where('kind', '=', '')
    .where('key', '=', '')
    .where('expires_at', '>', 0)
    .compile()
  const remove = queries.deleteFrom('browser_state').where('kind', '=', '').where('key', '=', '')
  const forget = remove.compile().sql
  // The same value: whoever took it was faster, even where another has been put in its place.
  const take = remove.where('value', '=', '').compile().sql
  const clear = queries
    .deleteFrom('browser_state')
    .where('kind', '=', '')
    .where('key', 'in', ({ selectFrom }) =>
      selectFrom('browser_state')
        .select('key')
        .where('kind', '=', '')
        .where('expires_at', '<=', 0)
        .orderBy('expires_at')
        .limit(1),
    )
    .compile().sql
  // What a holder has beyond their share, less the one that comes.
  const trim = queries
    .deleteFrom('browser_state')
    .where('kind', '=', '')
    .where('key', 'in', ({ selectFrom }) =>
      selectFrom('browser_state')
        .select('key')
        .where('kind', '=', '')
        .where('holder', '=', '')
        .orderBy('expires_at', 'desc')
        .limit(1)
        .offset(1),
    )
    .compile().sql
  const forgetExpired = remove.where('expires_at', '<=', 0).compile().sql
  const insert = queries
    .insertInto('browser_state')
    .values({ kind: '', key: '', value: '', expires_at: 0, holder: '' })
    .onConflict((conflict) => conflict.doNothing())
    .compile().sql
  const room = queries
    .updateTable('browser_state_count')
    .set(({ ref }) => ({ count: ref('count') }))
    .where('kind', '=', '')
    .where('count', '<=', 0)
    .compile().sql

  const find: BrowserStates['find'] = async (kind, key, now) => (await reader.rows(one, [kind, key, now]))[0]?.value
  /** False when something is there already, once `first` is done. */
  const add = async (first: Statement, { kind, key, value, expiresAt, now, share }: Added): Promise<boolean> => {
    const { holder = null, most = 0 } = share ?? {}
    try {
      await writer.write('directory', [
        first,
        { sql: clear, parameters: [kind, kind, now, CLEARED] },
        ...(share === undefined ? [] : [{ sql: trim, parameters: [kind, kind, holder, CLEARED, most - 1] }]),
        { sql: insert, parameters: [kind, key, value, expiresAt, holder], conflict: CLAIMED },
        { sql: room, parameters: [kind, capacity], conflict: FULL },
      ])
      return true
    } catch (error) {
      if (!(error instanceof StoreConflict)) throw error
      if (error.message === CLAIMED) return false
      throw new StoreUnavailable(FULL, { cause: error })
    }
  }
  return {
    find,

    put: async (kind, key, value, expiresAt, now, share) => {
      await add({ sql: forget, parameters: [kind, key] }, { kind, key, value, expiresAt, now, share })
    },

    claim: (kind, key, expiresAt, now, share) =>
      add({ sql: forgetExpired, parameters: [kind, key, now] }, { kind, key, value: '', expiresAt, now, share }),

    async take(kind, key, now) {
      const value = await find(kind, key, now)
      if (value === undefined) return undefined
      try {
        await writer.write('directory', [{ sql: take, parameters: [kind, key, value], conflict: TAKEN }])
        return value
      } catch (error) {
        if (error instanceof StoreConflict) return undefined
        throw error
      }
    },

    async remove(kind, key) {
      await writer.write('directory', [{ sql: forget, parameters: [kind, key] }])
    },
  }
}
