import type { AccountId } from './account-id.ts'
import type { EpochMillis } from './epoch-millis.ts'
import type { Tag } from './tag.ts'

/**
 * An OpenID Connect provider that an account knows: roles of that account, and no others, may trust its tokens.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
 */
export interface OidcProvider {
  readonly account: AccountId
  /** Host and path: how its ARN ends, and its condition keys begin. */
  readonly url: string
  /** With the scheme: what `iss` is, letter by letter. */
  readonly issuer: string
  readonly arn: string
  /** The audiences that it may be for. */
  readonly clientIds: readonly string[]
  readonly thumbprints: readonly string[]
  readonly tags: readonly Tag[]
  readonly createdAt: EpochMillis
  /** Its keys as JSON, for an issuer that cannot be reached: then nothing is ever fetched from it. */
  readonly jwks: string | undefined
}

/** The ARN of the provider at that URL (without scheme). */
export function oidcProviderArn(partition: string, account: string, url: string): string {
  return `arn:${partition}:iam::${account}:oidc-provider/${url}`
}
