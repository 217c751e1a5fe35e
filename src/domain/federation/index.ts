/**
 * Proves what identity providers outside say of somebody: their tokens and assertions, by keys that the provider alone
 * publishes; and says to others outside who somebody is. Knows no roles: whom an account trusts is told to it, and what
 * somebody may is decided elsewhere. @module
 */
export { CLUSTER_PATHS, ClusterIssuers } from './clusters/cluster-issuers.ts'
export { builtInIssuer } from './oidc/built-in-issuers.ts'
export { type IssuerSearch, noProvider } from './oidc/examine-token.ts'
export { rolesClaimed } from './oidc/session-claims.ts'
export { sessionNameOf } from './oidc/session-name.ts'
export type { ReadToken, TrustedIssuer, WebIdentity } from './oidc/trusted-issuer.ts'
export { WebIdentities } from './oidc/web-identities.ts'
export { SIGNING_ALGORITHMS } from './outbound/issuer-key-pairs.ts'
export { ISSUER_PATHS, OutboundIdentities } from './outbound/outbound-identities.ts'
export { unpairedRole } from './saml/check-response.ts'
export { type ReadResponse, SamlIdentities } from './saml/saml-identities.ts'
export type { SamlIdentity } from './saml/saml-identity.ts'
