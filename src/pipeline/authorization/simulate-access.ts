import type { Directory } from '../../domain/directory/index.ts'
import {
  type ApplicablePolicies,
  type BearingStatement,
  bearingStatements,
  type CompiledPolicy,
  type Decision,
  decide,
  missingAllows,
  type PolicyKind,
  type StatementRef,
} from '../../engines/policy/index.ts'
import { type AccountCaller, type AccountId, type EpochMillis, parseArn } from '../../model/index.ts'
import type { ContextValue } from './access.ts'
import { factsAt } from './explain-access.ts'
import { asksForTrust, gather, TRUSTS_NOBODY } from './gather.ts'
import { keysNotGiven } from './keys-not-given.ts'
import { isForOperators } from './standing-rules.ts'
import { SupposedContext } from './supposed-context.ts'

/** Who is supposed to ask, with which policies, and what is supposed of every request. */
export interface Supposition {
  /** Of whoever wants to know: nothing is told of what is in another account. */
  readonly account: AccountId
  readonly caller: AccountCaller
  /** What of the caller is known: the account alone, the name too, or everything that the directory has. */
  readonly known: 'account' | 'name' | 'everything'
  readonly identity: readonly CompiledPolicy[]
  readonly boundary: CompiledPolicy | undefined
  /** The policy of every resource, or the trust policy of every role; `undefined`: a role's own, and else none. */
  readonly resource: CompiledPolicy | undefined
  /** Who owns what does not name its owner; `undefined`: the caller's account. */
  readonly resourceOwner: string | undefined
  /** Whether what the caller's organization allows counts. */
  readonly inOrganization: boolean
  /** Condition keys that requests carry, by their names in lower case; they win over what is known. */
  readonly context: ReadonlyMap<string, ContextValue>
  /** The instant that conditions see. */
  readonly now: EpochMillis
}

/** How one request would be decided. */
export interface SimulatedAccess {
  readonly outcome: Decision['outcome']
  /** The statements that deny, or else those that allow; not those of control policies, which are the organization's. */
  readonly matched: readonly StatementRef[]
  /** What each kind of policy in play comes to by itself. */
  readonly verdicts: ReadonlyMap<PolicyKind, Decision['outcome']>
  /** Whether control policies leave it to the others; `undefined` where there are none. */
  readonly allowedByOrganization: boolean | undefined
  readonly crossesAccounts: boolean
  /** Condition keys that could have mattered and that nobody gave, as policies spell them. */
  readonly notGiven: readonly string[]
}

/** Kinds whose statements grant. */
const GRANTING: ReadonlySet<PolicyKind> = new Set<PolicyKind>(['identity', 'resource', 'trust'])

/**
 * Decides a request that nobody sends, by policies that need not exist, with the engine that decides real ones.
 * @param resource - an ARN, or `*` for an action without resource types
 */
export async function simulateAccess(
  action: string,
  resource: string,
  supposition: Supposition,
  directory: Directory,
): Promise<SimulatedAccess> {
  const { account, caller, identity, boundary, resourceOwner, inOrganization, now } = supposition
  const policies = { identity, boundary, session: undefined }
  const side = { caller, facts: factsAt(now), region: undefined, policies }
  const gathered = await gather({ action, resource }, side, directory)
  const arn = parseArn(resource)
  const resourceAccount = arn?.account ? gathered.request.resourceAccount : (resourceOwner ?? caller.account)
  const isOurs = resourceAccount === account
  const trust = asksForTrust(action, arn) ? (isOurs ? gathered.policies.resource : TRUSTS_NOBODY) : undefined
  const ofResource = supposition.resource ?? trust
  const { scp, rcp } = gathered.policies
  const applicable: ApplicablePolicies = {
    identity,
    ...(boundary && { boundary }),
    ...(ofResource && { resource: ofResource }),
    ...(inOrganization && scp && { scp }),
    ...(inOrganization && isOurs && rcp && { rcp }),
  }
  const known = new Map<string, ContextValue>([['aws:resourceaccount', resourceAccount], ...supposition.context])
  // The tags of a role are read with its trust policy, and with nothing else.
  const hasTags = supposition.resource === undefined && trust !== undefined && gathered.role !== undefined
  const settles = (key: string) => isKnown(key, supposition, isOurs, hasTags)
  const context = new SupposedContext(known, gathered.request.context, settles)
  const request = { ...gathered.request, resourceAccount, context }
  const decision = decide(applicable, request)
  const bearing = bearingStatements(applicable, request)
  // No policy of any account grants what is the operator's.
  const outcome =
    isForOperators({ action, resource }) && decision.outcome === 'allowed' ? 'implicitDeny' : decision.outcome
  return {
    outcome,
    matched: matchedBy(bearing, outcome),
    verdicts: verdictsOf(applicable, bearing),
    allowedByOrganization: applicable.scp && !forbids(bearing, missingAllows(applicable, request)),
    crossesAccounts: resourceAccount !== caller.account,
    notGiven: keysNotGiven(bearing, context.notGiven),
  }
}

/** Whether a key is known, be it that it is absent, though no request was sent. */
function isKnown(key: string, { account, caller, known }: Supposition, isOurs: boolean, hasTags: boolean): boolean {
  switch (key) {
    case 'aws:currenttime':
    case 'aws:epochtime':
    case 'aws:viaawsservice':
    case 'aws:principalisawsservice':
    case 'aws:principalaccount':
      return true
    case 'aws:principalorgid':
    case 'aws:principalorgpaths':
      return caller.account === account
    case 'aws:resourceorgid':
    case 'aws:resourceorgpaths':
      return isOurs
    case 'aws:principalarn':
    case 'aws:principaltype':
    case 'aws:username':
      return known !== 'account'
    case 'aws:userid':
      // A session's says how it is called.
      return known === 'everything' && caller.kind === 'user'
  }
  if (key.startsWith('aws:principaltag/')) return known === 'everything'
  return isOurs && hasTags && /^(?:aws|iam):resourcetag\//.test(key)
}

function matchedBy(bearing: readonly BearingStatement[], outcome: Decision['outcome']): readonly StatementRef[] {
  if (outcome === 'implicitDeny') return []
  const denies = outcome === 'explicitDeny'
  const matched: StatementRef[] = []
  for (const { statement, effect, applies } of bearing) {
    if (!applies || (effect === 'Deny') !== denies) continue
    if (denies ? !isControl(statement.kind) : GRANTING.has(statement.kind)) matched.push(statement)
  }
  return matched
}

function isControl(kind: PolicyKind): boolean {
  return kind === 'scp' || kind === 'rcp'
}

function verdictsOf(
  { boundary, resource }: ApplicablePolicies,
  bearing: readonly BearingStatement[],
): ReadonlyMap<PolicyKind, Decision['outcome']> {
  const verdicts = new Map<PolicyKind, Decision['outcome']>([['identity', 'implicitDeny']])
  if (resource !== undefined) verdicts.set(resource.kind, 'implicitDeny')
  if (boundary !== undefined) verdicts.set('boundary', 'implicitDeny')
  for (const { statement, effect, applies } of bearing) {
    const { kind } = statement
    if (!applies || !verdicts.has(kind)) continue
    if (effect === 'Deny') verdicts.set(kind, 'explicitDeny')
    else if (verdicts.get(kind) === 'implicitDeny') verdicts.set(kind, 'allowed')
  }
  return verdicts
}

function forbids(bearing: readonly BearingStatement[], missing: readonly PolicyKind[]): boolean {
  return (
    missing.includes('scp') ||
    bearing.some(({ statement, effect, applies }) => applies && effect === 'Deny' && isControl(statement.kind))
  )
}
