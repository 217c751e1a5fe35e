import {
  type CarriedKey,
  changesFor,
  changesForChecks,
  claimPitfalls,
  describeChecks,
  describeTrace,
  type KeptTrace,
  keepTrace,
  maskPersonalTrace,
  summarizeChecks,
  summarizeTrace,
} from '../../domain/explanation/index.ts'
import type { Trace } from '../../engines/policy/index.ts'
import { type EpochMillis, Fault, type IdentityCaller, masked, type ProofCheck } from '../../model/index.ts'
import { type Access, type AccessExplanation, explainExchange } from '../../pipeline/authorization/index.ts'
import type { BrokerParts } from '../../pipeline/index.ts'
import { type AskedOfRole, settleForIdentity } from './identity-sessions.ts'

const ONE_HOUR = 3600

/**
 * What a token or an assertion comes to, ready for people and for programs. Of what was sent nothing but what checks and
 * policies name.
 */
export interface ProofExplained {
  readonly allowed: boolean
  /** The provider that it is of; absent where the account knows none. */
  readonly provider?: string
  readonly action: string
  readonly resource: string
  /** Why, in one line. */
  readonly because: string
  /** What whoever sends it is told, in AWS's words; absent when it is allowed. */
  readonly refusal?: { readonly code: string; readonly message: string }
  /** What came of each check, in their order. */
  readonly checks: readonly ProofCheck[]
  /** Condition keys that policies ask for and that nobody gave. */
  readonly notGiven: readonly string[]
  /** Everything that was considered, in words. */
  readonly tree: readonly string[]
  /** What would have to change, all of it. */
  readonly changes: readonly string[]
  /** What policies come to; absent where none was asked. */
  readonly trace?: KeptTrace
}

/** What was shown, for what, and what came of its checks. */
export interface CheckedProof {
  readonly proof: 'token' | 'assertion'
  readonly action: string
  readonly resource: string
  readonly checks: readonly ProofCheck[]
}

/** What is told where a check does not hold. */
export function explainRefusedProof({ proof, ...about }: CheckedProof, refusal: Fault | undefined): ProofExplained {
  const { checks } = about
  return {
    allowed: false,
    ...about,
    because: summarizeChecks(checks, proof) ?? (refusal?.message || refusal?.code) ?? '',
    ...(refusal && { refusal: { code: refusal.code, message: refusal.message } }),
    notGiven: [],
    tree: describeChecks(checks, proof),
    changes: changesForChecks(checks),
  }
}

/**
 * What is told where every check holds: what the policies of a real request come to, which nobody makes.
 * @param accesses - those that the exchange needs
 * @param withheld - condition keys that nobody gave, in lower case
 */
export async function explainProven(
  { proof, checks, resource }: CheckedProof,
  asked: {
    readonly caller: IdentityCaller
    readonly accesses: readonly Access[]
    readonly now: EpochMillis
    readonly withheld: ReadonlySet<string>
    /** What would be asked of the role, and for how long. */
    readonly session: { readonly asked: AskedOfRole; readonly durationSeconds: number | undefined }
    /** Whether what names a person is shown whole. */
    readonly personal: boolean
  },
  broker: BrokerParts,
): Promise<ProofExplained> {
  const { caller, personal } = asked
  const { provider, subject } = caller
  const { directory } = broker
  const explained = await explainAccesses(asked, directory)
  const { refusal: denied } = explained
  const unsettled = denied === undefined ? await refusalOfSession(asked, broker) : undefined
  const refusal = denied ?? unsettled
  // Nobody has policies of their own who is only vouched for. Nothing is kept, so nothing has to be left out.
  const layers = explained.trace.layers.filter(({ verdict }) => verdict !== 'notApplicable')
  const inPlay = { ...explained.trace, layers: layers.map((layer) => ({ ...layer, omitted: 0 })) }
  const trace = personal ? inPlay : maskPersonalTrace(inPlay, carriedBy(caller))
  const words = { ...explained, caller: provider, resource, who: `identity ${personal ? subject : masked(subject)}` }
  return {
    allowed: refusal === undefined,
    provider,
    resource,
    checks,
    action: explained.action,
    because: unsettled?.message ?? summarizeTrace(trace, words),
    ...(refusal && { refusal: { code: refusal.code, message: refusal.message } }),
    notGiven: explained.notGiven,
    tree: [...describeChecks(checks, proof), ...describeTrace(trace, words)],
    changes: [
      ...(denied === undefined
        ? []
        : [...changesFor(keepTrace(trace), words), ...claimPitfalls(trace.layers, provider)]),
      ...(unsettled === undefined ? [] : [changeOfSession(unsettled)]),
    ],
    trace,
  }
}

/** Why a session that the role permits would not be made. */
async function refusalOfSession(
  { caller, session }: Pick<Parameters<typeof explainProven>[1], 'caller' | 'session'>,
  broker: BrokerParts,
): Promise<Fault | undefined> {
  const { asked, durationSeconds = ONE_HOUR } = session
  try {
    const role = await broker.directory.role(asked.roleArn.text)
    await settleForIdentity({ caller, role, asked, durationSeconds }, broker)
    return undefined
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

function changeOfSession({ code }: Fault): string {
  return code === 'PackedPolicyTooLarge'
    ? 'Have the provider write fewer or shorter tags: a session has room for so much.'
    : "Ask for a session that is no longer than the role's MaxSessionDuration, or raise that."
}

/** What names a person, if anything, stands in these. */
function carriedBy(caller: IdentityCaller): readonly CarriedKey[] {
  const { keys, sourceIdentity = '' } = caller
  const marks = [
    ['sts:SourceIdentity', sourceIdentity],
    ['sts:RoleSessionName', caller.kind === 'saml' ? caller.sessionName : ''],
  ] as const
  return [...keys, ...marks].map(([key, value]) => ({ key, values: typeof value === 'string' ? [value] : value }))
}

/** The first access that is denied, or the exchange itself where none is. */
async function explainAccesses(
  {
    caller,
    accesses,
    now,
    withheld,
  }: {
    readonly caller: IdentityCaller
    readonly accesses: readonly Access[]
    readonly now: EpochMillis
    readonly withheld: ReadonlySet<string>
  },
  directory: BrokerParts['directory'],
): Promise<AccessExplanation & { readonly trace: Trace }> {
  let first: Awaited<ReturnType<typeof explainExchange>> | undefined
  for (const access of accesses) {
    const explained = await explainExchange({ caller, access, now, withheld }, directory)
    if (explained.refusal !== undefined) return explained
    first ??= explained
  }
  if (first === undefined) throw new Error('an exchange that needs no access')
  return first
}
