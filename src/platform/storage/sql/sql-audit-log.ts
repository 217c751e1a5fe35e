import type { Selectable } from 'kysely'
import { epochMillis } from '../../../model/index.ts'
import { type AuditEntry, type AuditLog, type AuditPlace, MOST_SCANNED } from '../index.ts'
import { inRange, isAt, isInRange, matches } from './audit-conditions.ts'
import type { GroupCommit } from './group-commit.ts'
import type { Reader } from './reader.ts'
import type { Tables } from './tables.ts'
import type { SqlValue, Statement } from './writer.ts'

type Row = Selectable<Tables['audit_event']>

const ANY_ROW: Omit<Row, 'sequence'> = {
  event_id: '',
  event_time: 0,
  account: '',
  event_source: '',
  event_name: '',
  access_key_id: null,
  principal_arn: null,
  error_code: null,
  username: null,
  read_only: 0,
  resources: '[]',
  body: '',
  explanation: null,
}

/** The audit log in SQL; `commits` decides which appends share a transaction. */
export function sqlAuditLog(reader: Reader, commits: GroupCommit): AuditLog {
  const { queries } = reader
  const events = () => queries.selectFrom('audit_event')
  const insert = queries.insertInto('audit_event').values(ANY_ROW).compile().sql
  const newest = events()
    .select(({ fn }) => fn.max('sequence').as('sequence'))
    .compile()
  const oldest = (before: number, most: number) =>
    events()
      .select('sequence')
      .where('event_time', '<', before)
      // Stays, so that its number is not given again.
      .where('sequence', '<', (e) => e.selectFrom('audit_event').select(({ fn }) => fn.max('sequence').as('newest')))
      .orderBy('event_time')
      .orderBy('event_id')
      .limit(most)

  const last = async (): Promise<number> => {
    const [row] = await reader.rows(newest)
    return Number(row?.sequence ?? 0)
  }

  return {
    last,

    async append(entries) {
      const statements: Statement[] = []
      for (const entry of entries) statements.push({ sql: insert, parameters: valuesOf(entry) })
      await commits.add(statements)
    },

    async find({ after, limit, ...filter }) {
      let within = events().where((e) => inRange(e, filter))
      if (after !== undefined) within = within.where((e) => isAt(e, '<', after))
      within = within.orderBy('event_time', 'desc').orderBy('event_id', 'desc')
      const depth = Math.max(limit, MOST_SCANNED)
      const border = within
        .select(['event_time', 'event_id'])
        .limit(1)
        .offset(depth - 1)
      const [horizon] = await reader.rows(border.compile())
      let matching = within.where((e) => matches(e, filter))
      if (horizon !== undefined) matching = matching.where((e) => isAt(e, '>=', placeOf(horizon)))
      const found = await reader.rows(matching.selectAll().limit(limit).compile())
      const end = found.length === limit ? found.at(-1) : horizon
      return { entries: found.map(toEntry), next: end && placeOf(end) }
    },

    async follow({ after, limit, ...filter }) {
      const later = events().where('sequence', '>', after).orderBy('sequence')
      const border = later
        .select('sequence')
        .limit(1)
        .offset(Math.max(limit, MOST_SCANNED) - 1)
      // What is committed from here on is for the next time: a number that was not looked at must not be passed over.
      const horizon = (await reader.rows(border.compile()))[0]?.sequence ?? (await last())
      const matching = later
        .where('sequence', '<=', horizon)
        .where((e) => e.and([isInRange(e, filter), matches(e, filter)]))
        .limit(limit)
      const found = await reader.rows(matching.selectAll().compile())
      const reached = found.length === limit ? (found.at(-1)?.sequence ?? after) : Math.max(after, horizon)
      return { entries: found.map(toEntry), last: reached }
    },

    async forget(before, most) {
      const { length } = await reader.rows(oldest(before, most).compile())
      if (length > 0) {
        const { sql, parameters } = queries
          .deleteFrom('audit_event')
          .where('sequence', 'in', oldest(before, most))
          .compile()
        await commits.add([{ sql, parameters: parameters.map(primitive) }])
      }
      return length
    },
  }
}

/** In the order of {@link ANY_ROW}. */
function valuesOf(entry: AuditEntry): readonly SqlValue[] {
  return [
    entry.eventId,
    entry.eventTime,
    entry.account,
    entry.eventSource,
    entry.eventName,
    entry.accessKeyId ?? null,
    entry.principalArn ?? null,
    entry.errorCode ?? null,
    entry.username ?? null,
    entry.readOnly ? 1 : 0,
    JSON.stringify(entry.resources.map(({ type, name }) => ({ type, name }))),
    entry.body,
    entry.explanation ?? null,
  ]
}

function toEntry(row: Row): AuditEntry {
  return {
    ...placeOf(row),
    account: row.account,
    eventSource: row.event_source,
    eventName: row.event_name,
    username: row.username ?? undefined,
    accessKeyId: row.access_key_id ?? undefined,
    principalArn: row.principal_arn ?? undefined,
    readOnly: row.read_only !== 0,
    errorCode: row.error_code ?? undefined,
    resources: JSON.parse(row.resources),
    body: row.body,
    explanation: row.explanation ?? undefined,
  }
}

function placeOf({ event_time, event_id }: Pick<Row, 'event_time' | 'event_id'>): AuditPlace {
  return { eventTime: epochMillis(event_time), eventId: event_id }
}

function primitive(value: unknown): SqlValue {
  return typeof value === 'number' ? value : String(value)
}
