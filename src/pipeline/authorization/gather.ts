import type { Directory, OrganizationPlace, PrincipalPolicies, RoleView } from '../../domain/directory/index.ts'
import {
  type AccessRequest,
  type ApplicablePolicies,
  type CompiledPolicy,
  compilePolicy,
  parsePolicy,
  type RequestPrincipal,
  TRUST_ACTIONS,
} from '../../engines/policy/index.ts'
import {
  type AccountCaller,
  type Arn,
  foldCase,
  type IdentityCaller,
  inheritedTags,
  overlaid,
  parseArn,
  type RequestFacts,
  rootArn,
  type ServiceCaller,
  type Tag,
} from '../../model/index.ts'
import type { Access } from './access.ts'
import { AccessContext } from './context.ts'
import { IdentityContext } from './identity-context.ts'
import { ServiceContext } from './service-context.ts'

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

/** Stands for the trust policy of a role that is not there: the caller is answered as by a role that trusts nobody. */
export const TRUSTS_NOBODY = compilePolicy(parsePolicy('{"Version":"2012-10-17","Statement":[]}'), {
  kind: 'trust',
  name: 'missing-role',
})

/** Gathers the policies and the condition keys that bear on one access. Decides nothing. */
export async function gather(
  access: Access,
  { caller, facts, region, policies }: Side,
  directory: Directory,
): Promise<Gathered> {
  const arn = parseArn(access.resource)
  const resourceAccount = ownerOf(arn, caller)
  const role = await directory.role(access.resource)
  const place = await directory.placeOf(caller.account)
  const resourcePlace = await directory.placeOf(resourceAccount)
  const rcp = isUnderResourceControl(access, role) ? resourcePlace?.rcp : undefined
  const isTrust = asksForTrust(access.action, arn)
  const resourceTags = isTrust ? tagsAsAssumed(role, caller) : (access.resourceTags ?? role?.tags ?? [])
  const request: AccessRequest = {
    principal: principalOf(caller, directory.partition),
    action: access.action,
    resource: access.resource,
    resourceAccount,
    context: new AccessContext({ caller, facts, region, access, resourceAccount, place, resourcePlace, resourceTags }),
  }
  const trust = isTrust ? (role?.trust ?? TRUSTS_NOBODY) : undefined
  return { request, policies: applicable(policies, trust, place?.scp, rcp), role }
}

/** The same for who has no policies of their own, and nothing of an account's: a service, or whom a provider vouches for. */
export async function gatherForOutsider(
  access: Access,
  { caller, facts, region }: Pick<Side, 'facts' | 'region'> & { readonly caller: ServiceCaller | IdentityCaller },
  directory: Directory,
): Promise<Gathered> {
  const arn = parseArn(access.resource)
  const resourceAccount = ownerOf(arn, caller)
  const role = await directory.role(access.resource)
  const resourcePlace = await directory.placeOf(resourceAccount)
  const rcp = isUnderResourceControl(access, role) ? resourcePlace?.rcp : undefined
  const resourceTags = role?.tags ?? []
  const about = { facts, region, access, resourceAccount, resourcePlace, resourceTags }
  const { action, resource } = access
  const principal: RequestPrincipal =
    caller.kind === 'service'
      ? { kind: 'service', service: caller.service }
      : { kind: caller.kind === 'saml' ? 'saml' : 'webIdentity', provider: caller.provider }
  const context =
    caller.kind === 'service' ? new ServiceContext({ caller, ...about }) : new IdentityContext({ caller, ...about })
  const trust = asksForTrust(action, arn) ? (role?.trust ?? TRUSTS_NOBODY) : undefined
  const policies = applicable({ identity: [], boundary: undefined, session: undefined }, trust, undefined, rcp)
  return { request: { principal, action, resource, resourceAccount, context }, policies, role }
}

/** What belongs to no account, or to AWS as its managed policies do, counts as the caller's own. */
function ownerOf(arn: Arn | undefined, { account }: AccountCaller | ServiceCaller | IdentityCaller): string {
  return arn === undefined || arn.account === '' || arn.account === 'aws' ? account : arn.account
}

/** Whether the access is about a role that is not there. */
export function lacksRole({ policies, role }: Gathered): boolean {
  return policies.resource?.kind === 'trust' && role === undefined
}

/** Whether a trust policy has to permit it; where there is no role, nobody is trusted. */
export function asksForTrust(action: string, arn: Arn | undefined): boolean {
  const folded = foldCase(action)
  // A session of a federated user is tagged too, and no role decides on that.
  const isOfFederatedUser = arn?.service === 'sts' && arn.resource.startsWith('federated-user/')
  return TRUST_ACTIONS.has(folded) && !(isOfFederatedUser && folded === 'sts:tagsession')
}

/**
 * The tags of a role while it is decided who may assume it: over them stand the tags that the caller's session hands
 * down, as they will in the new session.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
 */
function tagsAsAssumed(role: RoleView | undefined, { session }: AccountCaller): readonly Tag[] {
  if (role === undefined) return []
  if (session === undefined || session.terms.transitiveTagKeys.length === 0) return role.tags
  return overlaid(role.tags, inheritedTags(session.terms))
}

/**
 * Resource control policies bind some services only, and neither IAM nor CloudTrail; roles that belong to services they
 * never bind. Which others they do not bind is not documented once and for all: those they bind, which is the stricter.
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services
 */
function isUnderResourceControl({ action }: Access, role: RoleView | undefined): boolean {
  if (role?.path.startsWith('/aws-service-role/') === true) return false
  return !BEYOND_RESOURCE_CONTROL.test(action)
}

const BEYOND_RESOURCE_CONTROL = /^(?:iam|cloudtrail):/i

/** What is absent is left out: for the engine that is not the same as being there and empty. */
function applicable(
  { identity, boundary, session }: PrincipalPolicies,
  resource: CompiledPolicy | undefined,
  scp: OrganizationPlace['scp'],
  rcp: OrganizationPlace['rcp'],
): ApplicablePolicies {
  return {
    identity,
    ...(boundary && { boundary }),
    ...(session && { session }),
    ...(resource && { resource }),
    ...(scp && { scp }),
    ...(rcp && { rcp }),
  }
}

function principalOf(caller: AccountCaller, partition: string): RequestPrincipal {
  const { account, arn } = caller
  switch (caller.kind) {
    case 'root':
      return { kind: 'root', account, arn }
    case 'user':
      return { kind: 'user', account, arn, id: caller.uniqueId }
    case 'assumed-role':
      return { kind: 'assumedRole', account, arn, roleArn: caller.principalArn, id: caller.uniqueId }
    case 'federated-user': {
      const { issuer } = caller
      if (issuer === undefined) return { kind: 'federatedUser', account, arn, userArn: rootArn(partition, account) }
      return { kind: 'federatedUser', account, arn, userArn: issuer.arn, id: issuer.uniqueId }
    }
  }
}
