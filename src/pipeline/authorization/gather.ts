import type { Directory, OrganizationPlace, PrincipalPolicies, RoleView } from '../../domain/directory/index.ts'
import {
  type AccessRequest,
  type ApplicablePolicies,
  type CompiledPolicy,
  compilePolicy,
  parsePolicy,
  type RequestPrincipal,
} from '../../engines/policy/index.ts'
import { type AccountCaller, parseArn, type RequestFacts } from '../../model/index.ts'
import type { Access } from './access.ts'
import { AccessContext } from './context.ts'

/** Who asks, when, from where, and with which policies of their own. */
export interface Side {
  readonly caller: AccountCaller
  readonly facts: RequestFacts
  /** The region of the credential scope; `undefined` for callers without a signature. */
  readonly region: string | undefined
  readonly policies: PrincipalPolicies
}

/** Everything that the engine has to be given to decide on one access. */
export interface Gathered {
  readonly request: AccessRequest
  readonly policies: ApplicablePolicies
  /** The role that the access is about; `undefined` when it is about something else, or there is none. */
  readonly role: RoleView | undefined
}

/** The actions that a role's trust policy decides on. */
export const TRUST_ACTIONS: ReadonlySet<string> = new Set(['sts:AssumeRole'])
/** Stands for the trust policy of a role that is not there: the caller is answered as by a role that trusts nobody. */
const TRUSTS_NOBODY = compilePolicy(parsePolicy('{"Version":"2012-10-17","Statement":[]}'), {
  kind: 'trust',
  name: 'missing-role',
})

/** Gathers the policies and the condition keys that bear on one access. Decides nothing. */
export async function gather(
  access: Access,
  { caller, facts, region, policies }: Side,
  directory: Directory,
): Promise<Gathered> {
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
  return { request, policies: applicable(policies, trust, place, resourcePlace), role }
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
