import { openMarker, sealMarker } from '../../domain/paging/index.ts'
import type { JsonMembers } from '../../engines/wire/index.ts'
import { type EpochMillis, epochMillis, isoSeconds } from '../../model/index.ts'
import { defineOperation } from '../../pipeline/index.ts'
import type { AuditEntry, AuditFilter, AuditPlace } from '../../platform/storage/index.ts'
import {
  InvalidEventCategory,
  InvalidLookupAttributes,
  InvalidMaxResults,
  InvalidNextToken,
  InvalidTimeRange,
} from './cloudtrail-faults.ts'

const MOST_RESULTS = 50
const LONGEST_VALUE = 2000
/** The end of the year 9999, in seconds. */
const END_OF_TIME = 253_402_300_799
/** These count as two of the characters that a value may have. */
const COUNTED_TWICE = /[_ ,\n]/g

interface Attribute {
  readonly key: string
  readonly value: string
}

/** What each attribute asks of an event. */
const FILTERS: ReadonlyMap<string, (value: string) => AuditFilter> = new Map<string, (value: string) => AuditFilter>([
  ['EventId', (eventId) => ({ eventId })],
  ['EventName', (eventName) => ({ eventName })],
  ['ReadOnly', readOnlyFilter],
  ['Username', (username) => ({ username })],
  ['ResourceType', (resourceType) => ({ resourceType })],
  ['ResourceName', (resourceName) => ({ resourceName })],
  ['EventSource', (eventSource) => ({ eventSource })],
  ['AccessKeyId', (accessKeyId) => ({ accessKeyId })],
])

/**
 * Looks up events of the caller's account, and of no other, newest first. A page can be empty although more follow:
 * `NextToken` says so. There are no Insights events here.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export const lookupEvents = defineOperation({
  action: 'cloudtrail:LookupEvents',
  proof: 'signed-headers',
  grants: false,

  parse(members: JsonMembers) {
    const attributes = members.list('LookupAttributes').map((each) => readAttribute(each))
    const since = instant(members.seconds('StartTime'))
    const until = instant(members.seconds('EndTime'))
    const category = members.text('EventCategory')
    const limit = members.integer('MaxResults') ?? MOST_RESULTS
    const nextToken = members.text('NextToken')
    const [attribute, ...more] = attributes
    if (more.length > 0) throw new InvalidLookupAttributes()
    if (since !== undefined && until !== undefined && since > until) throw new InvalidTimeRange()
    if (limit < 1 || limit > MOST_RESULTS) throw new InvalidMaxResults()
    if (category !== undefined && category !== 'insight') throw new InvalidEventCategory()
    return { attribute, since, until: until && endOf(until), category, limit, nextToken }
  },

  requires: () => [{ action: 'cloudtrail:LookupEvents', resource: '*' }],

  async perform({ caller: { account }, input }, { audit, keyring }) {
    const { attribute, since, until, category, limit, nextToken } = input
    const list = JSON.stringify(['LookupEvents', account, attribute, since, until, category])
    const after = nextToken === undefined ? undefined : placeOf(openMarker(nextToken, list, keyring))
    if (category !== undefined) return { Events: [] }
    const asked = attribute && FILTERS.get(attribute.key)?.(attribute.value)
    const { entries, next } = await audit.find({ ...asked, account, since, until, after, limit })
    return {
      Events: entries.map(toEvent),
      NextToken: next && sealMarker(JSON.stringify([next.eventTime, next.eventId]), list, keyring),
    }
  },

  details({ attribute, since, until, category, limit }) {
    return {
      requestParameters: {
        lookupAttributes: attribute && [{ attributeKey: attribute.key, attributeValue: attribute.value }],
        startTime: since && isoSeconds(since),
        endTime: until && isoSeconds(until),
        eventCategory: category,
        maxResults: limit,
      },
    }
  },
})

function readAttribute(member: JsonMembers): Attribute {
  const [key = '', value = ''] = [member.text('AttributeKey'), member.text('AttributeValue')]
  const length = value.length + (value.match(COUNTED_TWICE)?.length ?? 0)
  if (!FILTERS.has(key) || length < 1 || length > LONGEST_VALUE) throw new InvalidLookupAttributes()
  FILTERS.get(key)?.(value)
  return { key, value }
}

function readOnlyFilter(value: string): AuditFilter {
  if (value !== 'true' && value !== 'false') throw new InvalidLookupAttributes()
  return { readOnly: value === 'true' }
}

function instant(seconds: number | undefined): EpochMillis | undefined {
  if (seconds === undefined) return undefined
  if (seconds < 0 || seconds > END_OF_TIME) throw new InvalidTimeRange()
  return epochMillis(Math.floor(seconds) * 1000)
}

/** Events show whole seconds: one that shows the end is not after it. */
function endOf(second: EpochMillis): EpochMillis {
  return epochMillis(second + 999)
}

/** @throws {@link InvalidNextToken} for a token that stood for nothing */
function placeOf(text: string | undefined): AuditPlace {
  if (text === undefined) throw new InvalidNextToken()
  const [eventTime, eventId]: [number, string] = JSON.parse(text)
  return { eventTime: epochMillis(eventTime), eventId }
}

function toEvent(entry: AuditEntry) {
  return {
    EventId: entry.eventId,
    EventName: entry.eventName,
    ReadOnly: String(entry.readOnly),
    AccessKeyId: entry.accessKeyId,
    EventTime: new Date(entry.eventTime),
    EventSource: entry.eventSource,
    Username: entry.username,
    Resources: entry.resources.map(({ type, name }) => ({ ResourceType: type, ResourceName: name })),
    CloudTrailEvent: entry.body,
  }
}
