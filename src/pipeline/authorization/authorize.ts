import type { Directory, RoleView } from '../../domain/directory/index.ts'
import { decide } from '../../engines/policy/index.ts'
import {
  AccessDenied,
  type AccountCaller,
  type Caller,
  type Fault,
  type IdentityCaller,
  type ServiceCaller,
  ServiceUnavailable,
} from '../../model/index.ts'
import type { Access } from './access.ts'
import { denial, outsiderDenial } from './denial.ts'
import { gather, gatherForOutsider, type Side } from './gather.ts'
import { Grounds } from './grounds.ts'
import { PermittedCall } from './permitted-call.ts'
import type { Petition } from './petition.ts'
import { isForOperators, needsNoPermission, refusedByRule } from './standing-rules.ts'

const ATTEMPTS = 10

/**
 * Decides whether a caller may do what an operation needs: gathers the policies that apply, and asks the engine.
 * @throws {@link AccessDenied} in AWS's words
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export async function authorize<Asking extends Caller, Input>(
  petition: Petition<Asking, Input>,
  directory: Directory,
): Promise<PermittedCall<Asking, Input>> {
  const { caller, accesses, facts, region } = petition
  if (caller.kind === 'service' || caller.kind === 'web-identity' || caller.kind === 'saml') {
    const role = await onOneState(directory, () => permitOutsider({ caller, accesses, facts, region }, directory))
    return new PermittedCall(petition, role)
  }
  if (caller.kind !== 'operator') {
    const role = await onOneState(directory, () => permitOn({ caller, accesses, facts, region }, directory))
    return new PermittedCall(petition, role)
  }
  for (const access of await accesses()) {
    if (!isForOperators(access)) throw new AccessDenied(`The operator may not perform ${access.action}`)
  }
  return new PermittedCall(petition, undefined)
}

type Accesses = Pick<Petition<AccountCaller, unknown>, 'caller' | 'accesses' | 'facts' | 'region'>

/**
 * Permits every access, on one state of the directory: when it changed while policies were gathered, they are gathered
 * anew, or a request could be granted by a mixture that was never in force.
 */
async function onOneState(
  directory: Directory,
  permitAll: () => Promise<RoleView | undefined>,
): Promise<RoleView | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { version } = directory
    try {
      const role = await permitAll()
      if (version === directory.version) return role
    } catch (error) {
      if (version === directory.version) throw error
    }
  }
  throw new ServiceUnavailable('the directory changes faster than policies can be gathered')
}

async function permitOn({ accesses: asked, ...asking }: Accesses, directory: Directory): Promise<RoleView | undefined> {
  const accesses = await asked()
  if (accesses.length === 0) return undefined
  const side = { ...asking, policies: await directory.policiesOf(asking.caller) }
  let subject: RoleView | undefined
  for (const access of accesses) {
    const role = await permit(access, side, directory)
    subject ??= role
  }
  return subject
}

/** Permits who is no principal of an account what the policies of the resources allow: nobody else speaks for them. */
async function permitOutsider(
  { caller, accesses, facts, region }: Omit<Accesses, 'caller'> & { readonly caller: ServiceCaller | IdentityCaller },
  directory: Directory,
): Promise<RoleView | undefined> {
  let subject: RoleView | undefined
  for (const access of await accesses()) {
    if (isForOperators(access)) throw new AccessDenied(outsiderDenial(caller, access))
    const gathered = await gatherForOutsider(access, { caller, facts, region }, directory)
    const { request, policies, role } = gathered
    const { outcome, blame } = decide(policies, request)
    if (outcome !== 'allowed') {
      const detail = `${outcome}: ${blame.join(', ')}`
      throw because(new Grounds(access, gathered), new AccessDenied(outsiderDenial(caller, access), { detail }))
    }
    subject ??= role
  }
  return subject
}

/** Permits one access and gives the role it is about. */
async function permit(access: Access, side: Side, directory: Directory): Promise<RoleView | undefined> {
  const ruled = refusedByRule(side.caller, access)
  if (ruled !== undefined) throw because(new Grounds(access, undefined), ruled)
  if (needsNoPermission(access)) return undefined
  const gathered = await gather(access, side, directory)
  const { request, policies, role } = gathered
  const decision = decide(policies, request)
  if (decision.outcome === 'allowed') return role
  throw because(new Grounds(access, gathered), denial(side.caller, access, request.resourceAccount, decision))
}

/** The refusal, with what it came from: enough to explain it later, when nobody waits. */
function because(grounds: Grounds, refusal: Fault): Fault {
  refusal.cause = grounds
  return refusal
}
