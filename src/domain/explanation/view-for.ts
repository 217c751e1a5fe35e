import type { ConditionTrace, Decision, PolicyKind, StatementRef, StatementTrace } from '../../engines/policy/index.ts'
import { foldCase } from '../../model/index.ts'
import { changesFor } from './changes.ts'
import { claimPitfalls } from './claim-pitfalls.ts'
import { changesForChecks, describeChecks, summarizeChecks } from './describe-checks.ts'
import { describeTrace } from './describe-trace.ts'
import type { KeptTrace } from './keep-trace.ts'
import type { CarriedKey, KeptExplanation } from './kept-explanation.ts'
import { maskExternalId } from './mask-external-id.ts'
import { maskPersonal } from './mask-personal.ts'
import { summarizeTrace } from './summarize-trace.ts'
import { type Asked, isSame } from './words.ts'

/** Whose policies a reader may see: those of the caller's account, those of the resource's, or both. */
export type Side = 'caller' | 'resource' | 'both'

/** A statement that denies, and those of its conditions that were kept. */
interface DenyingStatement {
  readonly statement: StatementRef
  readonly conditions: readonly ConditionTrace[]
}

/** An explanation as one side may see it. */
export interface ExplanationView {
  readonly side: Side
  /** Who was refused. */
  readonly caller: Pick<KeptExplanation['caller'], 'arn' | 'id' | 'name'>
  readonly explicitDeny: boolean
  /** Why, in one line. */
  readonly because: string
  /** Everything that bears on it, as the lines of a tree. */
  readonly tree: readonly string[]
  /** What would have to change, all of it; of the other side only that it has to. */
  readonly changes: readonly string[]
  /** The statements that deny. */
  readonly denying: readonly DenyingStatement[]
  /** The statements that cannot be evaluated. */
  readonly failing: readonly StatementTrace[]
  /** What the request carried, and what the policies of this side asked for beside it. */
  readonly context: readonly CarriedKey[]
}

const OF_RESOURCE: ReadonlySet<PolicyKind> = new Set(['rcp', 'resource', 'trust'])

/** Which side an account is on; `undefined` when it is on neither. */
export function sideOf(
  account: string,
  { account: caller, resourceAccount }: { readonly account: string; readonly resourceAccount: string | undefined },
): Side | undefined {
  if (account === caller) return resourceAccount === undefined || resourceAccount === caller ? 'both' : 'caller'
  return account === resourceAccount ? 'resource' : undefined
}

/**
 * What one side may see of an explanation. What the caller's side sees follows from that side alone: nothing in it
 * depends on whether the resource exists, or on what its account has. External ids are masked there.
 * @param personal - whether what an assertion says that names a person is shown whole
 */
export function viewFor(kept: KeptExplanation, side: Side, { personal = false } = {}): ExplanationView {
  const told = personal ? kept : maskPersonal(kept)
  const explanation = side === 'caller' ? maskExternalId(told) : told
  const { caller, refusal, carried, proof, checks } = explanation
  const trace = traceOf(explanation, side)
  if (trace === undefined) {
    return {
      side,
      caller,
      explicitDeny: false,
      because: (checks && summarizeChecks(checks, proof)) ?? `whatever policies say: ${refusal}`,
      tree: checks === undefined ? [] : describeChecks(checks, proof),
      changes:
        checks === undefined
          ? ['No policy can allow it: send another request, or sign it with other credentials.']
          : changesForChecks(checks),
      denying: [],
      failing: [],
      context: carried,
    }
  }
  const asked = askedOf(explanation, side)
  const statements = trace.layers.flatMap(({ policies }) => policies.flatMap((policy) => policy.statements))
  const { who } = explanation.caller
  return {
    side,
    caller,
    explicitDeny: trace.decision.outcome === 'explicitDeny',
    because: refuses(trace) ? summarizeTrace(trace, asked) : elsewhere(explanation, side),
    tree: describeTrace(trace, asked),
    changes: [
      ...changesFor(trace, { ...asked, who }),
      ...claimPitfalls(trace.layers, explanation.caller.arn),
      ...changesElsewhere(explanation, side, refuses(trace)),
    ],
    denying: trace.decision.statements.map((statement) => ({
      statement,
      conditions: statements.find((each) => isSame(each.statement, statement))?.conditions ?? [],
    })),
    failing: statements.filter(({ failed }) => failed.includes('element')),
    context: [...carried, ...askedFor(statements, carried)],
  }
}

function traceOf({ whole, ofCaller }: KeptExplanation, side: Side): KeptTrace | undefined {
  if (whole === undefined || side === 'both') return whole
  const isOwn = (kind: PolicyKind): boolean => OF_RESOURCE.has(kind) === (side === 'resource')
  const of = side === 'caller' ? ofCaller : whole
  if (of === undefined) return undefined
  const { decision, missing, layers } = of
  const own = { missing: missing.filter(isOwn), layers: layers.filter(({ kind }) => isOwn(kind)) }
  return { ...own, decision: decisionOn(own, decision, isOwn) }
}

/** What one side comes to by itself: a deny on the other does not hide what is missing here. */
function decisionOn(
  { missing, layers }: Pick<KeptTrace, 'missing' | 'layers'>,
  { statements }: Decision,
  isOwn: (kind: PolicyKind) => boolean,
): Decision {
  const denying = layers.filter(({ verdict }) => verdict === 'explicitDeny').map(({ kind }) => kind)
  if (denying.length === 0) return { outcome: 'implicitDeny', blame: missing, statements: [] }
  return {
    outcome: 'explicitDeny',
    blame: [...new Set(denying)],
    statements: statements.filter(({ kind }) => isOwn(kind)),
  }
}

function refuses({ decision }: KeptTrace): boolean {
  return decision.blame.length > 0
}

function askedOf({ caller, action, resource, roleIsMissing, untold }: KeptExplanation, side: Side): Asked {
  return {
    caller: caller.arn,
    action,
    resource,
    roleIsMissing: side !== 'caller' && roleIsMissing,
    notGiven: [],
    untold: side === 'caller' ? untold : [],
  }
}

function elsewhere({ caller, resourceAccount, untold }: KeptExplanation, side: Side): string {
  if (side === 'resource') {
    return `nothing in account ${resourceAccount} refuses it: account ${caller.account} does not allow it`
  }
  if (untold.length === 0) {
    return `nothing in account ${caller.account} refuses it: account ${resourceAccount} does not allow it`
  }
  return `account ${resourceAccount} does not allow it, or a policy here that asks for ${untold.join(', ')} does not: only account ${resourceAccount} knows these values`
}

function changesElsewhere(
  { caller, resourceAccount }: KeptExplanation,
  side: Side,
  alsoHere: boolean,
): readonly string[] {
  if (side === 'both') return []
  const other = side === 'caller' ? resourceAccount : caller.account
  return [
    alsoHere
      ? `Account ${other} has to allow it, too: whether it does is for its own administrators to see.`
      : `Account ${other} has to allow it: why it does not is for its own administrators to see.`,
  ]
}

function askedFor(statements: readonly StatementTrace[], carried: readonly CarriedKey[]): readonly CarriedKey[] {
  const known = new Set(carried.map(({ key }) => foldCase(key)))
  const found: CarriedKey[] = []
  for (const { key, actual } of statements.flatMap(({ conditions }) => conditions)) {
    if (actual === undefined || known.has(foldCase(key))) continue
    known.add(foldCase(key))
    found.push({ key, values: actual })
  }
  return found
}
