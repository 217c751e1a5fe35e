import { type MfaDeviceBody, QUOTAS, reference, viewMfaDevice } from '../../../domain/directory/index.ts'
import { EntityAlreadyExists } from '../../../model/index.ts'
import { definePreparedChange } from '../define.ts'
import { checkQuota } from '../quotas.ts'
import { checkCodes, checkSame, readCodes } from './codes.ts'
import { existingDevice, existingHolder, holderName, type MfaHolder, onHolder, putDevice } from './mfa-devices.ts'

/**
 * Enables an MFA device for a user who shows two of its codes, one after the other. From then on the device is theirs.
 * Security keys cannot be enabled here, as at AWS: a browser has to be there.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html
 */
export const enableMFADevice = definePreparedChange({
  action: 'iam:EnableMFADevice',
  parse: readCodes,
  requires: ({ userName }, caller, directory) =>
    onHolder('iam:EnableMFADevice', holderName(userName, caller), caller, directory),

  user: ({ input, caller, account }, records) => existingHolder(records, account, holderName(input.userName, caller)),

  // Codes are good once: they are looked at last, and not again when the change is overtaken.
  async prepare({ input, account, now }, holder, { directory, keyring, mfaCodes }) {
    const { records } = directory
    const device = await existingDevice(records, account, input.serialNumber)
    checkFree(device)
    checkRoom(await records.countReferring('mfa-device', devicesOf(holder)))
    const purpose = { kind: 'enable', holder: holder.uniqueId } as const
    await checkCodes(viewMfaDevice(device, keyring), input, purpose, { mfaCodes, now })
    return device.id
  },

  async change({ input, account, now }, edit, holder, id) {
    const device = await existingDevice(edit, account, input.serialNumber)
    checkFree(device)
    checkRoom(await edit.countReferring('mfa-device', devicesOf(holder)))
    checkSame(device, id)
    putDevice(edit, { ...device, enabled: { holder: holder.uniqueId, at: now } })
    return undefined
  },
})

function devicesOf({ uniqueId }: MfaHolder): string {
  return reference.mfaDevicesOf(uniqueId)
}

function checkFree({ enabled }: MfaDeviceBody): void {
  if (enabled !== undefined) throw new EntityAlreadyExists('MFA Device is already in use.')
}

function checkRoom(present: number): void {
  checkQuota('MFADevicesPerUser', present, QUOTAS.mfaDevicesPerPrincipal)
}
