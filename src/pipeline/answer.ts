import { type Answer, envelopeFor, headerOf, type Received } from '../engines/wire/index.ts'
import { type Fault, type RequestFacts, ServiceUnavailable, toFault } from '../model/index.ts'
import type { Lane } from '../platform/bounded-work.ts'
import { bySignature } from './authentication/index.ts'
import { type Dialects, exchangeOf } from './exchange.ts'
import type { BrokerParts } from './operation.ts'
import { outcomeOf } from './outcome.ts'
import { type Connection, requestFacts } from './request-facts.ts'
import type { AskedOptions, SubmitAsked } from './submit-asked.ts'

/** How a listener answers. */
export interface AnswerOptions extends Dialects, Pick<AskedOptions, 'region' | 'work'> {
  readonly submitAsked: SubmitAsked
}

/** Answers requests as they come off the wire: parses, submits, renders. Never rejects: whatever goes wrong has an answer. */
export function answerer(
  options: AnswerOptions,
  broker: BrokerParts,
): (received: Received, connection: Connection) => Promise<Answer> {
  const { work, submitAsked } = options
  return async (received, connection) => {
    const facts = requestFacts(received, connection, broker)
    const envelope = envelopeFor(received, {
      requestId: facts.requestId,
      region: options.region,
      now: broker.wireClock.now(),
      randomness: broker.random.bytes(8),
      cors: options.query.cors,
    })
    let submitted = false
    const exchange = exchangeOf(received, options, envelope)
    const answerInTurn = async (): Promise<Answer> => {
      const asked = exchange.read()
      if ('status' in asked) return asked
      if (!broker.directory.isCurrent()) throw new ServiceUnavailable('the change log cannot be followed')
      submitted = true
      const prove = () => bySignature(received, asked.service.name, facts.now, broker)
      return exchange.result(await submitAsked(asked, facts, prove))
    }
    try {
      return await work.run(laneOf(received), answerInTurn)
    } catch (error) {
      const fault = toFault(error)
      // What reaches an operation is counted there, under its name.
      if (!submitted) broker.metrics.requestDone('none', outcomeOf(fault), 0)
      logFault(fault, facts, broker)
      return exchange.fault(fault)
    }
  }
}

/** By what the request claims: nothing else is read of it before its turn. */
function laneOf(received: Received): Lane {
  const isSigned = headerOf(received, 'authorization')?.startsWith('AWS4-HMAC-SHA256') === true
  return isSigned || received.target.includes('X-Amz-Algorithm=') ? 'signed' : 'unsigned'
}

/** An operator must act on failures of ours; a refused proof is a likely attack; the rest is a caller's mistake. */
function logFault(fault: Fault, { requestId, sourceIp }: RequestFacts, { logger }: BrokerParts): void {
  const { code, detail, cause } = fault
  if (fault.httpStatus >= 500) logger.error('request.failed', { requestId, code, detail, error: cause })
  else if (UNPROVEN.has(code)) logger.warn('signature.rejected', { requestId, sourceIp, code, reason: detail })
  else if (OF_TOKENS.has(code)) logger.warn('token.rejected', { requestId, sourceIp, code, reason: detail })
  else logger.info('request.refused', { requestId, code, detail })
}

const UNPROVEN: ReadonlySet<string> = new Set([
  'MissingAuthenticationToken',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
])

const OF_TOKENS: ReadonlySet<string> = new Set([
  'ExpiredTokenException',
  'IDPCommunicationError',
  'IDPRejectedClaim',
  'InvalidIdentityToken',
])
