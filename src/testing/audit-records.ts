import type { AuditTrail } from '../domain/audit/index.ts'

/**
 * What was granted or refused, as CloudTrail has it.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export interface AuditRecord {
  readonly eventName: string
  readonly eventSource: string
  readonly eventTime: string
  readonly recipientAccountId?: string
  /** Of a refusal. */
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly [member: string]: unknown
}

const AT_ONCE = 500

/** Every record until now, oldest first. */
export async function auditRecords(audit: AuditTrail): Promise<readonly AuditRecord[]> {
  await audit.flush()
  const records: AuditRecord[] = []
  for (let after = 0; ; ) {
    const { entries, last } = await audit.follow({ after, limit: AT_ONCE })
    for (const { body } of entries) records.push(JSON.parse(body))
    if (last === after) return records
    after = last
  }
}
