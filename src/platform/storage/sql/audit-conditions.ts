import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from 'kysely'
import type { AuditFilter, AuditPlace } from '../index.ts'
import type { Tables } from './tables.ts'

type Expressions = ExpressionBuilder<Tables, 'audit_event'>
type Condition = ExpressionWrapper<Tables, 'audit_event', SqlBool>

/** Before that place in time, or (`>=`) not before it: as one comparison, because an index answers no negation. */
export function isAt(e: Expressions, comparison: '<' | '>=', { eventTime, eventId }: AuditPlace): Condition {
  return e(e.refTuple('event_time', 'event_id'), comparison, e.tuple<number, string>(eventTime, eventId))
}

/** The part of a filter that an index answers. */
export function inRange(e: Expressions, { account, since, until }: AuditFilter): Condition {
  const conditions: Condition[] = []
  if (account !== undefined) conditions.push(e('account', '=', account))
  if (since !== undefined) conditions.push(e('event_time', '>=', since))
  if (until !== undefined) conditions.push(e('event_time', '<=', until))
  return e.and(conditions)
}

/** The same, asked of each row: for rows in another order, where an index would find all and sort them. */
export function isInRange(e: Expressions, { account, since, until }: AuditFilter): Condition {
  const conditions: Condition[] = []
  if (account !== undefined) conditions.push(e(sql<string>`account || ''`, '=', account))
  if (since !== undefined) conditions.push(e(sql<number>`event_time + 0`, '>=', since))
  if (until !== undefined) conditions.push(e(sql<number>`event_time + 0`, '<=', until))
  return e.and(conditions)
}

/** The part of a filter that is asked of each row. */
export function matches(e: Expressions, filter: AuditFilter): Condition {
  const conditions: Condition[] = []
  const equal = (
    column: 'event_id' | 'event_source' | 'event_name' | 'username' | 'access_key_id' | 'principal_arn' | 'error_code',
    value: string | undefined,
  ): void => {
    if (value !== undefined) conditions.push(e(column, '=', value))
  }
  equal('event_id', filter.eventId)
  equal('event_source', filter.eventSource)
  equal('event_name', filter.eventName)
  equal('username', filter.username)
  equal('access_key_id', filter.accessKeyId)
  equal('principal_arn', filter.principalArn)
  equal('error_code', filter.errorCode)
  if (filter.exceptEventName !== undefined) conditions.push(e('event_name', '!=', filter.exceptEventName))
  if (filter.readOnly !== undefined) conditions.push(e('read_only', '=', Number(filter.readOnly)))
  if (filter.refused !== undefined) conditions.push(e('error_code', filter.refused ? 'is not' : 'is', null))
  // A quotation mark inside a JSON text is escaped, so the member is found as a whole or not at all.
  if (filter.resourceType !== undefined) conditions.push(holds(e, 'type', filter.resourceType))
  if (filter.resourceName !== undefined) conditions.push(holds(e, 'name', filter.resourceName))
  return e.and(conditions)
}

function holds(e: Expressions, member: string, value: string): Condition {
  return e(sql<number>`instr(resources, ${`"${member}":${JSON.stringify(value)}`})`, '>', 0)
}
