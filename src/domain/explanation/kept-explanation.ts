import type { ProofCheck } from '../../model/index.ts'
import type { KeptTrace } from './keep-trace.ts'

/** A condition key that a request carried. */
export interface CarriedKey {
  /** As AWS spells it. */
  readonly key: string
  readonly values: readonly string[]
}

/** What is kept of a refusal beside its audit record: enough to explain it after policies changed. */
export interface KeptExplanation {
  readonly caller: {
    readonly arn: string
    /** `aws:userid`. */
    readonly id: string
    /** The user or session. */
    readonly name: string
    /** Whose identity-based policies count: `user alice`, `role Deployer`. */
    readonly who: string
    readonly account: string
  }
  readonly action: string
  readonly resource: string
  /** Whose the resource is. */
  readonly resourceAccount: string
  /** What the caller was told. */
  readonly refusal: string
  readonly roleIsMissing: boolean
  /** What the request said of itself, whatever policies ask for. */
  readonly carried: readonly CarriedKey[]
  /** What was shown in place of a signature, where that is what was refused. */
  readonly proof?: 'token' | 'assertion'
  /** What came of the checks of that. Then no policy was asked. */
  readonly checks?: readonly ProofCheck[]
  /** What decided; `undefined` where a rule did that no policy can change. */
  readonly whole: KeptTrace | undefined
  /**
   * Across accounts, what the policies on the caller's side come to by themselves: the same whatever the other account
   * has and holds. `undefined` within one account, and where no policy was asked.
   */
  readonly ofCaller: KeptTrace | undefined
  /** The keys, in lower case, that these policies asked for and whose values only the other account may know. */
  readonly untold: readonly string[]
}

/** A kept explanation as text, and back. It was written here, so its shape is known. */
export function writeExplanation(explanation: KeptExplanation): string {
  return JSON.stringify(explanation)
}

/** What {@link writeExplanation} wrote. */
export function readExplanation(text: string): KeptExplanation {
  return JSON.parse(text)
}
