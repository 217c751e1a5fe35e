import { type Directory, nameKey, type PasswordHash, passwordExpiry } from '../../domain/directory/index.ts'
import type { MfaCodes } from '../../domain/mfa/index.ts'
import {
  type AccountCaller,
  type AccountId,
  type EpochMillis,
  type RequestFacts,
  Secret,
  SignInRefused,
  type SuspectedUser,
} from '../../model/index.ts'
import { peerNetwork } from '../../platform/peer-network.ts'
import { accountNamed } from './account-named.ts'
import { rootCaller, userCaller } from './callers.ts'
import type { Proven } from './proven.ts'
import { RefusedCode } from './refused-code.ts'

/** What somebody types who signs in. It may be anything. */
export interface PresentedPassword {
  /** The number of the account, or its alias. */
  readonly account: string
  /** `undefined`: the account's root user. */
  readonly userName: string | undefined
  readonly password: Secret
  /** A one-time code of an MFA device; `undefined` when none was typed. */
  readonly code: string | undefined
  /** The page that they sign in to, for the record. */
  readonly loginTo: string
}

/** Why another password has to be chosen first; `expired-for-good`: that is for an administrator to do. */
type PasswordChangeReason = 'reset' | 'expired' | 'expired-for-good'

/** A password that was right, and what else a sign-in depends on. */
export interface ProvenPassword extends Proven<AccountCaller> {
  /** The serial number of the device whose code was right; `undefined` for who has none. */
  readonly mfaDevice: string | undefined
  readonly passwordChange: PasswordChangeReason | undefined
}

/** What proving a password consults. */
interface PasswordSources {
  readonly directory: Directory
  readonly mfaCodes: MfaCodes
}

/** Whoever signs in, if there is such a person. */
interface Person {
  readonly caller: AccountCaller
  /** `undefined` for one who has no password. */
  readonly hash: PasswordHash | undefined
  readonly passwordChange: PasswordChangeReason | undefined
}

/** In characters, of everything that is typed: IAM's passwords have at most 128, names fewer. */
const LONGEST = 128
const NOBODY = 'nobody'
/** What is looked up for accounts that there are not. */
const NO_ACCOUNT = '000000000000' as AccountId
/** Nobody signed. */
const NO_KEY = { accessKeyId: '' }

/**
 * Proves who signs in by password, and where they have an MFA device by a code of it. Account, user, password and code
 * are refused in the same words after the same work, so that nobody learns which of them was wrong. A password that was
 * guessed at too often is refused though it is right. A code is looked at only where the password is right, so that no
 * stranger locks a device; one where there is no device is wrong, or somebody would believe that it counted.
 * @param region - that answers: nothing in the request names one
 * @param facts - `now` judges expiry and locks; networks take turns, by where they come from
 * @param wait - waits for what compares passwords, and lets others work meanwhile
 * @throws {@link SignInRefused} whatever the reason
 * @throws Overloaded when too many sign in at once from the same network, or everywhere
 */
export async function byPassword(
  presented: PresentedPassword,
  region: string,
  { now, sourceIp = '' }: Pick<RequestFacts, 'now' | 'sourceIp'>,
  { directory, mfaCodes }: PasswordSources,
  wait: <Result>(load: Promise<Result>) => Promise<Result>,
): Promise<ProvenPassword> {
  const typed = isTooLong(presented) ? { ...presented, account: '', password: new Secret('') } : presented
  const { userName, code = '' } = typed
  const account = await accountNamed(typed.account, directory)
  const person = await personNamed(account, userName, now, directory)
  const devices = await directory.mfaDevices.of(person?.caller.userId ?? NOBODY)
  const refused = (
    detail: string,
    passwordResult: SuspectedUser['passwordResult'],
    because?: RefusedCode,
  ): SignInRefused => {
    const fault = new SignInRefused(detail, { cause: because })
    if (account === undefined) return fault
    fault.suspect = {
      kind: 'suspected-user',
      account,
      isRoot: userName === undefined,
      userId: person?.caller.userId,
      // What was typed for a name that nobody has may be a password in the wrong field.
      userName: person?.caller.kind === 'user' ? person.caller.userName : undefined,
      passwordResult,
      mfaUsed: because !== undefined && typed.code !== undefined,
      mfaResult: because?.result,
      loginTo: presented.loginTo,
    }
    return fault
  }
  const stranger = { peer: peerNetwork(sourceIp), typed: JSON.stringify([typed.account, userName?.slice(0, LONGEST)]) }
  const outcome = await wait(directory.passwords.prove(typed.password, stranger, person?.hash, now))
  if (person === undefined || outcome !== 'right') {
    // As much as a wrong code costs.
    await mfaCodes.accept([], code, now)
    if (person === undefined) throw refused('no such account or user', undefined)
    throw refused(`the password is ${outcome}`, outcome === 'locked' ? 'Locked' : 'Invalid')
  }
  const isAsked = typed.code !== undefined || devices.length > 0
  // A code that was not typed is no guess at a device, but must not be told from one.
  const shownBy = isAsked ? await mfaCodes.accept(typed.code === undefined ? [] : devices, code, now) : undefined
  if (typeof shownBy === 'string') {
    const isLocked = shownBy === 'locked'
    const detail = isLocked ? 'every MFA device is locked' : 'the code is wrong, or missing'
    const result = typed.code === undefined ? 'Incomplete' : devices.length === 0 ? 'UnknownDevice' : 'Invalid'
    throw refused(detail, 'Valid', isLocked ? new RefusedCode('DeviceLocked', devices) : new RefusedCode(result))
  }
  const { caller, passwordChange } = person
  return { caller, region, presigned: false, mfaDevice: shownBy?.serialNumber, passwordChange }
}

function isTooLong({ account, userName = '', password, code = '' }: PresentedPassword): boolean {
  return [account, userName, password.reveal(), code].some((text) => text.length > LONGEST)
}

/** The same reads whether or not there is such a person. */
async function personNamed(
  id: AccountId | undefined,
  userName: string | undefined,
  now: EpochMillis,
  directory: Directory,
): Promise<Person | undefined> {
  const account = id ?? NO_ACCOUNT
  const { rootPassword, passwordPolicy } = (await directory.account(account)) ?? {}
  const user = await directory.user(account, userName ?? NOBODY)
  const profile = await directory.records.stored('login-profile', nameKey(account, userName ?? NOBODY))
  if (id === undefined) return undefined
  if (userName === undefined) {
    const caller = rootCaller(directory.partition, account, NO_KEY)
    return { caller, hash: rootPassword?.hash, passwordChange: undefined }
  }
  if (user === undefined) return undefined
  const expiry = profile && passwordExpiry(profile, passwordPolicy)
  const isExpired = expiry !== undefined && expiry <= now
  const expired = passwordPolicy?.hardExpiry ? 'expired-for-good' : 'expired'
  const passwordChange = isExpired ? expired : profile?.passwordResetRequired ? 'reset' : undefined
  return { caller: userCaller(user, NO_KEY), hash: profile?.password, passwordChange }
}
