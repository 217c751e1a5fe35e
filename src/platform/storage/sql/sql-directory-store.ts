import type { DirectoryRecord, DirectoryStore } from '../index.ts'
import { changeStatements } from './change-statements.ts'
import type { Reader } from './reader.ts'
import type { Tables } from './tables.ts'
import type { Writer } from './writer.ts'

type Row = Tables['directory_record']

/** The directory in SQL. The rows of a commit and its entries in the change log share one transaction. */
export function sqlDirectoryStore(reader: Reader, writer: Writer): DirectoryStore {
  const { queries } = reader
  const one = queries
    .selectFrom('directory_record')
    .selectAll()
    .where('kind', '=', 'user')
    .where('key', '=', '')
    .compile()
  const sealedUnder = queries
    .selectFrom('directory_record')
    .select('sealed_under')
    .distinct()
    .where('sealed_under', 'is not', null)
    .compile()
  const count = queries
    .selectFrom('directory_count')
    .select('count')
    .where('account', '=', '')
    .where('kind', '=', 'user')
    .compile()
  const countReferring = queries
    .selectFrom('directory_reference')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('target', '=', '')
    .where('kind', '=', 'user')
    .compile()
  const toStatements = changeStatements(queries)

  async function countOf(query: typeof count, parameters: readonly string[]): Promise<number> {
    const [row] = await reader.rows(query, parameters)
    return row?.count ?? 0
  }

  return {
    async find(kind, key) {
      const [row] = await reader.rows(one, [kind, key])
      return row && toRecord(row)
    },

    async list(kind, { account, after, limit }) {
      let query = queries.selectFrom('directory_record').selectAll().where('kind', '=', kind)
      if (account !== undefined) query = query.where('account', '=', account)
      if (after !== undefined) query = query.where('key', '>', after)
      return (await reader.rows(query.orderBy('key').limit(limit).compile())).map(toRecord)
    },

    async referring(kind, target, { account, after, limit }) {
      let query = queries
        .selectFrom('directory_reference')
        .innerJoin('directory_record', (join) =>
          join
            .onRef('directory_record.kind', '=', 'directory_reference.kind')
            .onRef('directory_record.key', '=', 'directory_reference.key'),
        )
        .selectAll('directory_record')
        .where('directory_reference.target', '=', target)
        .where('directory_reference.kind', '=', kind)
      if (account !== undefined) query = query.where('directory_reference.account', '=', account)
      if (after !== undefined) query = query.where('directory_reference.key', '>', after)
      return (await reader.rows(query.orderBy('directory_reference.key').limit(limit).compile())).map(toRecord)
    },

    async countReferring(kind, target) {
      return await countOf(countReferring, [target, kind])
    },

    async countReferrers(targets) {
      const query = queries
        .selectFrom('directory_reference')
        .select(({ fn }) => ['target', fn.countAll<number>().as('count')])
        .where('target', 'in', targets)
        .groupBy('target')
      const rows = await reader.rows(query.compile())
      return new Map(rows.map(({ target, count }) => [target, count]))
    },

    async count(kind, account) {
      return await countOf(count, [account, kind])
    },

    async commit(changes, at) {
      await writer.write('directory', toStatements(changes, at))
    },

    async sealingKeysInUse() {
      const rows = await reader.rows(sealedUnder)
      return rows.flatMap(({ sealed_under }) => sealed_under ?? [])
    },
  }
}

function toRecord({ kind, key, account, body, sealed_under }: Row): DirectoryRecord {
  return sealed_under === null ? { kind, key, account, body } : { kind, key, account, body, sealedUnder: sealed_under }
}
