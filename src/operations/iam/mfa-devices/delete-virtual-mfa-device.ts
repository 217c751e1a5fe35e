import { mfaDeviceKey } from '../../../domain/directory/index.ts'
import { DeleteConflict } from '../../../model/index.ts'
import { defineChange } from '../define.ts'
import { serialNumber } from '../iam-types.ts'
import { existingVirtualDevice, onDevice } from './mfa-devices.ts'

/**
 * Deletes a virtual MFA device that nobody has. One of the same name that is made later is another.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteVirtualMFADevice.html
 */
export const deleteVirtualMFADevice = defineChange({
  action: 'iam:DeleteVirtualMFADevice',
  parse: (params) => params.collect({ serialNumber: params.required('SerialNumber', serialNumber) }),
  requires: ({ serialNumber }, caller, directory) =>
    onDevice('iam:DeleteVirtualMFADevice', serialNumber, caller, directory),

  async change({ input: { serialNumber }, account }, edit) {
    const { enabled } = await existingVirtualDevice(edit, account, serialNumber)
    if (enabled !== undefined) throw new DeleteConflict('MFA VirtualDevice in use. Must deactivate first.')
    edit.remove({ kind: 'mfa-device', key: mfaDeviceKey(account, serialNumber), account })
    return undefined
  },
})
