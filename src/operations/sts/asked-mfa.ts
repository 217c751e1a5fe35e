import type { Params } from '../../engines/wire/index.ts'
import type { OfferedCode } from '../../pipeline/authentication/index.ts'
import { serialNumber, tokenCode } from './sts-types.ts'

/** The parameters `SerialNumber` and `TokenCode`, for `collect`. */
export const readMfa = (params: Params) => ({
  serialNumber: params.optional('SerialNumber', serialNumber, undefined),
  tokenCode: params.optional('TokenCode', tokenCode, undefined),
})

/** The code that a caller offers, if they offer any. One of two parameters is an offer, though not a good one. */
export function offeredCode({ serialNumber, tokenCode }: OfferedCode): OfferedCode | undefined {
  return serialNumber === undefined && tokenCode === undefined ? undefined : { serialNumber, tokenCode }
}
