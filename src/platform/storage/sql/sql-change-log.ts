import type { ChangeLog } from '../index.ts'
import type { Reader } from './reader.ts'

/** The change log in SQL. Its entries are written with the commits they tell of: see `sqlDirectoryStore`. */
export function sqlChangeLog(reader: Reader): ChangeLog {
  const entries = reader.queries.selectFrom('change_log')
  const last = entries.select('sequence').orderBy('sequence', 'desc').limit(1).compile()
  const since = entries
    .select(['sequence', 'account', 'kind', 'key'])
    .where('sequence', '>', 0)
    .orderBy('sequence')
    .limit(1)
    .compile()

  return {
    async last() {
      const [entry] = await reader.rows(last)
      return entry?.sequence ?? 0
    },

    async since(sequence, limit) {
      const rows = await reader.rows(since, [sequence, limit])
      return rows.map(({ sequence, account, kind, key }) => ({ sequence, account, kind, key }))
    },
  }
}
