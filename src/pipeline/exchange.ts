import {
  type Answer,
  type Envelope,
  isJsonCall,
  type JsonMembers,
  noSuchOperation,
  type Params,
  type QueryOptions,
  type Received,
  type ResultStructure,
  readJsonBody,
  readJsonCall,
  readQueryCall,
  renderFault,
  renderJsonFault,
  renderJsonResult,
  renderResult,
} from '../engines/wire/index.ts'
import {
  type AccountCaller,
  type Fault,
  type SamlCaller,
  UnknownOperation,
  type WebIdentityCaller,
} from '../model/index.ts'
import type { PresentedAssertion, PresentedToken } from './authentication/index.ts'
import type { Answered, Operation, SamlOperation, WebIdentityOperation, WireOperation } from './operation.ts'

/** An operation, whatever proves who asks for it. */
export type AnyOperation<Source extends Params | JsonMembers = Params> =
  | WireOperation<unknown, Answered, Source>
  | WebIdentityOperation<PresentedToken, ResultStructure, Source>
  | SamlOperation<PresentedAssertion, ResultStructure, Source>

interface Spoken<Source extends Params | JsonMembers> {
  /** The signing name, as credential scopes have it. */
  readonly name: string
  /** By the name after the colon: `AssumeRole`. */
  readonly operations: ReadonlyMap<string, AnyOperation<Source>>
}

/** An AWS service of the Query protocol: its version and its XML namespace. */
export interface QueryService extends Spoken<Params> {
  readonly protocol: 'query'
  readonly version: string
  readonly namespace: string
  /** Whether violations repeat the value that they are about: STS's do, IAM's do not. */
  readonly showsValues: boolean
}

/** An AWS service of the JSON 1.1 protocol: what `X-Amz-Target` calls it, version included. */
export interface JsonService extends Spoken<JsonMembers> {
  readonly protocol: 'json-1.1'
  readonly target: string
}

/** An AWS service that is spoken here, and what can be asked of it. */
type Service = QueryService | JsonService

/** What a request asks for: an operation that there is, of a service. `input` reads it. @throws Fault */
export type Asked =
  | {
      readonly service: Service
      readonly proof: 'signature'
      readonly operation: Operation<AccountCaller, unknown, Answered>
      input(): unknown
    }
  | {
      readonly service: Service
      readonly proof: 'web-identity'
      readonly operation: Operation<WebIdentityCaller, PresentedToken, ResultStructure>
      input(): PresentedToken
    }
  | {
      readonly service: Service
      readonly proof: 'saml'
      readonly operation: Operation<SamlCaller, PresentedAssertion, ResultStructure>
      input(): PresentedAssertion
    }

/** One request and its answer, in the words of its protocol. */
export interface Exchange {
  /** What is asked for, or the whole answer where AWS answers without a fault. @throws Fault */
  read(): Asked | Answer
  /** The answer to what was read. */
  result(result: Answered): Answer
  /** The answer to whatever could be read, or not. */
  fault(fault: Fault): Answer
}

/** What a listener speaks. The first service lends its namespace to answers in XML that concern none. */
export interface Dialects {
  readonly services: readonly [QueryService, ...Service[]]
  readonly query: QueryOptions
}

/** What is asked of an operation, with the parameters that `source` gives. */
export function askedOf<Source extends Params | JsonMembers>(
  service: Service,
  operation: AnyOperation<Source>,
  source: () => Source,
): Asked {
  switch (operation.proof) {
    case 'web-identity':
      return { service, proof: 'web-identity', operation, input: () => operation.parse(source()) }
    case 'saml':
      return { service, proof: 'saml', operation, input: () => operation.parse(source()) }
    default:
      return { service, proof: 'signature', operation, input: () => operation.parse(source()) }
  }
}

/** The exchange of a request in its own protocol. */
export function exchangeOf(received: Received, dialects: Dialects, envelope: Envelope): Exchange {
  return isJsonCall(received)
    ? new JsonExchange(received, dialects, envelope)
    : new QueryExchange(received, dialects, envelope)
}

class QueryExchange implements Exchange {
  readonly #received: Received
  readonly #dialects: Dialects
  readonly #envelope: Envelope
  #namespace: string
  #action = ''

  constructor(received: Received, dialects: Dialects, envelope: Envelope) {
    this.#received = received
    this.#dialects = dialects
    this.#envelope = envelope
    this.#namespace = dialects.services[0].namespace
  }

  read(): Asked | Answer {
    const call = readQueryCall(this.#received, this.#dialects.query)
    if ('status' in call) return call
    for (const service of this.#dialects.services) {
      if (service.protocol !== 'query' || service.version !== call.version) continue
      const operation = service.operations.get(call.action)
      if (operation === undefined) break
      this.#namespace = service.namespace
      this.#action = call.action
      const { params } = call
      return askedOf(service, operation, () => (service.showsValues ? params : params.withoutValues()))
    }
    throw noSuchOperation(call)
  }

  result(result: Answered): Answer {
    return renderResult(this.#action, this.#namespace, result, this.#envelope)
  }

  fault(fault: Fault): Answer {
    return renderFault(fault, this.#namespace, this.#envelope)
  }
}

class JsonExchange implements Exchange {
  readonly #received: Received
  readonly #dialects: Dialects
  readonly #envelope: Envelope

  constructor(received: Received, dialects: Dialects, envelope: Envelope) {
    this.#received = received
    this.#dialects = dialects
    this.#envelope = envelope
  }

  read(): Asked {
    const call = readJsonCall(this.#received)
    for (const service of this.#dialects.services) {
      if (service.protocol !== 'json-1.1' || service.target !== call.service) continue
      const operation = service.operations.get(call.operation)
      if (operation === undefined) break
      return askedOf(service, operation, () => readJsonBody(this.#received.body))
    }
    throw new UnknownOperation()
  }

  result(result: Answered): Answer {
    return renderJsonResult(result, this.#envelope)
  }

  fault(fault: Fault): Answer {
    return renderJsonFault(fault, this.#envelope)
  }
}
