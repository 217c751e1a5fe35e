import { type Directory, type MfaDeviceBody, mfaDeviceKey, reference } from '../../../domain/directory/index.ts'
import { oneOf } from '../../../engines/wire/index.ts'
import { iamArn, rootArn } from '../../../model/index.ts'
import { defineRead } from '../define.ts'
import { type Listing, pageOf, readPage } from '../pages.ts'
import { Pauses } from '../pauses.ts'
import { answeredUser } from '../users/users.ts'
import { isVirtual } from './mfa-devices.ts'

const USERS_AT_ONCE = 100

/**
 * Lists the virtual MFA devices of the account with whoever has them.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html
 */
export const listVirtualMFADevices = defineRead({
  action: 'iam:ListVirtualMFADevices',

  parse: (params) =>
    params.collect({
      assignmentStatus: params.optional('AssignmentStatus', oneOf(['Assigned', 'Unassigned', 'Any']), 'Any'),
      ...readPage(params),
    }),

  // Documented without a resource, and answered with one.
  requires: (_input, { account }, { partition }) => [
    { action: 'iam:ListVirtualMFADevices', resource: iamArn(partition, account, 'mfa', '/', '') },
  ],

  read: ({ input, account }, directory, { keyring }) =>
    directory.records.onOneState(async () => {
      const { records } = directory
      const { assignmentStatus: status } = input
      const listing: Listing<MfaDeviceBody> = {
        list: ['ListVirtualMFADevices', status],
        account,
        load: (options) =>
          status === 'Any'
            ? records.page('mfa-device', account, options)
            : records.referring('mfa-device', reference.mfaDevices(account, status), options),
        keyOf: ({ serialNumber }) => mfaDeviceKey(account, serialNumber),
        keeps: ({ serialNumber }) => isVirtual(serialNumber),
      }
      const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
      const VirtualMFADevices = []
      const pauses = new Pauses(USERS_AT_ONCE)
      for (const device of items) {
        await pauses.spend(1)
        VirtualMFADevices.push(await answeredDevice(device, directory))
      }
      return { VirtualMFADevices, IsTruncated, Marker }
    }),
})

/** A device as lists answer it: without its tags. */
async function answeredDevice(device: MfaDeviceBody, directory: Directory) {
  const { serialNumber, enabled } = device
  return {
    SerialNumber: serialNumber,
    User: await answeredHolder(device, directory),
    EnableDate: enabled && new Date(enabled.at),
  }
}

async function answeredHolder({ account, enabled }: MfaDeviceBody, { records, partition }: Directory) {
  if (enabled === undefined) return undefined
  if (enabled.holder !== account) {
    const [user] = await records.referring('user', reference.principal(enabled.holder), { limit: 1 })
    return user && answeredUser(user, partition)
  }
  const root = await records.stored('account', account)
  return { UserId: account, Arn: rootArn(partition, account), CreateDate: root && new Date(root.createdAt) }
}
