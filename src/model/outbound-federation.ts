import type { EpochMillis } from './epoch-millis.ts'

/**
 * Whether an account vouches outside for its principals, and as which issuer.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound.html
 */
export interface OutboundFederation {
  /** A random UUID, part of the issuer's URL. It stays while the feature is disabled: enabled again, the issuer is the same. */
  readonly issuerId: string
  /** When it was disabled; `undefined` while it is enabled. */
  readonly disabledAt?: EpochMillis | undefined
}

/** How one that is enabled looks, whatever it was: an issuer that there was is the issuer again. */
export function enabledFederation(before: OutboundFederation | undefined, newId: () => string): OutboundFederation {
  return { issuerId: before?.issuerId ?? newId() }
}

/** Whether tokens are signed. */
export function isEnabled(federation: OutboundFederation | undefined): federation is OutboundFederation {
  return federation !== undefined && federation.disabledAt === undefined
}
