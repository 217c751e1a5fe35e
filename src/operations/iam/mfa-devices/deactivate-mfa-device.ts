import { defineChange } from '../define.ts'
import { serialNumber } from '../iam-types.ts'
import { deviceOf, existingHolder, holderName, holderParameter, onHolder, putDevice } from './mfa-devices.ts'

/**
 * Takes an MFA device from the user who has it. A device that is enabled again takes none of the codes that it took.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeactivateMFADevice.html
 */
export const deactivateMFADevice = defineChange({
  action: 'iam:DeactivateMFADevice',

  parse: (params) =>
    params.collect({
      userName: params.optional('UserName', holderParameter, undefined),
      serialNumber: params.required('SerialNumber', serialNumber),
    }),

  // Root has to name somebody, as AWS documents it.
  requires: ({ userName }, caller, directory) =>
    onHolder('iam:DeactivateMFADevice', holderName(userName, caller), caller, directory),

  async change({ input, caller, account }, edit) {
    const holder = await existingHolder(edit, account, holderName(input.userName, caller))
    const device = await deviceOf(edit, account, holder, input.serialNumber)
    putDevice(edit, { ...device, enabled: undefined })
    return undefined
  },
})
