import type { AccountId, Secret } from '../../model/index.ts'
import type { KeyRing } from '../../platform/keyring/index.ts'
import { mfaDeviceKey, reference } from './record-keys.ts'
import type { MfaDeviceBody } from './records.ts'
import { QUOTAS } from './rules.ts'
import { openSecret, sealingKeyOf } from './sealed-secret.ts'
import type { StoredRecords } from './stored-records.ts'
import type { ViewCache } from './view-cache.ts'

/** An MFA device, its seed opened. */
export interface MfaDeviceView extends Omit<MfaDeviceBody, 'sealedSeed'> {
  /** In Base32. */
  readonly seed: Secret
}

/** What MFA devices are found in. */
interface MfaDeviceSource {
  readonly views: { readonly 'mfa-device': ViewCache<'mfa-device', MfaDeviceView> }
  readonly directory: { readonly records: StoredRecords; isOpen(account: string): Promise<boolean> }
  readonly keyring: KeyRing
}

/** The MFA devices of a directory, as they are decided with. */
export class MfaDevices {
  readonly #source: MfaDeviceSource

  constructor(source: MfaDeviceSource) {
    this.#source = source
  }

  /** The device of an account with exactly that serial number, whoever has it. Answered from memory. */
  async find(account: AccountId, serialNumber: string): Promise<MfaDeviceView | undefined> {
    const { views, directory } = this.#source
    const device = await views['mfa-device'].find(mfaDeviceKey(account, serialNumber))
    return (await directory.isOpen(account)) && device?.serialNumber === serialNumber ? device : undefined
  }

  /**
   * The devices that are enabled for a user or root, read from the store itself.
   * @param holder - the unique id of a user, or the id of an account: its root user's
   */
  async of(holder: string): Promise<readonly MfaDeviceView[]> {
    const { directory, keyring } = this.#source
    const limit = QUOTAS.mfaDevicesPerPrincipal
    const devices = await directory.records.referring('mfa-device', reference.mfaDevicesOf(holder), { limit })
    return devices.map((device) => viewMfaDevice(device, keyring))
  }
}

/** Opens the seed of a device. @throws Error when it does not open: an operator must look */
export function viewMfaDevice({ sealedSeed, ...device }: MfaDeviceBody, keyring: KeyRing): MfaDeviceView {
  return { ...device, seed: openSecret(device.serialNumber, sealedSeed, keyring) }
}

/** The id of the key that the seed of a device is sealed under. */
export function mfaSealOf({ sealedSeed }: Pick<MfaDeviceBody, 'sealedSeed'>): string {
  return sealingKeyOf(sealedSeed)
}
