import type { Fault } from '../../../model/index.ts'
import type { Envelope } from '../envelope.ts'
import { withFaultHeaders } from '../fault-headers.ts'
import { jsonStructure } from '../json.ts'
import type { Answer } from '../messages.ts'
import type { ResultStructure } from '../result.ts'

/** What services of the JSON protocol call the faults that all of AWS has; a fault of one service keeps its name. */
const JSON_CODES: ReadonlyMap<string, string> = new Map([
  ['AccessDenied', 'AccessDeniedException'],
  ['ExpiredToken', 'ExpiredTokenException'],
  ['IncompleteSignature', 'IncompleteSignatureException'],
  ['InvalidClientTokenId', 'UnrecognizedClientException'],
  ['MalformedInput', 'SerializationException'],
  ['MissingAuthenticationToken', 'MissingAuthenticationTokenException'],
  ['SignatureDoesNotMatch', 'InvalidSignatureException'],
  ['Throttling', 'ThrottlingException'],
  ['ValidationError', 'ValidationException'],
])

/** Renders what an operation answers; an object without members where it answers nothing. @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export function renderJsonResult(result: ResultStructure | undefined, envelope: Envelope): Answer {
  return answer(200, jsonStructure(result ?? {}), envelope)
}

/**
 * Renders a refusal: type and message, and nothing of `detail` or `cause`. Whatever the caller can mend is a 400 in this
 * protocol.
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization
 */
export function renderJsonFault(fault: Fault, envelope: Envelope): Answer {
  const { code, message, httpStatus } = fault
  const error = { __type: JSON_CODES.get(code) ?? code, message: message === '' ? undefined : message }
  return withFaultHeaders(answer(httpStatus < 500 ? 400 : httpStatus, jsonStructure(error), envelope), fault)
}

function answer(status: number, body: string, { requestId }: Envelope): Answer {
  return {
    status,
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'Cache-Control': 'no-store',
      'x-amzn-RequestId': requestId,
    },
    body,
  }
}
