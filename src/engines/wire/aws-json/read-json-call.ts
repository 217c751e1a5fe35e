import { MalformedInput, UnknownOperation } from '../../../model/index.ts'
import { headerOf, type Received } from '../messages.ts'
import { JsonMembers } from './json-members.ts'

/** What a request of the AWS JSON 1.1 protocol asks for. Whether there is such an operation is for whoever has the table. */
export interface JsonCall {
  /** The service, version included, as its model calls it: what stands before the last dot of `X-Amz-Target`. */
  readonly service: string
  readonly operation: string
}

const JSON_1_1 = /^application\/x-amz-json-1\.1[ \t]*(?:;|$)/i
const AWS_JSON = /^application\/x-amz-json-/i
const FORM = /^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i

/**
 * Whether a request is to be read, and answered, in JSON: it says so by its content type, or names a target and does
 * not send a form. Never fails.
 */
export function isJsonCall(received: Received): boolean {
  if (received.method !== 'POST') return false
  const type = headerOf(received, 'content-type') ?? ''
  return AWS_JSON.test(type) || (headerOf(received, 'x-amz-target') !== undefined && !FORM.test(type))
}

/**
 * Reads what a request of the AWS JSON protocol asks for. Its body is for {@link readJsonBody}, after the signature.
 * Checks no signature.
 * @throws {@link UnknownOperation} for another path, another version of the protocol, or no target that names a service
 * and an operation
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export function readJsonCall(received: Received): JsonCall {
  const { target } = received
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const named = headerOf(received, 'x-amz-target') ?? ''
  const dot = named.lastIndexOf('.')
  // AWS takes other content types in places; nobody sends them, so the strict reading costs nothing.
  if (path !== '/' || dot <= 0 || !JSON_1_1.test(headerOf(received, 'content-type') ?? '')) throw new UnknownOperation()
  return { service: named.slice(0, dot), operation: named.slice(dot + 1) }
}

/**
 * Reads the members of a request's body. Nothing in it is looked at that is not asked for by name, so depth and names
 * cost nothing.
 * @throws {@link MalformedInput} unless it is one JSON object in UTF-8
 */
export function readJsonBody(body: Uint8Array): JsonMembers {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new MalformedInput('The request body is not JSON in UTF-8.')
  }
  return JsonMembers.of(value, 'The request body')
}
