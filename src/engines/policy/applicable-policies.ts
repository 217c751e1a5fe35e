import type { CompiledPolicy } from './compile-policy.ts'

/** Every policy that bears on one request. What is absent is not in play, which is not the same as an empty list. */
export interface ApplicablePolicies {
  /** Of the caller; of the issuing user, for a federated user. */
  readonly identity: readonly CompiledPolicy[]
  readonly boundary?: CompiledPolicy
  /** Absent for a session made without any. An empty list grants nothing. */
  readonly session?: readonly CompiledPolicy[]
  /** Resource-based policy, or the trust policy of the role that is asked for. */
  readonly resource?: CompiledPolicy
  /** Of the caller's account, root to account: each level has to allow. */
  readonly scp?: readonly (readonly CompiledPolicy[])[]
  /** Of the resource's account; AWS's own allowing policy is implied on each level, so these only deny. */
  readonly rcp?: readonly (readonly CompiledPolicy[])[]
}
