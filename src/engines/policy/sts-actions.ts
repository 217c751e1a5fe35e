import { foldCase } from '../../model/index.ts'

/**
 * The actions of STS as AWS spells them, by their names in lower case.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 */
export const STS_ACTIONS: ReadonlyMap<string, string> = new Map(
  [
    'sts:AssumeRole',
    'sts:AssumeRoleWithSAML',
    'sts:AssumeRoleWithWebIdentity',
    'sts:AssumeRoot',
    'sts:DecodeAuthorizationMessage',
    'sts:GetAccessKeyInfo',
    'sts:GetCallerIdentity',
    'sts:GetDelegatedAccessToken',
    'sts:GetFederationToken',
    'sts:GetServiceBearerToken',
    'sts:GetSessionToken',
    'sts:GetWebIdentityToken',
    'sts:SetContext',
    'sts:SetSourceIdentity',
    'sts:TagGetWebIdentityToken',
    'sts:TagSession',
  ].map((name) => [foldCase(name), name]),
)

/** The actions that a role's trust policy decides on, and all that one can be about; in lower case. */
export const TRUST_ACTIONS: ReadonlySet<string> = new Set([
  'sts:assumerole',
  'sts:assumerolewithsaml',
  'sts:assumerolewithwebidentity',
  'sts:setcontext',
  'sts:setsourceidentity',
  'sts:tagsession',
])
