/** The actions of IAM on what an account is to others outside: an issuer of tokens. @module */
import type { IamOperations } from '../define.ts'
import { disableOutboundWebIdentityFederation } from './disable-outbound-web-identity-federation.ts'
import { enableOutboundWebIdentityFederation } from './enable-outbound-web-identity-federation.ts'
import { getOutboundWebIdentityFederationInfo } from './get-outbound-web-identity-federation-info.ts'

/** What can be asked of outbound identity federation. */
export const OUTBOUND_FEDERATION_ACTIONS: IamOperations = [
  ['DisableOutboundWebIdentityFederation', disableOutboundWebIdentityFederation],
  ['EnableOutboundWebIdentityFederation', enableOutboundWebIdentityFederation],
  ['GetOutboundWebIdentityFederationInfo', getOutboundWebIdentityFederationInfo],
]
