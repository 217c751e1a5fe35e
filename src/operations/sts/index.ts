/** The actions of AWS STS, one file each. @module */
import type { AnyOperation, QueryService } from '../../pipeline/index.ts'
import { assumeRole } from './assume-role.ts'
import { assumeRoleWithSaml } from './assume-role-with-saml.ts'
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts'
import { decodeAuthorizationMessage } from './decode-authorization-message.ts'
import { getAccessKeyInfo } from './get-access-key-info.ts'
import { getCallerIdentity } from './get-caller-identity.ts'
import { getFederationToken } from './get-federation-token.ts'
import { getSessionToken } from './get-session-token.ts'
import { getWebIdentityToken } from './get-web-identity-token.ts'

export { explainAssertion, readExplainAssertion } from './explain-assertion.ts'
export { explainToken, readExplainToken } from './explain-token.ts'
export { listOfferedRoles, NobodyTrusts } from './list-offered-roles.ts'
export { assumeRoleWithSaml }

/** AWS Security Token Service as it is spoken here. @see https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html */
export const STS: QueryService = {
  protocol: 'query',
  name: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  showsValues: true,
  operations: new Map<string, AnyOperation>([
    ['AssumeRole', assumeRole],
    ['AssumeRoleWithSAML', assumeRoleWithSaml],
    ['AssumeRoleWithWebIdentity', assumeRoleWithWebIdentity],
    ['DecodeAuthorizationMessage', decodeAuthorizationMessage],
    ['GetAccessKeyInfo', getAccessKeyInfo],
    ['GetCallerIdentity', getCallerIdentity],
    ['GetFederationToken', getFederationToken],
    ['GetSessionToken', getSessionToken],
    ['GetWebIdentityToken', getWebIdentityToken],
  ]),
}
