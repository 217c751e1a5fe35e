import { type JsonNode, listOf } from './policy-document.ts'
import { accountOf, isSessionArn, isUserOrRoleArn } from './principal-forms.ts'
import type { RequestPrincipal } from './request.ts'

/** The caller matches by its own name, or as one of everybody. Of two matches the greater is the stronger. */
export const DIRECT = 4
/** The caller is a session of a role, or of a user, that is named. */
export const ISSUER = 2
/** The caller belongs to an account that is named, which delegates to that account's identity policies. */
export const ACCOUNT = 1

/** A user, role or session that a `Principal` element names; `id` is what the ARN meant when the policy was saved. */
interface NamedPrincipal {
  readonly arn: string
  readonly id: string | undefined
}

/** A `Principal` or `NotPrincipal` element, ready to be held against callers. */
export interface PrincipalSet {
  readonly everyone: boolean
  readonly accounts: readonly string[]
  readonly named: readonly NamedPrincipal[]
  readonly services: readonly string[]
  readonly providers: readonly string[]
  /** Something in it is not understood, so who is meant cannot be told. */
  readonly unreadable: boolean
}

/**
 * Compiles a `Principal` or `NotPrincipal` element.
 * @param principalIds - the unique id of each user or role ARN, as resolved when the policy was saved
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function compilePrincipals(node: JsonNode, principalIds?: ReadonlyMap<string, string>): PrincipalSet {
  const set = {
    everyone: node.type === 'string' && node.value === '*',
    accounts: [] as string[],
    named: [] as NamedPrincipal[],
    services: [] as string[],
    providers: [] as string[],
    unreadable: false,
  }
  if (node.type !== 'object') return { ...set, unreadable: !set.everyone }
  for (const { name: type, value } of node.members) {
    for (const item of listOf(value)) {
      const text = item.type === 'string' ? item.value : undefined
      // AWS takes no wildcard inside a principal, and of no other form. As a mere name it would let a Deny pass.
      if (text === undefined || (/[*?]/.test(text) && (text !== '*' || type !== 'AWS'))) set.unreadable = true
      else if (type === 'Service') set.services.push(text)
      else if (type === 'Federated') set.providers.push(text)
      else if (type !== 'AWS') set.unreadable = true
      else if (text === '*') set.everyone = true
      else {
        const account = accountOf(text)
        if (account !== undefined) set.accounts.push(account)
        else if (isUserOrRoleArn(text) || isSessionArn(text)) set.named.push({ arn: text, id: principalIds?.get(text) })
        else set.unreadable = true
      }
    }
  }
  return set
}

/**
 * How the caller matches: a union of DIRECT, ISSUER and ACCOUNT, 0 for not at all.
 * @param whenIdUnknown - whether it is for a Deny: then a name that was resolved matches a caller whose unique id is not
 *   known, and everybody is really everybody
 */
export function principalMatch(set: PrincipalSet, caller: RequestPrincipal, whenIdUnknown: boolean): number {
  // Whom an identity provider vouches for is allowed only where the provider is named; a Deny means everybody.
  if (set.everyone && (whenIdUnknown || !('provider' in caller))) return DIRECT
  switch (caller.kind) {
    case 'anonymous':
      return 0
    case 'service':
      return set.services.includes(caller.service) ? DIRECT : 0
    case 'webIdentity':
    case 'saml':
      return set.providers.includes(caller.provider) ? DIRECT : 0
    case 'root':
      return set.accounts.includes(caller.account) ? ACCOUNT : 0
    default:
      return (set.accounts.includes(caller.account) ? ACCOUNT : 0) | namedMatch(set.named, caller, whenIdUnknown)
  }
}

function namedMatch(
  named: readonly NamedPrincipal[],
  caller: RequestPrincipal & { readonly kind: 'user' | 'assumedRole' | 'federatedUser' },
  whenIdUnknown: boolean,
): number {
  // Only users and roles have unique ids; sessions are named by ARN alone.
  const issuer = issuerArn(caller)
  const byIssuer = caller.kind === 'user' ? DIRECT : ISSUER
  let match = 0
  for (const { arn, id } of named) {
    if (id !== undefined && caller.id !== undefined) {
      if (id === caller.id) match |= byIssuer
    } else if (arn === issuer) {
      if (id === undefined || whenIdUnknown) match |= byIssuer
    } else if (arn === caller.arn) {
      match |= DIRECT
    }
  }
  return match
}

function issuerArn(caller: RequestPrincipal & { readonly kind: 'user' | 'assumedRole' | 'federatedUser' }): string {
  if (caller.kind === 'assumedRole') return caller.roleArn
  return caller.kind === 'federatedUser' ? caller.userArn : caller.arn
}

/**
 * Whether a `NotPrincipal` of a Deny spares the caller. AWS tests the account, then the role, then the session, so
 * all of them have to be listed: the account alone spares nobody but its root user.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
export function sparedByNotPrincipal(set: PrincipalSet, caller: RequestPrincipal): boolean {
  if (set.everyone) return true
  const match = principalMatch(set, caller, false)
  if (caller.kind === 'assumedRole') return match === (DIRECT | ISSUER | ACCOUNT)
  if (caller.kind === 'user' || caller.kind === 'federatedUser') {
    return (match & DIRECT) !== 0 && (match & ACCOUNT) !== 0
  }
  return match !== 0
}
