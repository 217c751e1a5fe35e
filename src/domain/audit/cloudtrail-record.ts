import { isoSeconds, type SuspectedUser } from '../../model/index.ts'
import type { AuditEntry } from '../../platform/storage/index.ts'
import type { AuditEvent } from './audit-event.ts'
import { foreignIdentity, userIdentity, usernameOf } from './user-identity.ts'

const MAX_TEXT = 1024
/** More than the longest legal request takes: CloudTrail omits what is larger, too. */
const MAX_RECORD = 32_768
/** Of one value in a record that would be larger: names and ARNs are shorter. */
const MAX_VALUE = 2_304
/** How the names of actions begin that change nothing. */
const READS = /^(?:Get|List|Describe|Lookup|Check|Simulate|Decode)/

/**
 * The records of an event in CloudTrail's shape, ready to be kept: one in the caller's account and, when something of
 * another account was granted, one there too, under the same `sharedEventID`. A refusal has no second record: as at
 * AWS, whoever is asked in vain does not learn by whom, and nobody can fill the log of an account that trusts nobody.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html#cloudtrail-integration_apis
 */
export function cloudTrailRecords(event: AuditEvent, newId: () => string): readonly AuditEntry[] {
  const { caller, details, fault } = event
  const common = commonMembers(event)
  if (caller.kind === 'operator') return [record(event, common, newId(), { userIdentity: userIdentity(caller) })]
  if (caller.kind === 'service') {
    return [record(event, common, newId(), { userIdentity: userIdentity(caller), account: caller.account })]
  }
  if (caller.kind === 'suspected-identity' || caller.kind === 'suspected-user') {
    return [record(event, common, newId(), { userIdentity: userIdentity(caller), account: caller.account })]
  }
  if (caller.kind === 'web-identity' || caller.kind === 'saml') {
    // The provider, and the role that trusts it, are of one account.
    const only = record(event, common, newId(), { userIdentity: userIdentity(caller), account: caller.account })
    return [{ ...only, username: usernameOf(caller) }]
  }
  const { account, accessKeyId, principalArn } = caller
  const other = fault === undefined ? details.resources?.find((each) => each.accountId !== account) : undefined
  const sharedEventID = other && newId()
  const own = record(event, common, newId(), { userIdentity: userIdentity(caller), account, sharedEventID })
  const entry = { ...own, accessKeyId: accessKeyId || undefined, principalArn, username: usernameOf(caller) }
  if (other === undefined) return [entry]
  const foreign = { userIdentity: foreignIdentity(caller), account: other.accountId, sharedEventID }
  return [entry, record(event, common, newId(), foreign)]
}

/** Whose record it is, and what it says of the caller. */
interface Perspective {
  readonly userIdentity: object
  readonly account?: string
  readonly sharedEventID?: string | undefined
}

/** A record without what only the caller's own account may look it up by. */
function record(event: AuditEvent, common: string, eventId: string, perspective: Perspective): AuditEntry {
  const { service, eventName, facts, details, fault } = event
  const { userIdentity, account, sharedEventID } = perspective
  const particular = JSON.stringify({
    eventVersion: '1.11',
    userIdentity,
    eventID: eventId,
    recipientAccountId: account,
    sharedEventID,
  })
  return {
    eventId,
    eventTime: facts.now,
    account: account ?? '',
    eventSource: sourceOf(service),
    eventName,
    username: undefined,
    accessKeyId: undefined,
    principalArn: undefined,
    readOnly: isReadOnly(service, eventName),
    errorCode: fault?.code,
    resources: details.resources?.map(({ type, ARN }) => ({ type, name: ARN })) ?? [],
    body: `${particular.slice(0, -1)},${common.slice(1)}`,
    explanation: undefined,
  }
}

/** What both records of an event say, as a JSON object: written once, because writing it is most of the work. */
function commonMembers(event: AuditEvent): string {
  const { caller, service, eventName, region, facts, details, fault } = event
  const isSignIn = service === 'signin'
  const isFailedProof = caller.kind === 'suspected-user'
  const isFromConsole = 'session' in caller && caller.session?.fromConsole === true
  const members = {
    eventTime: isoSeconds(facts.now),
    eventSource: sourceOf(service),
    eventName,
    awsRegion: region,
    // CloudTrail names a service where others have an address.
    sourceIPAddress: caller.kind === 'service' ? caller.service : facts.sourceIp,
    userAgent: bounded(facts.userAgent),
    errorCode: isFailedProof ? undefined : fault?.code,
    errorMessage: isFailedProof ? 'Failed authentication' : bounded(fault?.message),
    requestParameters: details.requestParameters ?? null,
    responseElements: isSignIn
      ? signInElements(event)
      : fault === undefined
        ? (details.responseElements ?? null)
        : null,
    additionalEventData: isFailedProof
      ? { ...failureData(caller), ...details.additionalEventData }
      : details.additionalEventData,
    requestID: facts.requestId,
    readOnly: isReadOnly(service, eventName),
    resources: details.resources,
    eventType: isSignIn ? 'AwsConsoleSignIn' : 'AwsApiCall',
    managementEvent: true,
    eventCategory: 'Management',
    sessionCredentialFromConsole: isFromConsole ? 'true' : undefined,
  }
  const text = JSON.stringify(members)
  if (text.length <= MAX_RECORD) return text
  return JSON.stringify({ ...members, requestParameters: withoutLong(members.requestParameters) })
}

/** What came of a sign-in. @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html */
function signInElements({ eventName, fault }: AuditEvent): object {
  return { [eventName]: fault === undefined ? 'Success' : 'Failure' }
}

/** CloudTrail has no member that tells what was wrong: the last two are our own. */
function failureData({ loginTo, mfaUsed, passwordResult, mfaResult }: SuspectedUser): object {
  const MFAUsed = mfaUsed ? 'Yes' : 'No'
  return { LoginTo: loginTo, MobileVersion: 'No', MFAUsed, PasswordResult: passwordResult, MFAResult: mfaResult }
}

/**
 * The same without the values that make it long: who was meant, and by what name, is told whatever else is sent. What
 * has a name in a request is shorter than what is left out.
 */
function withoutLong(value: unknown): unknown {
  const { length: originalSize } = JSON.stringify(value) ?? ''
  if (originalSize <= MAX_VALUE) return value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { omitted: true, originalSize, reason: 'payload size exceeded' }
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutLong(each)]))
}

function sourceOf(service: string): string {
  return service === 'rolecall' ? 'rolecall' : `${service}.amazonaws.com`
}

/** CloudTrail counts every action of STS as a read: none of them changes an account. */
function isReadOnly(service: string, eventName: string): boolean {
  return service === 'sts' || READS.test(eventName)
}

/** What a caller can make long takes no more room than this: a record is kept for good. */
function bounded(text: string | undefined): string | undefined {
  return text === undefined || text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}...`
}
