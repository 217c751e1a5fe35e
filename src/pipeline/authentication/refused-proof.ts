import type { ProofCheck } from '../../model/index.ts'

/** What the refusal of a token or an assertion came from: goes with its fault, as the cause, to whoever records it. */
export class RefusedProof {
  /** What was asked for: the ARN of a role, or of the provider where no role was named yet. */
  readonly resource: string
  /** The checks, in their order. */
  readonly checks: () => readonly ProofCheck[]

  constructor(resource: string, checks: () => readonly ProofCheck[]) {
    this.resource = resource
    this.checks = checks
  }
}
