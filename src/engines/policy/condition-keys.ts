import { foldCase } from '../../model/index.ts'

/** How the values of a key compare: which family of operators is made for it. */
type ConditionKeyType = 'String' | 'Numeric' | 'Date' | 'Bool' | 'IpAddress' | 'Arn'

/** One condition key that AWS documents. */
export interface ConditionKey {
  /** As AWS writes it; a trailing slash stands for any tag key, and OIDC claims stand without their provider. */
  readonly name: string
  readonly types: readonly ConditionKeyType[]
  /** `either` where AWS's own pages disagree. */
  readonly valued: 'single' | 'multi' | 'either'
  /** When a request carries it, as a sentence goes on after "when"; or `always`, with exceptions. */
  readonly present: string
}

const IN_ORGANIZATION = 'the account is in an organization'
const FOR_A_RESOURCE = 'a service calls on behalf of a resource'
const BY_VPC_ENDPOINT = 'the request came through a VPC endpoint'
const AS_ATTRIBUTE = 'the assertion has the attribute of this name'
const AS_CLAIM = 'the token has the claim of this name'

type Row = readonly [name: string, types: string, present: string]

const SINGLE: readonly Row[] = [
  ['aws:CurrentTime', 'Date', 'always'],
  ['aws:EpochTime', 'Date Numeric', 'always'],
  ['aws:TokenIssueTime', 'Date', 'temporary credentials signed'],
  ['aws:SecureTransport', 'Bool', 'always'],
  ['aws:SourceIp', 'IpAddress', 'always, unless the request came through a VPC endpoint'],
  ['aws:UserAgent', 'String', 'the client sent the header; anybody can'],
  ['aws:Referer', 'String', 'the client sent the header; anybody can'],
  ['aws:RequestedRegion', 'String', 'always'],
  ['aws:PrincipalArn', 'Arn', 'the request is signed; for a role session the ARN of the role'],
  ['aws:PrincipalAccount', 'String', 'always'],
  ['aws:PrincipalOrgID', 'String', IN_ORGANIZATION],
  ['aws:PrincipalTag/', 'String', 'the principal or its session has the tag'],
  ['aws:PrincipalType', 'String', 'always'],
  ['aws:userid', 'String', 'always'],
  ['aws:username', 'String', 'an IAM user signed'],
  ['aws:PrincipalIsAWSService', 'Bool', 'the request is signed'],
  ['aws:PrincipalServiceName', 'String', 'a service calls as itself'],
  ['aws:AssumedRoot', 'Bool', 'a session of AssumeRoot signed'],
  ['aws:SourceIdentity', 'String', 'it was set on the role session'],
  ['aws:FederatedProvider', 'Arn String', 'the role session began at an identity provider'],
  ['aws:MultiFactorAuthPresent', 'Bool', 'temporary credentials signed'],
  ['aws:MultiFactorAuthAge', 'Numeric', 'temporary credentials signed that were got with MFA'],
  ['aws:RequestTag/', 'String', 'the request passes the tag'],
  ['aws:ResourceTag/', 'String', 'the resource has the tag'],
  ['aws:ResourceAccount', 'String', 'the resource is in an account'],
  ['aws:ResourceOrgID', 'String', IN_ORGANIZATION],
  ['aws:SourceAccount', 'String', FOR_A_RESOURCE],
  ['aws:SourceOrgID', 'String', FOR_A_RESOURCE],
  ['aws:SourceArn', 'Arn', FOR_A_RESOURCE],
  ['aws:SourceVpc', 'String', BY_VPC_ENDPOINT],
  ['aws:SourceVpcArn', 'Arn', BY_VPC_ENDPOINT],
  ['aws:SourceVpce', 'String', BY_VPC_ENDPOINT],
  ['aws:VpcSourceIp', 'IpAddress', BY_VPC_ENDPOINT],
  ['aws:VpceAccount', 'String', BY_VPC_ENDPOINT],
  ['aws:VpceOrgID', 'String', BY_VPC_ENDPOINT],
  ['aws:ViaAWSService', 'Bool', 'always'],
  ['aws:CalledViaFirst', 'String', 'a service called on with the credentials'],
  ['aws:CalledViaLast', 'String', 'a service called on with the credentials'],
  ['aws:CalledViaAWSMCP', 'String', 'an MCP server called on with the credentials'],
  ['aws:ViaAWSMCPService', 'Bool', 'an MCP server called on with the credentials'],
  ['aws:IsMcpServiceAction', 'Bool', 'an MCP server called on with the credentials'],
  ['aws:Ec2InstanceSourceVpc', 'String', 'the role of an instance signed'],
  ['aws:Ec2InstanceSourcePrivateIPv4', 'IpAddress', 'the role of an instance signed'],
  ['aws:ChatbotSourceArn', 'Arn', 'a chat channel calls'],
  ['ec2:SourceInstanceArn', 'Arn', 'the role of an instance signed'],
  ['ec2:RoleDelivery', 'Numeric', 'the role of an instance signed'],
  ['glue:CredentialIssuingService', 'String', 'a job of Glue signed'],
  ['glue:RoleAssumedBy', 'String', 'a job of Glue signed'],
  ['identitystore:UserId', 'String', 'a user of IAM Identity Center signed'],
  ['lambda:SourceFunctionArn', 'Arn', 'a function signed'],
  ['ssm:SourceInstanceArn', 'Arn', 'a node that Systems Manager manages signed'],
  ['iam:ResourceTag/', 'String', 'the user or role has the tag'],
  ['sts:ExternalId', 'String', 'AssumeRole passes one'],
  ['sts:RoleSessionName', 'String', 'a role is assumed'],
  ['sts:SourceIdentity', 'String', 'a role is assumed and a source identity is set or inherited'],
  ['sts:RequestContext/', 'String', 'AssumeRole passes a context assertion'],
  ['sts:RoleAuthorizedByIdp', 'Bool', 'the claim https://aws.amazon.com/roles of the token names the role'],
  [
    'sts:DurationSeconds',
    'Numeric',
    'GetWebIdentityToken or GetServiceBearerToken is called, never when a role is assumed',
  ],
  ['sts:AWSServiceName', 'String', 'GetServiceBearerToken is called'],
  ['sts:TaskPolicyArn', 'Arn', 'AssumeRoot is called'],
  ['sts:SigningAlgorithm', 'String', 'GetWebIdentityToken is called'],
  ['saml:aud', 'String', 'a SAML assertion is exchanged'],
  ['saml:iss', 'String', 'a SAML assertion is exchanged'],
  ['saml:sub', 'String', 'a SAML assertion is exchanged, and in the session'],
  ['saml:sub_type', 'String', 'a SAML assertion is exchanged, and in the session'],
  ['saml:namequalifier', 'String', 'a SAML assertion is exchanged, and in the session'],
  ['saml:doc', 'String', 'a SAML assertion is exchanged'],
  ['saml:edupersonorgdn', 'String', AS_ATTRIBUTE],
  ['saml:edupersonprimaryaffiliation', 'String', AS_ATTRIBUTE],
  ['saml:edupersonprimaryorgunitdn', 'String', AS_ATTRIBUTE],
  ['saml:edupersonprincipalname', 'String', AS_ATTRIBUTE],
  ['saml:edupersonscopedaffiliation', 'String', AS_ATTRIBUTE],
]

const MULTI: readonly Row[] = [
  ['aws:PrincipalOrgPaths', 'String', IN_ORGANIZATION],
  ['aws:PrincipalServiceNamesList', 'String', 'a service calls as itself'],
  ['aws:TagKeys', 'String', 'the request passes tags'],
  ['aws:ResourceOrgPaths', 'String', IN_ORGANIZATION],
  ['aws:SourceOrgPaths', 'String', FOR_A_RESOURCE],
  ['aws:VpceOrgPaths', 'String', BY_VPC_ENDPOINT],
  ['aws:CalledVia', 'String', 'a service called on with the credentials'],
  ['sts:TransitiveTagKeys', 'String', 'the request passes transitive tags'],
  ['sts:RequestContextProviders', 'Arn', 'AssumeRole passes a context assertion'],
  ['sts:IdentityTokenAudience', 'String', 'GetWebIdentityToken is called'],
  ['saml:edupersonaffiliation', 'String', AS_ATTRIBUTE],
  ['saml:edupersonassurance', 'String', AS_ATTRIBUTE],
  ['saml:edupersonentitlement', 'String', AS_ATTRIBUTE],
  ['saml:edupersonnickname', 'String', AS_ATTRIBUTE],
  ['saml:edupersonorgunitdn', 'String', AS_ATTRIBUTE],
  ['saml:edupersontargetedid', 'String', AS_ATTRIBUTE],
  ['saml:eduorghomepageuri', 'String', AS_ATTRIBUTE],
  ['saml:eduorgidentityauthnpolicyuri', 'String', AS_ATTRIBUTE],
  ['saml:eduorglegalname', 'String', AS_ATTRIBUTE],
  ['saml:eduorgsuperioruri', 'String', AS_ATTRIBUTE],
  ['saml:eduorgwhitepagesuri', 'String', AS_ATTRIBUTE],
]

const EITHER: readonly Row[] = [
  ['saml:cn', 'String', AS_ATTRIBUTE],
  ['saml:commonName', 'String', AS_ATTRIBUTE],
  ['saml:givenName', 'String', AS_ATTRIBUTE],
  ['saml:mail', 'String', AS_ATTRIBUTE],
  ['saml:name', 'String', AS_ATTRIBUTE],
  ['saml:organizationStatus', 'String', AS_ATTRIBUTE],
  ['saml:primaryGroupSID', 'String', AS_ATTRIBUTE],
  ['saml:surname', 'String', AS_ATTRIBUTE],
  ['saml:uid', 'String', AS_ATTRIBUTE],
  ['saml:x500UniqueIdentifier', 'String', AS_ATTRIBUTE],
]

/** The claims that AWS makes keys of for every OIDC provider. */
const CLAIMS: readonly ConditionKey[] = [
  ...keys('single', [
    ['aud', 'String', 'a web identity is exchanged, and in the session: `azp` where the token has it'],
    ['sub', 'String', 'a web identity is exchanged, and in the session'],
    ['oaud', 'String', 'the token has `azp`: then its `aud`'],
    ['email', 'String', AS_CLAIM],
  ]),
  ...keys('multi', [['amr', 'String', 'a web identity is exchanged, and in the session']]),
]

/** GitHub Actions, of github.com or of an enterprise, by URL without scheme. */
export const GITHUB = /^token\.actions\.(?:githubusercontent\.com|[a-z0-9-]+\.ghe\.com)(?:\/|$)/i

/** The claims that AWS makes keys of for some providers, by URL without scheme. */
const PROVIDER_CLAIMS: readonly (readonly [provider: RegExp, claims: readonly ConditionKey[]])[] = [
  [/^www\.amazon\.com$/, claims('app_id user_id')],
  [/^graph\.facebook\.com$/, claims('app_id id')],
  [/^accounts\.google\.com$/, keys('single', [['google/organization_number', 'Numeric', AS_CLAIM]])],
  [
    GITHUB,
    claims(
      'actor actor_id enterprise_id environment job_workflow_ref ref repository repository_id repository_owner_id workflow',
    ),
  ],
  [
    /^gitlab\.com$/,
    claims(
      'namespace_id pipeline_source project_id ref_protected runner_environment user_access_level user_email user_id user_login',
    ),
  ],
  [
    /^agent\.buildkite\.com$/,
    claims('build_branch cluster_id cluster_name organization_id organization_slug pipeline_id pipeline_slug'),
  ],
  [/^oidc\.circleci\.com\/org\//, claims('oidc.circleci.com/project-id')],
  [/^idcs-[^./]*\.identity\.oraclecloud\.com$/, claims('rpst_id')],
]

/**
 * Every condition key that AWS documents for all services, for STS and for SAML; claims of OIDC providers are found
 * by `findConditionKey`. Keys of other services are not here.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
 */
export const CONDITION_KEYS: readonly ConditionKey[] = [
  ...keys('single', SINGLE),
  ...keys('multi', MULTI),
  ...keys('either', EITHER),
]

const BY_NAME: ReadonlyMap<string, ConditionKey> = new Map(CONDITION_KEYS.map((key) => [foldCase(key.name), key]))

/** The key of this name, whatever its case, with a tag key or an OIDC provider's URL as policies write them. */
export function findConditionKey(name: string): ConditionKey | undefined {
  const folded = foldCase(name)
  const claim = readOidcKey(folded)
  if (claim !== undefined) return findClaim(claim)
  const slash = folded.indexOf('/')
  return BY_NAME.get(slash < 0 ? folded : folded.slice(0, slash + 1))
}

/** A key as AWS spells it, as far as it does: not what somebody named a tag. @param name - in any case */
export function spellConditionKey(name: string): string {
  const known = findConditionKey(name)?.name ?? ''
  return foldCase(name).startsWith(foldCase(known)) ? `${known}${name.slice(known.length)}` : name
}

/** A condition key that is a claim of an OIDC provider. */
interface OidcKey {
  /** The provider's URL without scheme. */
  readonly provider: string
  readonly claim: string
}

/**
 * A host as it begins the URL of a provider, and as no prefix of AWS does: with a dot, in brackets, or with a port or a path
 * where those have their colon.
 */
const HOST = /^(?:localhost(?=:)|[^:/[]*\.|\[[0-9a-f:.]+\]|[^:/[]+(?:\/|:[0-9]+[:/]))/i

/**
 * Takes the key of an OIDC claim apart at its last colon, since the provider may have a port and a path; `undefined`
 * when the key does not begin with a host.
 */
export function readOidcKey(name: string): OidcKey | undefined {
  const colon = name.lastIndexOf(':')
  if (colon < 0 || !HOST.test(name)) return undefined
  return { provider: name.slice(0, colon), claim: name.slice(colon + 1) }
}

function findClaim({ provider, claim }: OidcKey): ConditionKey | undefined {
  const known = CLAIMS.find((key) => key.name === claim)
  if (known !== undefined) return known
  for (const [pattern, extra] of PROVIDER_CLAIMS) {
    if (pattern.test(provider)) return extra.find((key) => key.name === claim)
  }
  return undefined
}

function keys(valued: ConditionKey['valued'], rows: readonly Row[]): readonly ConditionKey[] {
  return rows.map(([name, types, present]) => ({
    name,
    types: types.split(' ').filter(isType),
    valued,
    present,
  }))
}

function claims(names: string): readonly ConditionKey[] {
  return keys(
    'single',
    names.split(' ').map((name) => [name, 'String', AS_CLAIM] as const),
  )
}

function isType(word: string): word is ConditionKeyType {
  return /^(?:String|Numeric|Date|Bool|IpAddress|Arn)$/.test(word)
}
