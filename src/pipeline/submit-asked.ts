import type {
  AccountCaller,
  AccountId,
  IdentityCaller,
  RequestFacts,
  SamlCaller,
  WebIdentityCaller,
} from '../model/index.ts'
import type { BoundedWork } from '../platform/bounded-work.ts'
import {
  bySaml,
  byWebIdentity,
  type PresentedAssertion,
  type PresentedToken,
  type Proven,
} from './authentication/index.ts'
import type { Asked, Dialects } from './exchange.ts'
import type { Answered, BrokerParts } from './operation.ts'
import { type Ask, submit } from './submit.ts'
import { Throttle } from './throttle.ts'

/** How operations are asked for that clients have names for. */
export interface AskedOptions extends Pick<Dialects, 'services'> {
  /** The region that answers. */
  readonly region: string
  /** Requests per second of one account to one service; 0 for as many as they like. */
  readonly accountRate: number
  /** Does the work of requests, whoever sent them. */
  readonly work: BoundedWork
}

/**
 * Submits what was read, with the proof that it takes. Call it within the work of a request.
 * @param prove - what proves who asks, where neither a token nor an assertion does
 * @throws Fault
 */
export type SubmitAsked = (
  asked: Asked,
  facts: RequestFacts,
  prove: () => Promise<Proven<AccountCaller>>,
) => Promise<Answered>

/**
 * Submits what clients have names for. All actions of a service share the rate of the caller's account, whichever way
 * they are asked for; a role in another account is charged to the caller's. Tokens and assertions are not to be had in an
 * account only: whom they prove is charged to it when one of its roles lets them in, and otherwise to their provider.
 */
export function askedSubmitter(
  { services, region, accountRate, work }: AskedOptions,
  broker: BrokerParts,
): SubmitAsked {
  const throttles = new Map(accountRate === 0 ? [] : services.map(({ name }) => [name, new Throttle(accountRate)]))
  const strangers = accountRate === 0 ? undefined : new Throttle<string>(accountRate)
  return async (asked, facts, prove) => {
    const { name } = asked.service
    const admit = ({ account }: { readonly account: AccountId }) =>
      throttles.get(name)?.charge(account, broker.wireClock.now())
    const admitVouched = (caller: IdentityCaller, isPermitted: boolean) =>
      isPermitted ? admit(caller) : strangers?.charge(caller.provider, broker.wireClock.now())
    if (asked.proof === 'signature') {
      const ask: Ask<AccountCaller, unknown> = { facts, prove, admit, input: () => asked.input() }
      return await submit(asked.operation, ask, broker)
    }
    // What proves the caller is among the parameters, so these are read first, and once.
    const wait = <Result>(load: Promise<Result>) => work.outside(load)
    if (asked.proof === 'web-identity') {
      const input = once(asked.input)
      const proveToken = () => byWebIdentity(input(), region, broker, wait)
      const ask: Ask<WebIdentityCaller, PresentedToken> = { facts, prove: proveToken, admitVouched, input }
      return await submit(asked.operation, ask, broker)
    }
    const input = once(asked.input)
    const proveAssertion = () => bySaml(input(), { region, sourceIp: facts.sourceIp }, broker, wait)
    const ask: Ask<SamlCaller, PresentedAssertion> = { facts, prove: proveAssertion, admitVouched, input }
    return await submit(asked.operation, ask, broker)
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
