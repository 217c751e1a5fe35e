import { jsonText, type Steering } from '../../domain/instances/index.ts'
import { type EpochMillis, epochMillis, isoSeconds } from '../../model/index.ts'

const HOUR_MS = 3_600_000

/**
 * The document of a role's credentials with something wrong in it. Only what is said of the credentials changes; one that
 * tells why there are none is left as it is.
 * @param write - how the service writes JSON
 */
export function faultyDocument(
  body: Buffer,
  fault: NonNullable<Steering['document']>,
  now: EpochMillis,
  write: (document: Readonly<Record<string, unknown>>) => string = jsonText,
): Buffer {
  const document: Record<string, string> = JSON.parse(body.toString())
  if (document['Token'] === undefined) return body
  if (typeof fault === 'object') return failed(fault.failed, now)
  switch (fault) {
    case 'expired': {
      const anHourAgo = isoSeconds(epochMillis(now - HOUR_MS))
      return Buffer.from(write({ ...document, Expiration: anHourAgo }))
    }
    case 'fractional':
      // No EC2 sends it: botocore takes such a set as it is, where it would extend one that is about to end.
      return Buffer.from(write({ ...document, Expiration: document['Expiration']?.replace('Z', '.123Z') }))
    case 'incomplete':
      return Buffer.from(write({ ...document, Token: undefined }))
    case 'malformed':
      return body.subarray(0, body.length / 2)
    case 'empty':
      return Buffer.alloc(0)
    case 'failed':
      return failed('Failed', now)
  }
}

function failed(Code: string, now: EpochMillis): Buffer {
  const Message = 'The credentials could not be made: this instance is steered to say so.'
  return Buffer.from(jsonText({ Code, Message, LastUpdated: isoSeconds(now) }))
}
