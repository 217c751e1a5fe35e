import { type MfaDeviceBody, mfaDeviceKey, reference } from '../../../domain/directory/index.ts'
import type { AccountCaller } from '../../../model/index.ts'
import { defineRead } from '../define.ts'
import { type Listing, pageOf, readPage } from '../pages.ts'
import { existingHolder, holderName, holderParameter, onHolder } from './mfa-devices.ts'

/**
 * Lists the MFA devices of a user, or of the one who asks; of root without a name.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html
 */
export const listMFADevices = defineRead({
  action: 'iam:ListMFADevices',

  parse: (params) =>
    params.collect({ userName: params.optional('UserName', holderParameter, undefined), ...readPage(params) }),

  requires: ({ userName }, caller, directory) =>
    onHolder('iam:ListMFADevices', nameOf(userName, caller), caller, directory),

  async read({ input, caller, account }, { records }, { keyring }) {
    const { uniqueId, userName } = await existingHolder(records, account, nameOf(input.userName, caller))
    const listing: Listing<MfaDeviceBody> = {
      list: ['ListMFADevices', uniqueId],
      account,
      load: (options) => records.referring('mfa-device', reference.mfaDevicesOf(uniqueId), options),
      keyOf: ({ serialNumber }) => mfaDeviceKey(account, serialNumber),
    }
    const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
    const MFADevices = items.map(({ serialNumber, enabled }) => {
      return { UserName: userName, SerialNumber: serialNumber, EnableDate: enabled && new Date(enabled.at) }
    })
    return { MFADevices, IsTruncated, Marker }
  },
})

function nameOf(named: string | undefined, caller: AccountCaller): string | undefined {
  return named === undefined && caller.kind === 'root' ? undefined : holderName(named, caller)
}
