import { type Decision, KIND_NAMES, type PolicyKind } from '../../engines/policy/index.ts'
import { AccessDenied, type AccountCaller, type IdentityCaller, type ServiceCaller } from '../../model/index.ts'
import type { Access } from './access.ts'

/**
 * The refusal of an access, in AWS's words. The reason is only given when caller and resource are in one account, and
 * never when it lies with the role's trust policy: a role that refuses and a role that is not there sound the same.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function denial(
  caller: AccountCaller,
  access: Access,
  resourceAccount: string,
  decision: Decision,
): AccessDenied {
  const message = bareDenial(caller, access)
  const detail = `${decision.outcome}: ${decision.blame.join(', ')}`
  const kind = culprit(decision)
  if (kind === undefined || caller.account !== resourceAccount) {
    return new AccessDenied(message, { detail })
  }
  const { article, one } = KIND_NAMES[kind]
  const reason =
    decision.outcome === 'explicitDeny'
      ? `with an explicit deny in ${article} ${one}`
      : `because no ${one} allows the ${access.action} action`
  return new AccessDenied(`${message} ${reason}`, { detail })
}

/** The text of a refusal without its reason. */
export function bareDenial(caller: AccountCaller, { action, resource, called = resource }: Access): string {
  // Of all services that are spoken here, IAM alone says so of actions without resource types.
  const on = called === '*' && !action.startsWith('iam:') ? '' : ` on resource: ${called}`
  return `User: ${caller.arn} is not authorized to perform: ${action}${on}`
}

/**
 * The text of a refusal of who is no principal of an account. Whom a provider vouches for is told the same whatever is
 * missing, the role itself included.
 */
export function outsiderDenial(caller: ServiceCaller | IdentityCaller, { action, resource }: Access): string {
  switch (caller.kind) {
    case 'service':
      return `${caller.service} is not authorized to perform: ${action} on resource: ${resource}`
    case 'web-identity':
      return 'Not authorized to perform sts:AssumeRoleWithWebIdentity'
    case 'saml':
      return 'Not authorized to perform sts:AssumeRoleWithSAML'
  }
}

/**
 * The kind of policy to name. A deny on the caller's own side is named before one in the trust policy, and it is there
 * whether or not the role is.
 */
function culprit({ outcome, blame }: Decision): PolicyKind | undefined {
  const kind = outcome === 'explicitDeny' ? blame.find((each) => each !== 'trust') : blame[0]
  return kind === 'trust' ? undefined : kind
}
