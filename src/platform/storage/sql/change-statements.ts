import type { Kysely } from 'kysely'
import type { DirectoryChange, DirectoryRecord, RecordKind, RecordName } from '../index.ts'
import type { Tables } from './tables.ts'
import type { Statement } from './writer.ts'

type Expectation = Extract<DirectoryChange, { put: DirectoryRecord }>['expect']
const MOVED = 'The directory was changed in the meantime.'

type ToStatements = (changes: readonly DirectoryChange[], at: number | undefined) => readonly Statement[]

/**
 * How changes of the directory are written: each step itself, then its entry in the change log. The texts are compiled
 * once; after that only the parameters change, in the order in which the columns are named here.
 */
export function changeStatements(queries: Kysely<Tables>): ToStatements {
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
  const forget = queries
    .deleteFrom('directory_reference')
    .where('kind', '=', 'user')
    .where('key', '=', '')
    .where('account', '=', '')
    .compile().sql
  const refer = queries
    .insertInto('directory_reference')
    .values({ kind: 'user', key: '', account: '', target: '' })
    .compile().sql
  const log = queries.insertInto('change_log').values({ kind: 'user', key: '', account: '' }).compile().sql
  // The first entry of a commit that knows where the log ends: it is not written when the log ends elsewhere.
  const logAt = queries
    .insertInto('change_log')
    .columns(['kind', 'key', 'account'])
    .expression(
      queries
        .selectNoFrom(({ val }) => [val<RecordKind>('user').as('kind'), val('').as('key'), val('').as('account')])
        .where(
          ({ selectFrom }) =>
            selectFrom('change_log').select(({ fn, val }) => fn.coalesce(fn.max('sequence'), val(0)).as('end')),
          '=',
          0,
        ),
    )
    .compile().sql

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

  return (changes, at) => {
    const statements: Statement[] = []
    for (const [index, change] of changes.entries()) {
      const { kind, key, account } = 'put' in change ? change.put : change.remove
      const step = 'put' in change ? toPut(change.put, change.expect) : toRemove(change.remove, change.expect)
      const targets = 'put' in change ? (change.put.refersTo ?? []) : []
      const isGuard = index === 0 && at !== undefined
      // The guard comes first: what the steps find may be another commit's already.
      if (isGuard) statements.push({ sql: logAt, parameters: [kind, key, account, 0, at], conflict: MOVED })
      statements.push(step)
      statements.push({ sql: forget, parameters: [kind, key, account] })
      for (const target of targets) statements.push({ sql: refer, parameters: [kind, key, account, target] })
      if (!isGuard) statements.push({ sql: log, parameters: [kind, key, account] })
    }
    return statements
  }
}
