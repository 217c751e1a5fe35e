import type { CredentialReportBody } from '../../../domain/directory/index.ts'
import { type EpochMillis, Fault } from '../../../model/index.ts'

const FOUR_HOURS_MS = 4 * 3_600_000
/** Longer than the largest account takes: by then the node that wrote it is gone. */
const GIVEN_UP_AFTER_MS = 10 * 60_000

/** There is no credential report: it has to be generated first. */
export class ReportNotPresent extends Fault {
  override readonly code = 'ReportNotPresent'
  override readonly httpStatus = 410
}

/** The credential report is older than four hours. */
export class ReportExpired extends Fault {
  override readonly code = 'ReportExpired'
  override readonly httpStatus = 410
}

/** The credential report is being written. */
export class ReportInProgress extends Fault {
  override readonly code = 'ReportInProgress'
  override readonly httpStatus = 404
}

/** Whether a report is written, and so can be read. */
export function isGenerated(
  report: CredentialReportBody,
): report is CredentialReportBody & { readonly generatedAt: EpochMillis; readonly content: string } {
  return report.generatedAt !== undefined
}

/** Whether a written report is too old to be told. */
export function isExpired({ startedAt, generatedAt = startedAt }: CredentialReportBody, now: EpochMillis): boolean {
  return now - generatedAt >= FOUR_HOURS_MS
}

/** Whether some node is writing it. */
export function isUnderWay(report: CredentialReportBody, now: EpochMillis): boolean {
  return !isGenerated(report) && now - report.startedAt < GIVEN_UP_AFTER_MS
}
