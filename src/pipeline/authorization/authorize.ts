import type { Directory, OrganizationPlace, PrincipalPolicies, RoleView } from '../../domain/directory/index.ts'
import {
  type AccessRequest,
  type ApplicablePolicies,
  type CompiledPolicy,
  compilePolicy,
  decide,
  parsePolicy,
  type RequestPrincipal,
} from '../../engines/policy/index.ts'
import { AccessDenied, type AccountCaller, type Caller, parseArn, type RequestFacts } from '../../model/index.ts'
import type { Access } from './access.ts'
import { AccessContext } from './context.ts'
import { denial } from './denial.ts'
import { PermittedCall } from './permitted-call.ts'

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

/** The actions that a role's trust policy decides on. */
const TRUST_ACTIONS: ReadonlySet<string> = new Set(['sts:AssumeRole'])
/** Stands for the trust policy of a role that is not there: the caller is answered as by a role that trusts nobody. */
const TRUSTS_NOBODY = compilePolicy(parsePolicy('{"Version":"2012-10-17","Statement":[]}'), {
  kind: 'trust',
  name: 'missing-role',
})
/** What belongs to the operator: no policy of any account can grant it. */
const OPERATOR_ACTIONS = 'rolecall:'

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
    for (const { action } of accesses) {
      if (!action.startsWith(OPERATOR_ACTIONS)) throw new AccessDenied(`The operator may not perform ${action}`)
    }
  } else if (accesses.length > 0) {
    const policies = await directory.policiesOf(caller)
    for (const access of accesses) role = await permit(access, { caller, facts, region, policies }, directory)
  }
  return new PermittedCall(caller, input, facts, role)
}

interface Side {
  readonly caller: AccountCaller
  readonly facts: RequestFacts
  readonly region: string | undefined
  readonly policies: PrincipalPolicies
}

/** Permits one access and gives the role it is about. */
async function permit(
  access: Access,
  { caller, facts, region, policies }: Side,
  directory: Directory,
): Promise<RoleView | undefined> {
  const resourceAccount = parseArn(access.resource)?.account || caller.account
  const role = await directory.role(access.resource)
  const place = await directory.placeOf(caller.account)
  const resourcePlace = await directory.placeOf(resourceAccount)
  const resourceTags = role?.tags ?? []
  const request: AccessRequest = {
    principal: principalOf(caller),
    action: access.action,
    resource: access.resource,
    resourceAccount,
    context: new AccessContext({ caller, facts, region, access, resourceAccount, place, resourcePlace, resourceTags }),
  }
  const trust = TRUST_ACTIONS.has(access.action) ? (role?.trust ?? TRUSTS_NOBODY) : undefined
  const decision = decide(applicable(policies, trust, place, resourcePlace), request)
  if (decision.outcome !== 'allowed' || access.action.startsWith(OPERATOR_ACTIONS)) {
    throw denial(caller, access, resourceAccount, decision)
  }
  return role
}

/** What is absent is left out: for the engine that is not the same as being there and empty. */
function applicable(
  { identity, boundary }: PrincipalPolicies,
  resource: CompiledPolicy | undefined,
  place: OrganizationPlace | undefined,
  resourcePlace: OrganizationPlace | undefined,
): ApplicablePolicies {
  return {
    identity,
    ...(boundary && { boundary }),
    ...(resource && { resource }),
    ...(place?.scp && { scp: place.scp }),
    ...(resourcePlace?.rcp && { rcp: resourcePlace.rcp }),
  }
}

function principalOf(caller: AccountCaller): RequestPrincipal {
  const { account, arn } = caller
  switch (caller.kind) {
    case 'root':
      return { kind: 'root', account, arn }
    case 'user':
      return { kind: 'user', account, arn, id: caller.uniqueId }
    case 'assumed-role':
      return { kind: 'assumedRole', account, arn, roleArn: caller.principalArn, id: caller.uniqueId }
  }
}
