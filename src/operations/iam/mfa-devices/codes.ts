import type { MfaDeviceBody, MfaDeviceView } from '../../../domain/directory/index.ts'
import type { CodesPurpose } from '../../../domain/mfa/index.ts'
import type { Params } from '../../../engines/wire/index.ts'
import { ConcurrentModification, type EpochMillis, type Secret } from '../../../model/index.ts'
import { RefusedCode } from '../../../pipeline/authentication/index.ts'
import type { BrokerParts } from '../../../pipeline/index.ts'
import { InvalidAuthenticationCode } from '../iam-faults.ts'
import { authenticationCode, serialNumber } from '../iam-types.ts'
import { holderParameter } from './mfa-devices.ts'

/** A user, one of their devices, and two of its codes. */
export interface CodesInput {
  readonly userName: string
  readonly serialNumber: string
  readonly authenticationCode1: Secret
  readonly authenticationCode2: Secret
}

/** The parameters of the actions that take two codes. */
export function readCodes(params: Params): CodesInput {
  return params.collect({
    userName: params.required('UserName', holderParameter),
    serialNumber: params.required('SerialNumber', serialNumber),
    authenticationCode1: params.required('AuthenticationCode1', authenticationCode),
    authenticationCode2: params.required('AuthenticationCode2', authenticationCode),
  })
}

/**
 * Checks that a device showed two codes one after the other, not longer ago than it may be for that purpose, and uses them up. A
 * device that is locked after too many attempts is answered as wrong codes are.
 * @throws {@link InvalidAuthenticationCode}
 */
export async function checkCodes(
  device: MfaDeviceView,
  { authenticationCode1, authenticationCode2 }: CodesInput,
  purpose: CodesPurpose,
  { mfaCodes, now }: Pick<BrokerParts, 'mfaCodes'> & { readonly now: EpochMillis },
): Promise<void> {
  const codes = [authenticationCode1.reveal(), authenticationCode2.reveal()] as const
  const outcome = await mfaCodes.synchronize(device, ...codes, purpose, now)
  if (outcome === 'accepted') return
  const cause = outcome === 'locked' ? new RefusedCode('DeviceLocked', [device]) : new RefusedCode('Invalid')
  throw new InvalidAuthenticationCode('Authentication code for device is not valid.', { detail: outcome, cause })
}

/** Refuses to go on with another device than the one whose codes were checked. @throws {@link ConcurrentModification} */
export function checkSame({ id }: MfaDeviceBody, checked: string): void {
  if (id !== checked) throw new ConcurrentModification()
}
