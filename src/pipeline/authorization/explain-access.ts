import type { Directory } from '../../domain/directory/index.ts'
import {
  bearingStatements,
  explain,
  type RequestContext,
  STS_ACTIONS,
  spellConditionKey,
  type Trace,
} from '../../engines/policy/index.ts'
import {
  AccessDenied,
  type AccountCaller,
  type EpochMillis,
  type Fault,
  foldCase,
  type IdentityCaller,
  type RequestFacts,
} from '../../model/index.ts'
import type { Access, ContextValue } from './access.ts'
import { isOfConnection } from './context-keys.ts'
import { denial, outsiderDenial } from './denial.ts'
import { gather, gatherForOutsider, lacksRole } from './gather.ts'
import { keysNotGiven } from './keys-not-given.ts'
import { needsNoPermission, OPERATOR_ACTIONS, refusedByRule } from './standing-rules.ts'
import { SupposedContext } from './supposed-context.ts'

/** A question that nobody has to prove anything for: it grants nothing. */
interface SupposedAccess {
  readonly caller: AccountCaller
  /** In any case, as in policies. */
  readonly action: string
  /** An ARN, or `*` for an action without resource types. */
  readonly resource: string
  /** The instant that conditions see. */
  readonly now: EpochMillis
  /** Condition keys that are supposed, by their names in lower case; they win over what is known. */
  readonly context: ReadonlyMap<string, ContextValue>
}

/** What a question comes to, and why. */
export interface AccessExplanation {
  /** As AWS spells it. */
  readonly action: string
  /** What the caller would be told, in AWS's words; `undefined` when it is allowed. */
  readonly refusal: Fault | undefined
  /** What policies come to; `undefined` where a rule decides that no policy can change. */
  readonly trace: Trace | undefined
  /** A role was asked for that is not there. */
  readonly roleIsMissing: boolean
  /** The condition keys that could have mattered and that nobody supposed, as policies spell them. */
  readonly notGiven: readonly string[]
}

/** Decides a question as `authorize` would, from the same policies and in the same words, and shows how. */
export async function explainAccess(
  { caller, action: asked, resource, now, context }: SupposedAccess,
  directory: Directory,
): Promise<AccessExplanation> {
  const access = { action: spelled(asked), resource }
  const { action } = access
  const ruled = refusedByRule(caller, access)
  if (ruled !== undefined || needsNoPermission(access)) {
    return { action, refusal: ruled, trace: undefined, roleIsMissing: false, notGiven: [] }
  }
  const policies = await directory.policiesOf(caller)
  const side = { caller, facts: factsAt(now), region: undefined, policies }
  const gathered = await gather(access, side, directory)
  const supposed = () => new SupposedContext(context, gathered.request.context)
  const request = { ...gathered.request, context: supposed() }
  const trace = explain(gathered.policies, request)
  const { decision } = trace
  const refusal = decision.outcome === 'allowed' ? undefined : denial(caller, access, request.resourceAccount, decision)
  // Only what bears on the decision asks for a key here; the trace asks for all.
  const bearing = supposed()
  const notGiven = keysNotGiven(
    bearingStatements(gathered.policies, { ...request, context: bearing }),
    bearing.notGiven,
  )
  return { action, refusal, trace, roleIsMissing: lacksRole(gathered), notGiven }
}

/** A question about whom a provider vouches for: it grants nothing. */
interface SupposedExchange {
  readonly caller: IdentityCaller
  readonly access: Access
  /** The instant that conditions see. */
  readonly now: EpochMillis
  /** Condition keys of the access, in lower case, that nobody gave. */
  readonly withheld: ReadonlySet<string>
}

/** The same for a request that a token or an assertion proves, which has no policies of its own. */
export async function explainExchange(
  { caller, access, now, withheld }: SupposedExchange,
  directory: Directory,
): Promise<AccessExplanation & { readonly trace: Trace }> {
  const gathered = await gatherForOutsider(access, { caller, facts: factsAt(now), region: undefined }, directory)
  const { policies, request } = gathered
  const notGiven = new Set<string>()
  const context: RequestContext = {
    get(key) {
      if (!isOfConnection(key) && !withheld.has(key)) return request.context.get(key)
      notGiven.add(key)
      return undefined
    },
  }
  const trace = explain(policies, { ...request, context })
  const refusal = trace.decision.outcome === 'allowed' ? undefined : new AccessDenied(outsiderDenial(caller, access))
  const told = [...notGiven].map(spellConditionKey)
  return { action: access.action, refusal, trace, roleIsMissing: lacksRole(gathered), notGiven: told }
}

/** Policies take an action in any case; the pipeline knows the ones it has rules for by AWS's spelling. */
function spelled(action: string): string {
  const folded = foldCase(action)
  if (folded.startsWith(OPERATOR_ACTIONS)) return `${OPERATOR_ACTIONS}${action.slice(OPERATOR_ACTIONS.length)}`
  return STS_ACTIONS.get(folded) ?? action
}

/** What a request that nobody sends says of itself: when. */
export function factsAt(now: EpochMillis): RequestFacts {
  return {
    requestId: '',
    now,
    sourceIp: undefined,
    secureTransport: false,
    userAgent: undefined,
    referer: undefined,
  }
}
