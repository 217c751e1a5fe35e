import type { ActInIam, IamAnswer } from './acting.ts'
import type { ConsoleSession } from './console-broker.ts'

/** Where the devices of whoever is signed in are listed. */
export const MFA_PATH = '/console/mfa'

/** What is said when a device is deleted that was never enabled. */
export const DISCARDED = 'The unfinished device is deleted.'

/** An MFA device of whoever is signed in. */
export interface OwnMfaDevice {
  readonly serialNumber: string
  readonly enabledAt: Date | undefined
}

/** Whose devices they are, as IAM's actions take it: in the console, root has a name. */
export function holderOf({ caller }: ConsoleSession): { readonly UserName: string } {
  return { UserName: caller.kind === 'user' ? caller.userName : 'AWS ROOT USER' }
}

/** What they have: never more than a few. @throws Fault in the words that the wire has */
export async function ownMfaDevices(session: ConsoleSession, act: ActInIam): Promise<readonly OwnMfaDevice[]> {
  const listed = await act('ListMFADevices', holderOf(session))
  return listed.list('MFADevices').map((device: IamAnswer) => {
    return { serialNumber: device.text('SerialNumber'), enabledAt: device.date('EnableDate') }
  })
}

/** Whether IAM made it: it is deleted when nobody has it any more. */
export function isVirtual(serialNumber: string): boolean {
  return serialNumber.startsWith('arn:')
}

/** What people call a device: the name of a virtual one, the number on another. */
export function deviceName(serialNumber: string): string {
  return isVirtual(serialNumber) ? serialNumber.slice(serialNumber.indexOf('/') + 1) : serialNumber
}
