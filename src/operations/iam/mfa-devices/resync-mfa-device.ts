import { viewMfaDevice } from '../../../domain/directory/index.ts'
import { definePreparedChange } from '../define.ts'
import { checkCodes, checkSame, readCodes } from './codes.ts'
import { deviceOf, existingHolder, holderName, onHolder } from './mfa-devices.ts'

/**
 * Finds out how far the clock of a user's device is off, from two codes that it showed one after the other.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ResyncMFADevice.html
 */
export const resyncMFADevice = definePreparedChange({
  action: 'iam:ResyncMFADevice',
  parse: readCodes,
  requires: ({ userName }, caller, directory) =>
    onHolder('iam:ResyncMFADevice', holderName(userName, caller), caller, directory),

  user: ({ input, caller, account }, records) => existingHolder(records, account, holderName(input.userName, caller)),

  async prepare({ input, account, now }, holder, { directory, keyring, mfaCodes }) {
    const device = await deviceOf(directory.records, account, holder, input.serialNumber)
    await checkCodes(viewMfaDevice(device, keyring), input, { kind: 'resync' }, { mfaCodes, now })
    return device.id
  },

  // How far it is off is remembered beside the directory, where nothing changes.
  async change({ input, account }, edit, holder, id) {
    checkSame(await deviceOf(edit, account, holder, input.serialNumber), id)
    return undefined
  },
})
