import { type Answer, envelopeFor, type Received } from '../engines/wire/index.ts'
import {
  type AccountCaller,
  type AccountId,
  type Fault,
  type RequestFacts,
  type SamlCaller,
  ServiceUnavailable,
  toFault,
  type WebIdentityCaller,
} from '../model/index.ts'
import type { BoundedWork } from '../platform/bounded-work.ts'
import {
  bySaml,
  bySignature,
  byWebIdentity,
  type PresentedAssertion,
  type PresentedToken,
} from './authentication/index.ts'
import { type Asked, type Dialects, exchangeOf } from './exchange.ts'
import type { Answered, BrokerParts } from './operation.ts'
import { outcomeOf } from './outcome.ts'
import { type Ask, submit } from './submit.ts'
import { Throttle } from './throttle.ts'

/** What is known of a connection besides the bytes of a request. */
export interface Connection {
  /** The client's address, from the socket or from a trusted proxy. */
  readonly sourceIp: string
  readonly secureTransport: boolean
}

/** How a listener answers. */
export interface AnswerOptions extends Dialects {
  /** The region that answers: it stands in the extended request id. */
  readonly region: string
  /** Requests per second of one account to one service; 0 for as many as they like. */
  readonly accountRate: number
  /** Does the work of requests, whoever sent them. */
  readonly work: BoundedWork
}

/**
 * Answers requests as they come off the wire: parses, submits, renders. Never rejects: whatever goes wrong has an answer.
 * All actions of a service share the rate of the caller's account; a role in another account is charged to the caller's.
 */
export function answerer(
  options: AnswerOptions,
  broker: BrokerParts,
): (received: Received, connection: Connection) => Promise<Answer> {
  const { services, accountRate, work } = options
  const throttles = new Map(accountRate === 0 ? [] : services.map(({ name }) => [name, new Throttle(accountRate)]))
  return async (received, connection) => {
    const facts = factsOf(received, connection, broker)
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
      return exchange.result(await submitAsked(asked))
    }
    const submitAsked = async (asked: Asked): Promise<Answered> => {
      const { name } = asked.service
      const admit = ({ account }: { readonly account: AccountId }) =>
        throttles.get(name)?.charge(account, broker.wireClock.now())
      if (asked.proof === 'signature') {
        const prove = () => bySignature(received, name, facts.now, broker)
        const ask: Ask<AccountCaller, unknown> = { facts, prove, admit, input: () => asked.input() }
        return await submit(asked.operation, ask, broker)
      }
      // What proves the caller is among the parameters, so these are read first, and once.
      const wait = <Result>(load: Promise<Result>) => work.outside(load)
      if (asked.proof === 'web-identity') {
        const input = once(asked.input)
        const prove = () => byWebIdentity(input(), options.region, broker, wait)
        const ask: Ask<WebIdentityCaller, PresentedToken> = { facts, prove, admit, input }
        return await submit(asked.operation, ask, broker)
      }
      const input = once(asked.input)
      const prove = () => bySaml(input(), options.region, broker, wait)
      const ask: Ask<SamlCaller, PresentedAssertion> = { facts, prove, admit, input }
      return await submit(asked.operation, ask, broker)
    }
    try {
      return await work.run(answerInTurn)
    } catch (error) {
      const fault = toFault(error)
      // What reaches an operation is counted there, under its name.
      if (!submitted) broker.metrics.requestDone('none', outcomeOf(fault), 0)
      logFault(fault, facts, broker)
      return exchange.fault(fault)
    }
  }
}

/** Reads something when it is first asked for. A reading that fails fails again. */
function once<Value>(read: () => Value): () => Value {
  let value: { readonly read: Value } | undefined
  return () => {
    value ??= { read: read() }
    return value.read
  }
}

function factsOf(
  { rawHeaders }: Received,
  { sourceIp, secureTransport }: Connection,
  broker: BrokerParts,
): RequestFacts {
  let userAgent: string | undefined
  let referer: string | undefined
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === USER_AGENT.length && name.toLowerCase() === USER_AGENT) userAgent = told(rawHeaders[index + 1])
    else if (name?.length === REFERER.length && name.toLowerCase() === REFERER) referer = told(rawHeaders[index + 1])
  }
  return { requestId: broker.random.uuid(), now: broker.clock.now(), sourceIp, secureTransport, userAgent, referer }
}

/** What is longer than any client sends counts as not sent: policies compare it, at a cost that grows with it. */
function told(value: string | undefined): string | undefined {
  return value === undefined || value.length > LONGEST_TOLD ? undefined : value
}

/** An operator must act on failures of ours; a refused proof is a likely attack; the rest is a caller's mistake. */
function logFault(fault: Fault, { requestId, sourceIp }: RequestFacts, { logger }: BrokerParts): void {
  const { code, detail, cause } = fault
  if (fault.httpStatus >= 500) logger.error('request.failed', { requestId, code, detail, error: cause })
  else if (UNPROVEN.has(code)) logger.warn('signature.rejected', { requestId, sourceIp, code, reason: detail })
  else if (OF_TOKENS.has(code)) logger.warn('token.rejected', { requestId, sourceIp, code, reason: detail })
  else logger.info('request.refused', { requestId, code, detail })
}

const USER_AGENT = 'user-agent'
const REFERER = 'referer'
/** In characters. */
const LONGEST_TOLD = 2048

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
