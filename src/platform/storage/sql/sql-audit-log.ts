import { epochMillis } from '../../../model/index.ts'
import type { AuditEntry, AuditLog } from '../index.ts'
import type { GroupCommit } from './group-commit.ts'
import type { Reader } from './reader.ts'
import type { Tables } from './tables.ts'
import type { Statement } from './writer.ts'

type Row = Tables['audit_event']

const ANY_ROW: Row = {
  event_id: '',
  event_time: 0,
  account: '',
  event_source: '',
  event_name: '',
  access_key_id: null,
  principal_arn: null,
  error_code: null,
  body: '',
}

/** The audit log in SQL; `commits` decides which appends share a transaction. */
export function sqlAuditLog(reader: Reader, commits: GroupCommit): AuditLog {
  const { queries } = reader
  const insert = queries.insertInto('audit_event').values(ANY_ROW).compile().sql
  const toStatement = (entry: AuditEntry): Statement => ({ sql: insert, parameters: Object.values(toRow(entry)) })

  return {
    async append(entries) {
      await commits.add(entries.map(toStatement))
    },

    async find({ account, after, limit }) {
      let query = queries.selectFrom('audit_event').selectAll()
      if (account !== undefined) query = query.where('account', '=', account)
      if (after !== undefined) {
        const { eventTime, eventId } = after
        query = query.where((e) => e(e.refTuple('event_time', 'event_id'), '<', e.tuple(eventTime, eventId)))
      }
      const newestFirst = query.orderBy('event_time', 'desc').orderBy('event_id', 'desc').limit(limit)
      return (await reader.rows(newestFirst.compile())).map(toEntry)
    },
  }
}

function toRow(entry: AuditEntry): Row {
  return {
    event_id: entry.eventId,
    event_time: entry.eventTime,
    account: entry.account,
    event_source: entry.eventSource,
    event_name: entry.eventName,
    access_key_id: entry.accessKeyId ?? null,
    principal_arn: entry.principalArn ?? null,
    error_code: entry.errorCode ?? null,
    body: entry.body,
  }
}

function toEntry(row: Row): AuditEntry {
  return {
    eventId: row.event_id,
    eventTime: epochMillis(row.event_time),
    account: row.account,
    eventSource: row.event_source,
    eventName: row.event_name,
    accessKeyId: row.access_key_id ?? undefined,
    principalArn: row.principal_arn ?? undefined,
    errorCode: row.error_code ?? undefined,
    body: row.body,
  }
}
