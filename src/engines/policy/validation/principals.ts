import { type JsonNode, type JsonObject, listOf, memberOf } from '../policy-document.ts'
import { accountOf, isSessionArn, isUserOrRoleArn } from '../principal-forms.ts'
import { refuse } from './refuse.ts'

const SERVICE = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal)$/
const PROVIDER = /^arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:(?:oidc|saml)-provider\/[^\s*?]+$/
const DOMAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i

/** Checks that a policy attached to callers names no principal. */
export function checkNoPrincipal(statements: readonly JsonObject[]): void {
  for (const statement of statements) {
    const principal = memberOf(statement, 'Principal') ?? memberOf(statement, 'NotPrincipal')
    if (principal !== undefined) refuse('Policy document should not specify a principal.', principal)
  }
}

/** Checks the principals of a resource-based policy: `"*"` or a map, and `NotPrincipal` in a Deny alone. */
export function checkResourcePrincipals(statements: readonly JsonObject[]): void {
  for (const statement of statements) {
    const excluded = memberOf(statement, 'NotPrincipal')
    const effect = memberOf(statement, 'Effect')
    if (excluded !== undefined && effect?.type === 'string' && effect.value !== 'Deny') {
      refuse('Allow with NotPrincipal is not allowed.', excluded)
    }
    const principal = memberOf(statement, 'Principal') ?? excluded
    if (principal === undefined) refuse('Missing required field Principal', statement)
    if (principal.type !== 'string' || principal.value !== '*') checkPrincipalMap(principal, true)
  }
}

/**
 * Checks a map of principal types to principals. Existence is not checked, of services neither: only their form.
 * @param canonicalUsers - whether S3's canonical user ids may stand in it
 */
export function checkPrincipalMap(principal: JsonNode, canonicalUsers: boolean): void {
  if (principal.type === 'string') refuse('Principal must be a JSON object.', principal)
  if (principal.type !== 'object') refuse('Syntax error in policy.', principal)
  if (principal.members.every(({ value }) => listOf(value).length === 0)) {
    refuse('Missing required field Principal cannot be empty!', principal)
  }
  for (const { name: type, value, offset } of principal.members) {
    for (const item of listOf(value)) {
      if (item.type !== 'string') refuse('Syntax error in policy.', item)
      const fault = principalFault(type, item.value, canonicalUsers)
      if (fault !== undefined) refuse(fault, fault.endsWith(`"${type}"`) ? { offset } : item)
    }
  }
}

function principalFault(type: string, text: string, canonicalUsers: boolean): string | undefined {
  switch (type) {
    case 'AWS': {
      const known = text === '*' || accountOf(text) !== undefined || isUserOrRoleArn(text) || isSessionArn(text)
      return known ? undefined : `Invalid principal in policy: "AWS":"${text}"`
    }
    case 'Service':
      return SERVICE.test(text) ? undefined : `Invalid principal in policy: "SERVICE":"${text}"`
    case 'Federated':
      if (PROVIDER.test(text) || DOMAIN.test(text)) return undefined
      return 'Federated principals must be valid domain names or SAML metadata ARNs'
    default:
      return type === 'CanonicalUser' && canonicalUsers ? undefined : `Invalid principal in policy: "${type}"`
  }
}
