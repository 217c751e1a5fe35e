import { type AccountCaller, type Caller, isoSeconds, type Session } from '../../model/index.ts'
import type { AuditEntry } from '../../platform/storage/index.ts'
import type { AuditEvent } from './audit-event.ts'

const MAX_TEXT = 1024

/**
 * The record of an event in CloudTrail's shape, ready to be kept.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function cloudTrailRecord(event: AuditEvent, eventId: string): AuditEntry {
  const { caller, service, eventName, region, facts, details, fault } = event
  const eventSource = service === 'rolecall' ? 'rolecall' : `${service}.amazonaws.com`
  const account = caller.kind === 'operator' ? undefined : caller.account
  const body = {
    eventVersion: '1.11',
    userIdentity: userIdentity(caller),
    eventTime: isoSeconds(facts.now),
    eventSource,
    eventName,
    awsRegion: region,
    sourceIPAddress: facts.sourceIp,
    userAgent: bounded(facts.userAgent),
    errorCode: fault?.code,
    errorMessage: bounded(fault?.message),
    requestParameters: details.requestParameters ?? null,
    responseElements: fault === undefined ? (details.responseElements ?? null) : null,
    requestID: facts.requestId,
    eventID: eventId,
    resources: details.resources,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  }
  return {
    eventId,
    eventTime: facts.now,
    account: account ?? '',
    eventSource,
    eventName,
    accessKeyId: caller.kind === 'operator' ? undefined : caller.accessKeyId,
    principalArn: caller.kind === 'operator' ? undefined : caller.principalArn,
    errorCode: fault?.code,
    body: JSON.stringify(body),
  }
}

/** What a caller can make long takes no more room than this: a record is kept for good. */
function bounded(text: string | undefined): string | undefined {
  return text === undefined || text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}...`
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
function userIdentity(caller: Caller): object {
  switch (caller.kind) {
    case 'operator':
      return { type: 'RolecallOperator' }
    case 'root':
      return { type: 'Root', ...principal(caller), ...sessionContextOf(caller.session) }
    case 'user':
      return {
        type: 'IAMUser',
        ...principal(caller),
        userName: caller.userName,
        ...sessionContextOf(caller.session),
      }
    case 'assumed-role':
      return {
        type: 'AssumedRole',
        ...principal(caller),
        sessionContext: {
          sessionIssuer: {
            type: 'Role',
            principalId: caller.uniqueId,
            arn: caller.principalArn,
            accountId: caller.account,
            userName: caller.principalArn.slice(caller.principalArn.lastIndexOf('/') + 1),
          },
          attributes: attributesOf(caller.session),
        },
      }
    case 'federated-user':
      return {
        type: 'FederatedUser',
        ...principal(caller),
        sessionContext: { attributes: attributesOf(caller.session) },
      }
  }
}

function sessionContextOf(session: Session | undefined): object {
  return session === undefined ? {} : { sessionContext: { attributes: attributesOf(session) } }
}

function attributesOf({ issuedAt, terms }: Session): object {
  return { mfaAuthenticated: String(terms.mfaAt !== undefined), creationDate: isoSeconds(issuedAt) }
}

function principal({ userId, arn, account, accessKeyId }: AccountCaller): object {
  return { principalId: userId, arn, accountId: account, accessKeyId }
}
