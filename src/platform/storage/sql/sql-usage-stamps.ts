import { epochMillis } from '../../../model/index.ts'
import type { UsageStamp, UsageStamps } from '../index.ts'
import type { Reader } from './reader.ts'
import type { Tables } from './tables.ts'
import type { Writer } from './writer.ts'

type Row = Tables['usage_stamp']

const ANY_ROW: Row = { kind: 'role', key: '', used_at: 0, region: null, service: null }
/** Always as many, so that there is one statement to prepare and to keep: what is missing is asked for as ''. */
const KEYS_AT_ONCE = 100
/** After every character that a key has. */
const LAST = '\u{10ffff}'

/** The usage stamps in SQL, in the database of the directory. */
export function sqlUsageStamps(reader: Reader, writer: Writer): UsageStamps {
  const { queries } = reader
  const stamps = () => queries.selectFrom('usage_stamp')
  const ofKind = stamps().selectAll().where('kind', '=', 'role')
  const one = ofKind.where('key', '=', '').compile()
  const many = ofKind.where('key', 'in', Array<string>(KEYS_AT_ONCE).fill('')).compile()
  const upsert = queries
    .insertInto('usage_stamp')
    .values(ANY_ROW)
    .onConflict((conflict) =>
      conflict
        .columns(['kind', 'key'])
        .doUpdateSet(({ ref }) => ({
          used_at: ref('excluded.used_at'),
          region: ref('excluded.region'),
          service: ref('excluded.service'),
        }))
        .whereRef('usage_stamp.used_at', '<', 'excluded.used_at'),
    )
    .compile().sql

  return {
    async record(all) {
      await writer.write(
        'directory',
        all.map(({ kind, key, usedAt, region, service }) => ({
          sql: upsert,
          parameters: [kind, key, usedAt, region ?? null, service ?? null],
        })),
      )
    },

    async find(kind, keys) {
      const found: UsageStamp[] = []
      for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
        const some = keys.slice(from, from + KEYS_AT_ONCE)
        const query = some.length === 1 ? one : many
        const parameters = [kind, ...some, ...Array<string>(query === one ? 0 : KEYS_AT_ONCE - some.length).fill('')]
        for (const row of await reader.rows(query, parameters)) if (row.key !== '') found.push(toStamp(row))
      }
      return found
    },

    async startingWith(kind, prefix, limit) {
      const query = stamps()
        .selectAll()
        .where('kind', '=', kind)
        .where('key', '>=', prefix)
        .where('key', '<', prefix + LAST)
        .orderBy('key')
        .limit(limit)
      return (await reader.rows(query.compile())).map(toStamp)
    },

    async forget(kind, before, most) {
      const old = stamps().select('key').where('kind', '=', kind).where('used_at', '<', before).limit(most)
      const keys = (await reader.rows(old.compile())).map(({ key }) => key)
      const remove = queries
        .deleteFrom('usage_stamp')
        .where('kind', '=', kind)
        .where('key', '=', '')
        // It may have been used in the meantime.
        .where('used_at', '<', before)
        .compile().sql
      if (keys.length > 0) {
        await writer.write(
          'directory',
          keys.map((key) => ({ sql: remove, parameters: [kind, key, before] })),
        )
      }
      return keys.length
    },
  }
}

function toStamp({ kind, key, used_at, region, service }: Row): UsageStamp {
  return { kind, key, usedAt: epochMillis(used_at), region: region ?? undefined, service: service ?? undefined }
}
