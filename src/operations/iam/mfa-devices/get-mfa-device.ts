import { NoSuchEntity } from '../../../model/index.ts'
import { defineRead } from '../define.ts'
import { serialNumber, userName } from '../iam-types.ts'
import { existingHolder, holderName, onHolder } from './mfa-devices.ts'

/**
 * Tells of a security key, and of nothing else: AWS documents that it takes no other serial number. None can be enabled
 * here, so none is found.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetMFADevice.html
 */
export const getMFADevice = defineRead({
  action: 'iam:GetMFADevice',

  parse: (params) =>
    params.collect({
      serialNumber: params.required('SerialNumber', serialNumber),
      userName: params.optional('UserName', userName, undefined),
    }),

  requires: ({ userName }, caller, directory) =>
    onHolder('iam:GetMFADevice', holderName(userName, caller), caller, directory),

  async read({ input, caller, account }, { records }) {
    await existingHolder(records, account, holderName(input.userName, caller))
    // How AWS words it is not documented.
    throw new NoSuchEntity(`MFADevice with serial number ${input.serialNumber} doesn't exist.`)
  },
})
