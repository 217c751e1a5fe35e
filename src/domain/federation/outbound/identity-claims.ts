import { type AccountCaller, type EpochMillis, epochSeconds, isoSeconds, type Tag } from '../../../model/index.ts'

/** The claim that everything of AWS stands under: what a caller can choose is below it, and nowhere else. */
export const AWS_CLAIM = 'https://sts.amazonaws.com/'

/** What a token is to say, and of whom. */
export interface TokenOrder {
  readonly caller: AccountCaller
  readonly audience: readonly string[]
  /** Of the request. */
  readonly tags: readonly Tag[]
  /** Where it was asked for; `undefined` for callers without a signature. */
  readonly region: string | undefined
  /** Where the caller's account stands in its organization, if it stands in one. */
  readonly place: { readonly organizationId: string; readonly path: string } | undefined
  readonly issuedAt: EpochMillis
  readonly expiresAt: EpochMillis
  /** When the session of the caller ends; `undefined` for a long-term key. */
  readonly sessionEndsAt: EpochMillis | undefined
}

/** Condition keys that a session carries, as tokens call them. Only those of what there is here. */
const CARRIED: readonly (readonly [claim: string, key: string])[] = [
  ['federated_provider', 'aws:federatedprovider'],
  ['ec2_source_instance_arn', 'ec2:sourceinstancearn'],
  ['ec2_instance_source_vpc', 'aws:ec2instancesourcevpc'],
  ['ec2_instance_source_private_ipv4', 'aws:ec2instancesourceprivateipv4'],
  ['ec2_role_delivery', 'ec2:roledelivery'],
]

/**
 * The claims of a token, as JSON. Of a session of a role it says the role, path included.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html
 */
export function identityClaims(issuer: string, tokenId: string, order: TokenOrder): string {
  const { caller, audience, issuedAt, expiresAt } = order
  const [only = ''] = audience
  return JSON.stringify({
    aud: audience.length === 1 ? only : audience,
    sub: caller.principalArn,
    [AWS_CLAIM]: awsClaims(order),
    iss: issuer,
    exp: epochSeconds(expiresAt),
    iat: epochSeconds(issuedAt),
    jti: tokenId,
  })
}

/** What is `undefined` is no claim. */
function awsClaims({ caller, tags, region, place, sessionEndsAt }: TokenOrder): object {
  const { terms } = caller.session ?? {}
  const carried = CARRIED.map(([claim, key]) => [claim, terms?.carriedKeys[key]])
  return {
    source_identity: terms?.sourceIdentity,
    org_id: place?.organizationId,
    aws_account: caller.account,
    ou_path: place && [place.path],
    request_tags: tagClaims(tags),
    original_session_exp: sessionEndsAt && isoSeconds(sessionEndsAt),
    source_region: region,
    principal_id: caller.principalArn,
    principal_tags: tagClaims(caller.tags),
    ...Object.fromEntries(carried),
  }
}

/** From entries: a member that is set by its name could be the prototype of what it is set on. */
function tagClaims(tags: readonly Tag[]): object | undefined {
  return tags.length === 0 ? undefined : Object.fromEntries(tags.map(({ key, value }) => [key, value]))
}
