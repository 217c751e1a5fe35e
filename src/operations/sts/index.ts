/** The actions of AWS STS, one file each. @module */
import type { ResultStructure } from '../../engines/wire/index.ts'
import type { QueryService, WireOperation } from '../../pipeline/index.ts'
import { assumeRole } from './assume-role.ts'
import { decodeAuthorizationMessage } from './decode-authorization-message.ts'
import { getAccessKeyInfo } from './get-access-key-info.ts'
import { getCallerIdentity } from './get-caller-identity.ts'
import { getFederationToken } from './get-federation-token.ts'
import { getSessionToken } from './get-session-token.ts'

/** AWS Security Token Service as it is spoken here. @see https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html */
export const STS: QueryService = {
  protocol: 'query',
  name: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  operations: new Map<string, WireOperation<unknown, ResultStructure>>([
    ['AssumeRole', assumeRole],
    ['DecodeAuthorizationMessage', decodeAuthorizationMessage],
    ['GetAccessKeyInfo', getAccessKeyInfo],
    ['GetCallerIdentity', getCallerIdentity],
    ['GetFederationToken', getFederationToken],
    ['GetSessionToken', getSessionToken],
  ]),
}
