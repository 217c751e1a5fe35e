/** The actions of IAM on MFA devices. @module */
import type { IamOperations } from '../define.ts'
import { serialNumber } from '../iam-types.ts'
import { tagActions } from '../tags.ts'
import { createVirtualMFADevice } from './create-virtual-mfa-device.ts'
import { deactivateMFADevice } from './deactivate-mfa-device.ts'
import { deleteVirtualMFADevice } from './delete-virtual-mfa-device.ts'
import { enableMFADevice } from './enable-mfa-device.ts'
import { getMFADevice } from './get-mfa-device.ts'
import { listMFADevices } from './list-mfa-devices.ts'
import { listVirtualMFADevices } from './list-virtual-mfa-devices.ts'
import { existingVirtualDevice, onDevice, putDevice } from './mfa-devices.ts'
import { resyncMFADevice } from './resync-mfa-device.ts'

/** What can be asked of MFA devices. */
export const MFA_DEVICE_ACTIONS: IamOperations = [
  ['CreateVirtualMFADevice', createVirtualMFADevice],
  ['EnableMFADevice', enableMFADevice],
  ['ResyncMFADevice', resyncMFADevice],
  ['DeactivateMFADevice', deactivateMFADevice],
  ['DeleteVirtualMFADevice', deleteVirtualMFADevice],
  ['ListMFADevices', listMFADevices],
  ['ListVirtualMFADevices', listVirtualMFADevices],
  ['GetMFADevice', getMFADevice],
  ...tagActions({
    noun: 'MFADevice',
    parameter: 'SerialNumber',
    parse: serialNumber,
    tagCase: 'exact',
    find: existingVirtualDevice,
    put: putDevice,
    requires: onDevice,
  }),
]
