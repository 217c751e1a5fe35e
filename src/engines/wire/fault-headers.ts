import { type Fault, Throttling } from '../../model/index.ts'
import type { Answer } from './messages.ts'

/**
 * The answer to a fault with what it says in headers, whatever the protocol: when to try again, in the header that
 * AWS's SDKs read, and what explains a denial of access, in one of our own.
 */
export function withFaultHeaders(answer: Answer, fault: Fault): Answer {
  if (fault instanceof Throttling) return withHeader(answer, 'x-amz-retry-after', String(fault.retryAfterMs))
  const { explanation } = fault
  return explanation === undefined ? answer : withHeader(answer, 'x-rolecall-explanation', explanation)
}

function withHeader(answer: Answer, name: string, value: string): Answer {
  return { ...answer, headers: { ...answer.headers, [name]: value } }
}
