import type { PolicyKind } from './policy-document.ts'

/** How people name a kind of policy. */
interface KindName {
  /** What stands before one in a sentence: a role has one trust policy, of the others there may be several. */
  readonly article: 'a' | 'an' | 'the'
  readonly one: string
  readonly many: string
}

/**
 * AWS's names of the kinds of policy, as its refusals have them.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export const KIND_NAMES: Readonly<Record<PolicyKind, KindName>> = {
  identity: { article: 'an', one: 'identity-based policy', many: 'identity-based policies' },
  boundary: { article: 'a', one: 'permissions boundary', many: 'permissions boundary' },
  session: { article: 'a', one: 'session policy', many: 'session policies' },
  resource: { article: 'a', one: 'resource-based policy', many: 'resource-based policy' },
  trust: { article: 'the', one: 'role trust policy', many: 'role trust policy' },
  scp: { article: 'a', one: 'service control policy', many: 'service control policies' },
  rcp: { article: 'a', one: 'resource control policy', many: 'resource control policies' },
}
