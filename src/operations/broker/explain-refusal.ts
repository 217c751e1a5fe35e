import { findReferred, findRequest, openReference, readExplanation, viewFor } from '../../domain/explanation/index.ts'
import { isoSeconds, NoSuchEntity, ValidationError } from '../../model/index.ts'
import { type BrokerParts, defineOperatorOperation } from '../../pipeline/index.ts'
import type { AuditEntry } from '../../platform/storage/index.ts'

/** Which refusal: the message that the caller was given, or the id of the request. */
type ExplainRefusalInput = ({ readonly message: string } | { readonly requestId: string }) & {
  /** Whether what an assertion says that names a person is shown whole. */
  readonly personal?: boolean
}

/** The explanation, ready for people and for programs. */
interface RefusalExplained {
  readonly requestId: string
  readonly time: string
  /** The caller's ARN. */
  readonly principal: string
  readonly action: string
  readonly resource: string
  /** What the caller was told, in AWS's words. */
  readonly refusal: string
  /** Why, in one line. */
  readonly because: string
  /** Everything that bears on it, in words. */
  readonly tree: readonly string[]
  /** What would have to change, all of it. */
  readonly changes: readonly string[]
}

const REQUEST_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const SHAPE =
  'Send {"message": "..."} with the x-rolecall-explanation of an answer, or {"requestId": "..."}; {"personal": true} shows whole what names a person.'

/**
 * Explains why access was denied, as it was decided then, whatever policies say now: both sides and every value, as
 * the operator may see everything.
 */
export const explainRefusal = defineOperatorOperation<ExplainRefusalInput, RefusalExplained>({
  action: 'rolecall:ExplainRefusal',
  grants: false,
  requires: () => [{ action: 'rolecall:ExplainRefusal', resource: '*' }],

  async perform({ input }, broker) {
    const { eventTime, body, errorCode, explanation } = await recordOf(input, broker)
    const { requestID: requestId }: { readonly requestID: string } = JSON.parse(body)
    if (explanation === undefined) {
      throw new NoSuchEntity(
        `Request ${requestId} ended in ${errorCode ?? 'success'}, and no explanation of it is kept: only denials of access have one, and in a flood of them not each.`,
      )
    }
    const kept = readExplanation(explanation)
    const { because, tree, changes } = viewFor(kept, 'both', input)
    const { caller, action, resource, refusal } = kept
    const time = isoSeconds(eventTime)
    return { requestId, time, principal: caller.arn, action, resource, refusal, because, tree, changes }
  },

  details: (input, output) => ({
    requestParameters: 'requestId' in input ? { requestId: input.requestId } : {},
    responseElements: output && { requestId: output.requestId },
  }),
})

/** Reads the input as it comes through the operator's door. @throws ValidationError */
export function readExplainRefusal(value: unknown): ExplainRefusalInput {
  if (typeof value === 'object' && value !== null) {
    const personal = 'personal' in value && value.personal === true
    if ('message' in value && typeof value.message === 'string' && !('requestId' in value)) {
      return { message: value.message, personal }
    }
    if ('requestId' in value && typeof value.requestId === 'string' && !('message' in value)) {
      if (REQUEST_ID.test(value.requestId)) return { requestId: value.requestId, personal }
      throw new ValidationError('A request id is a UUID in lower case, as the answer has it in x-amzn-RequestId.')
    }
  }
  throw new ValidationError(SHAPE)
}

async function recordOf(input: ExplainRefusalInput, { keyring, audit }: BrokerParts): Promise<AuditEntry> {
  if ('requestId' in input) {
    const found = await findRequest(input.requestId, audit)
    if (found !== undefined) return found
    throw new NoSuchEntity(`No refusal of request ${input.requestId} is kept.`)
  }
  const reference = openReference(input.message, keyring)
  if (reference === undefined) {
    throw new NoSuchEntity('The message is not one that this broker sealed, or its key is destroyed.')
  }
  const found = await findReferred(reference, audit)
  if (found !== undefined) return found
  throw new NoSuchEntity(
    `The message is valid, but the record of request ${reference.requestId} was not kept: too much was refused at once, or it is too old.`,
  )
}
