import type { Received } from '../engines/wire/index.ts'
import type { RequestFacts } from '../model/index.ts'
import type { BrokerParts } from './operation.ts'

/** What is known of a connection besides the bytes of a request. */
export interface Connection {
  /** The client's address, from the socket or from a trusted proxy. */
  readonly sourceIp: string
  readonly secureTransport: boolean
}

const USER_AGENT = 'user-agent'
const REFERER = 'referer'
/** In characters. */
const LONGEST_TOLD = 2048

/** The facts of a request that has just come in: it gets its id now. */
export function requestFacts(
  { rawHeaders }: Pick<Received, 'rawHeaders'>,
  { sourceIp, secureTransport }: Connection,
  { random, clock }: Pick<BrokerParts, 'random' | 'clock'>,
): RequestFacts {
  let userAgent: string | undefined
  let referer: string | undefined
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === USER_AGENT.length && name.toLowerCase() === USER_AGENT) userAgent = told(rawHeaders[index + 1])
    else if (name?.length === REFERER.length && name.toLowerCase() === REFERER) referer = told(rawHeaders[index + 1])
  }
  return { requestId: random.uuid(), now: clock.now(), sourceIp, secureTransport, userAgent, referer }
}

/** What is longer than any client sends counts as not sent: policies compare it, at a cost that grows with it. */
function told(value: string | undefined): string | undefined {
  return value === undefined || value.length > LONGEST_TOLD ? undefined : value
}
