import type { Params } from '../../engines/wire/index.ts'
import { AccessDenied } from '../../model/index.ts'
import { serialNumber, tokenCode } from './sts-types.ts'

/** The one-time code that a caller offers, and the device they say it comes from. */
export interface AskedMfa {
  readonly serialNumber: string | undefined
  readonly tokenCode: string | undefined
}

/** The parameters `SerialNumber` and `TokenCode`, for `collect`. */
export const readMfa = (params: Params) => ({
  serialNumber: params.optional('SerialNumber', serialNumber, undefined),
  tokenCode: params.optional('TokenCode', tokenCode, undefined),
})

/**
 * Refuses every one-time code: there are no MFA devices yet, so whatever a caller names is not a device of theirs.
 * Ignoring it would let a session pass for one that is not what the caller asked for.
 * @throws {@link AccessDenied} in AWS's words for a device that the caller does not have
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_mfa.html
 */
export function refuseMfa({ serialNumber, tokenCode }: AskedMfa): void {
  if (serialNumber === undefined && tokenCode === undefined) return
  if (serialNumber === undefined || tokenCode === undefined) {
    throw new AccessDenied(
      'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
    )
  }
  throw new AccessDenied(
    'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    { detail: 'there are no MFA devices' },
  )
}
