import type { Directory } from '../../domain/directory/index.ts'
import type { MfaCodes } from '../../domain/mfa/index.ts'
import { AccessDenied, type Caller, type EpochMillis, type ProvenCode } from '../../model/index.ts'
import { RefusedCode } from './refused-code.ts'

/** A one-time code that came with a request, and the device that it is said to be of. */
export interface OfferedCode {
  readonly serialNumber: string | undefined
  readonly tokenCode: string | undefined
}

/** What checking codes consults. */
interface CodeParts {
  readonly directory: Pick<Directory, 'mfaDevices'>
  readonly mfaCodes: MfaCodes
}

const NEEDS_BOTH = 'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.'
const NOT_THEIRS =
  'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.'
// AWS's answer ends in a space.
const NOT_RIGHT = 'MultiFactorAuthentication failed with invalid MFA one time pass code. '

/**
 * Proves that a caller has an MFA device of theirs at hand: of the user, or of root, whichever signed. Roles and
 * federated users have none. It is done before access is decided, because conditions ask for it, and does not use the
 * code up: whether AWS does when the request is refused for another reason is not documented, and whoever mistyped the
 * name of a role need not wait for the next code here. {@link useCode} uses it up.
 * @throws {@link AccessDenied} with a {@link RefusedCode} as its cause
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
 */
export async function checkCode(
  { serialNumber, tokenCode }: OfferedCode,
  caller: Caller,
  now: EpochMillis,
  { directory, mfaCodes }: CodeParts,
): Promise<ProvenCode> {
  if (serialNumber === undefined || tokenCode === undefined) throw refusal(NEEDS_BOTH, 'Incomplete')
  if (caller.kind !== 'user' && caller.kind !== 'root') throw refusal(NOT_THEIRS, 'UnknownDevice')
  const { account } = caller
  const device = await directory.mfaDevices.find(account, serialNumber)
  const holder = caller.kind === 'user' ? caller.uniqueId : account
  // The same for a device that there is not as for one of somebody else.
  if (device?.enabled?.holder !== holder) throw refusal(NOT_THEIRS, 'UnknownDevice')
  const code = await mfaCodes.prove(device, tokenCode, now)
  if (code === 'refused') throw refusal(NOT_RIGHT, 'Invalid')
  if (code === 'locked') throw refusal(NOT_RIGHT, 'DeviceLocked', [device])
  return code
}

/**
 * Uses up the code that came with a request: call right before what is granted because of it, when nothing else can
 * refuse any more.
 * @returns when it was proven; `undefined` when none came
 * @throws {@link AccessDenied} when it was used up in the meantime
 */
export async function useCode(
  { oneTimeCode }: { readonly oneTimeCode?: ProvenCode | undefined },
  mfaCodes: MfaCodes,
): Promise<EpochMillis | undefined> {
  if (oneTimeCode === undefined) return undefined
  if (!(await mfaCodes.spend(oneTimeCode))) throw refusal(NOT_RIGHT, 'Invalid')
  return oneTimeCode.provenAt
}

function refusal(message: string, ...because: ConstructorParameters<typeof RefusedCode>): AccessDenied {
  return new AccessDenied(message, { detail: because[0], cause: new RefusedCode(...because) })
}
