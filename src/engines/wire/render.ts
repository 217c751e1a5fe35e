import { type Fault, InvalidAction, MalformedQueryString, MissingAction } from '../../model/index.ts'
import type { Envelope } from './envelope.ts'
import { withFaultHeaders } from './fault-headers.ts'
import { jsonStructure } from './json.ts'
import type { Answer } from './messages.ts'
import type { ResultStructure } from './result.ts'
import { xmlElement, xmlMembers } from './xml.ts'

/** AWS answers what never reached a service in a namespace of its own, odd date included. */
const DISPATCH_NAMESPACE = 'http://webservices.amazon.com/AWSFault/2005-15-09'

/**
 * Renders what an operation answers.
 * @param operation - the action's name, as in `AssumeRole`
 * @param result - `undefined` for an operation whose model has no output: there is no `Result` element then
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#response-serialization
 */
export function renderResult(
  operation: string,
  namespace: string,
  result: ResultStructure | undefined,
  envelope: Envelope,
): Answer {
  if (envelope.format === 'json') {
    const metadata = { RequestId: envelope.requestId }
    const response = { [`${operation}Result`]: result, ResponseMetadata: metadata }
    return answer(200, jsonStructure({ [`${operation}Response`]: response }), envelope)
  }
  let body = `<${operation}Response xmlns="${namespace}">\n`
  if (result !== undefined) body += xmlElement(`${operation}Result`, result, '  ')
  body += `  <ResponseMetadata>\n    <RequestId>${envelope.requestId}</RequestId>\n  </ResponseMetadata>\n`
  return answer(200, `${body}</${operation}Response>\n`, envelope)
}

/**
 * Renders a refusal: code and message, and nothing of `detail` or `cause`. A fault without a message has no `Message`.
 * @param namespace - of the service that was asked; faults of dispatch have their own
 */
export function renderFault(fault: Fault, namespace: string, envelope: Envelope): Answer {
  return withFaultHeaders(renderError(fault, namespace, envelope), fault)
}

function renderError(fault: Fault, namespace: string, envelope: Envelope): Answer {
  const type = fault.httpStatus < 500 ? 'Sender' : 'Receiver'
  const message = fault.message === '' ? undefined : fault.message
  if (envelope.format === 'json') {
    const error = { Code: fault.code, Message: message, Type: type }
    return answer(fault.httpStatus, jsonStructure({ Error: error, RequestId: envelope.requestId }), envelope)
  }
  const error = { Type: type, Code: fault.code, Message: message }
  const content = xmlMembers({ Error: error, RequestId: envelope.requestId }, '  ')
  const xmlns = isDispatchFault(fault) ? DISPATCH_NAMESPACE : namespace
  return answer(fault.httpStatus, `<ErrorResponse xmlns="${xmlns}">\n${content}</ErrorResponse>\n`, envelope)
}

function isDispatchFault(fault: Fault): boolean {
  return fault instanceof InvalidAction || fault instanceof MissingAction || fault instanceof MalformedQueryString
}

function answer(status: number, body: string, envelope: Envelope): Answer {
  const headers: Record<string, string> = {
    'Content-Type': envelope.format === 'json' ? 'application/json' : 'text/xml',
    // Most answers carry credentials, or tell what somebody may do: no cache may keep any.
    'Cache-Control': 'no-store',
    'x-amzn-RequestId': envelope.requestId,
    'x-amz-sts-extended-request-id': envelope.extendedRequestId,
  }
  if (envelope.cors) headers['Access-Control-Allow-Origin'] = '*'
  return { status, headers, body }
}
