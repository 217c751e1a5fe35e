import type { Directory, RoleView } from '../../domain/directory/index.ts'
import { decide } from '../../engines/policy/index.ts'
import { AccessDenied, type Caller, type RequestFacts } from '../../model/index.ts'
import type { Access } from './access.ts'
import { denial } from './denial.ts'
import { gather, type Side } from './gather.ts'
import { PermittedCall } from './permitted-call.ts'
import { isForOperators, refusedByRule } from './standing-rules.ts'

/** What a proven caller asks to be permitted. */
export interface Petition<Asking extends Caller, Input> {
  readonly caller: Asking
  readonly input: Input
  /** Every access that the operation needs; the first one denied is named. None: whoever is proven may. */
  readonly accesses: readonly Access[]
  readonly facts: RequestFacts
  /** The region of the credential scope; `undefined` for callers without a signature. */
  readonly region: string | undefined
}

/**
 * Decides whether a caller may do what an operation needs: gathers the policies that apply, and asks the engine.
 * @throws {@link AccessDenied} in AWS's words
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export async function authorize<Asking extends Caller, Input>(
  { caller, input, accesses, facts, region }: Petition<Asking, Input>,
  directory: Directory,
): Promise<PermittedCall<Asking, Input>> {
  let role: RoleView | undefined
  if (caller.kind === 'operator') {
    for (const access of accesses) {
      if (!isForOperators(access)) throw new AccessDenied(`The operator may not perform ${access.action}`)
    }
  } else if (accesses.length > 0) {
    const policies = await directory.policiesOf(caller)
    for (const access of accesses) role = await permit(access, { caller, facts, region, policies }, directory)
  }
  return new PermittedCall(caller, input, facts, role)
}

/** Permits one access and gives the role it is about. */
async function permit(access: Access, side: Side, directory: Directory): Promise<RoleView | undefined> {
  const ruled = refusedByRule(side.caller, access)
  if (ruled !== undefined) throw ruled
  const { request, policies, role } = await gather(access, side, directory)
  const decision = decide(policies, request)
  if (decision.outcome !== 'allowed') throw denial(side.caller, access, request.resourceAccount, decision)
  return role
}
