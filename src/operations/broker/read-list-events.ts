import { epochMillis, ValidationError } from '../../model/index.ts'
import type { AuditPlace } from '../../platform/storage/index.ts'
import type { ListEventsInput } from './list-events.ts'

const MOST_EVENTS = 200
const DEFAULT_EVENTS = 50
const AGO = /^([0-9]{1,6})([smhd])$/
const INSTANT =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2}))?$/
const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

/** Reads the input as it comes through the operator's door. @throws ValidationError */
export function readListEvents(value: unknown): ListEventsInput {
  const members = membersOf(value)
  return {
    account: textOf(members, 'account'),
    principal: textOf(members, 'principal'),
    eventName: textOf(members, 'eventName'),
    accessKey: textOf(members, 'accessKey'),
    error: textOf(members, 'error'),
    since: instantOf(members, 'since'),
    until: instantOf(members, 'until'),
    limit: wholeOf(members, 'limit', 1, MOST_EVENTS) ?? DEFAULT_EVENTS,
    after: placeOf(members['after']),
    follow: wholeOf(members, 'follow', 0, Number.MAX_SAFE_INTEGER),
  }
}

type Members = Readonly<Record<string, unknown>>

function membersOf(value: unknown): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new ValidationError('Send an object, such as {"account": "111111111111", "limit": 50}.')
}

function textOf(members: Members, name: string): string | undefined {
  const value = members[name]
  if (value === undefined || (typeof value === 'string' && value !== '')) return value
  throw new ValidationError(`${name} has to be a text.`)
}

function wholeOf(members: Members, name: string, min: number, max: number): number | undefined {
  const value = members[name]
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  throw new ValidationError(`${name} has to be a whole number from ${min} to ${max}.`)
}

function instantOf(members: Members, name: string): ListEventsInput['since'] {
  const text = textOf(members, name)
  if (text === undefined) return undefined
  const [, count, unit = ''] = AGO.exec(text) ?? []
  if (count !== undefined) return { ago: Number(count) * (UNIT_MS.get(unit) ?? 0) }
  const instant = INSTANT.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(instant)) return epochMillis(instant)
  throw new ValidationError(
    `${name} has to be an instant such as 2026-01-31T12:00:00Z, a day such as 2026-01-31, or a time before now such as 90s, 30m, 2h or 7d.`,
  )
}

function placeOf(value: unknown): AuditPlace | undefined {
  if (value === undefined) return undefined
  const { eventTime, eventId } = membersOf(value)
  if (typeof eventTime === 'number' && Number.isInteger(eventTime) && typeof eventId === 'string') {
    return { eventTime: epochMillis(eventTime), eventId }
  }
  throw new ValidationError('after has to be what "next" was in an earlier answer.')
}
