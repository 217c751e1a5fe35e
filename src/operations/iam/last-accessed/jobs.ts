import type { AccessReportBody, Directory } from '../../../domain/directory/index.ts'
import { type AccountCaller, type EpochMillis, NoSuchEntity } from '../../../model/index.ts'

/** Longer than the largest account takes: by then the node that wrote it is gone. */
const GIVEN_UP_AFTER_MS = 10 * 60_000

const NOT_FINISHED = { code: 'ServiceFailure', message: 'The report was not finished in time. Ask for another one.' }

/** Who may read a report: the user, or whoever has the role, that asked for it. */
export function requesterOf(caller: AccountCaller): string {
  return caller.kind === 'assumed-role' ? caller.uniqueId : caller.userId
}

/** A report that a caller asked for. @throws {@link NoSuchEntity} also for one that somebody else asked for */
export async function jobOf(jobId: string, caller: AccountCaller, { records }: Directory): Promise<AccessReportBody> {
  const job = await records.stored('access-report', jobId)
  if (job === undefined || job.account !== caller.account || job.requester !== requesterOf(caller)) {
    throw new NoSuchEntity(`The job with id ${jobId} cannot be found.`)
  }
  return job
}

/** How a report stands, as both actions that read one answer it. */
export function answeredJob({ createdAt, completedAt, failure }: AccessReportBody, now: EpochMillis) {
  const dates = { JobCreationDate: new Date(createdAt), JobCompletionDate: dateOf(completedAt) }
  if (failure !== undefined) return { JobStatus: 'FAILED', ...dates, Error: answeredFailure(failure) }
  if (completedAt !== undefined) return { JobStatus: 'COMPLETED', ...dates }
  if (now - createdAt < GIVEN_UP_AFTER_MS) return { JobStatus: 'IN_PROGRESS', ...dates }
  return { JobStatus: 'FAILED', ...dates, Error: answeredFailure(NOT_FINISHED) }
}

function answeredFailure({ code, message }: { readonly code: string; readonly message: string }) {
  return { Code: code, Message: message }
}

function dateOf(instant: EpochMillis | undefined): Date | undefined {
  return instant === undefined ? undefined : new Date(instant)
}
