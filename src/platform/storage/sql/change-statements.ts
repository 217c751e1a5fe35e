import type { Kysely } from 'kysely'
import type { DirectoryChange, DirectoryRecord, RecordName } from '../index.ts'
import type { Tables } from './tables.ts'
import type { Statement } from './writer.ts'

type Expectation = Extract<DirectoryChange, { put: DirectoryRecord }>['expect']

/**
 * How a change of the directory is written: the step itself, then its entry in the change log. The texts are compiled
 * once; after that only the parameters change, in the order in which the columns are named here.
 */
export function changeStatements(queries: Kysely<Tables>): (change: DirectoryChange) => readonly Statement[] {
  const row: Tables['directory_record'] = { kind: 'user', key: '', account: '', body: '', sealed_under: null }
  const insert = queries.insertInto('directory_record').values(row)
  const create = insert.onConflict((conflict) => conflict.doNothing()).compile().sql
  const put = insert
    .onConflict((conflict) =>
      conflict
        .columns(['kind', 'key'])
        .doUpdateSet(({ ref }) => ({ body: ref('excluded.body'), sealed_under: ref('excluded.sealed_under') }))
        .whereRef('directory_record.account', '=', 'excluded.account'),
    )
    .compile().sql
  const update = queries
    .updateTable('directory_record')
    .set({ body: '', sealed_under: null })
    .where('kind', '=', 'user')
    .where('key', '=', '')
    .where('account', '=', '')
  const replace = update.compile().sql
  const replaceExactly = update.where('body', '=', '').compile().sql
  const remove = queries
    .deleteFrom('directory_record')
    .where('kind', '=', 'user')
    .where('key', '=', '')
    .where('account', '=', '')
    .compile().sql
  const log = queries.insertInto('change_log').values({ kind: 'user', key: '', account: '' }).compile().sql

  function toPut({ kind, key, account, body, sealedUnder }: DirectoryRecord, expect?: Expectation): Statement {
    const seal = sealedUnder ?? null
    const name = `${kind} ${key}`
    if (expect === 'present') {
      return { sql: replace, parameters: [body, seal, kind, key, account], conflict: `${name} is not there.` }
    }
    if (typeof expect === 'object') {
      const parameters = [body, seal, kind, key, account, expect.body]
      return { sql: replaceExactly, parameters, conflict: `${name} is not what it was.` }
    }
    const parameters = [kind, key, account, body, seal]
    if (expect === 'absent') return { sql: create, parameters, conflict: `${name} is there already.` }
    return { sql: put, parameters, conflict: `${name} is there already, in another account.` }
  }

  function toRemove({ kind, key, account }: RecordName, expect?: 'present'): Statement {
    const conflict = expect === 'present' ? `${kind} ${key} is not there.` : undefined
    return { sql: remove, parameters: [kind, key, account], conflict }
  }

  return (change) => {
    const { kind, key, account } = 'put' in change ? change.put : change.remove
    const step = 'put' in change ? toPut(change.put, change.expect) : toRemove(change.remove, change.expect)
    return [step, { sql: log, parameters: [kind, key, account] }]
  }
}
