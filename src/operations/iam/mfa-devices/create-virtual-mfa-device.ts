import { type MfaDeviceBody, mfaDeviceKey, newMfaDevice } from '../../../domain/directory/index.ts'
import { otpauthUri, qrPng } from '../../../domain/mfa/index.ts'
import { EntityAlreadyExists, iamArn, Secret, Violation } from '../../../model/index.ts'
import { requestTags } from '../../../pipeline/authorization/index.ts'
import { defineInventingChange } from '../define.ts'
import { InvalidInput } from '../iam-faults.ts'
import { path, serialNumber, virtualMFADeviceName } from '../iam-types.ts'
import { checkQuota } from '../quotas.ts'
import { answeredTags, checkTags, readTags } from '../tags.ts'
import { putDevice } from './mfa-devices.ts'

/**
 * Makes a virtual MFA device that nobody has yet: the only time that anybody sees its seed.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateVirtualMFADevice.html
 */
export const createVirtualMFADevice = defineInventingChange({
  action: 'iam:CreateVirtualMFADevice',
  issues: true,

  parse(params) {
    const input = params.collect({
      path: params.optional('Path', path, '/'),
      virtualMFADeviceName: params.required('VirtualMFADeviceName', virtualMFADeviceName),
      tags: readTags(params),
    })
    checkTags(input.tags, 'exact')
    return input
  },

  requires({ path, virtualMFADeviceName: name, tags }, { account }, { partition }) {
    const resource = iamArn(partition, account, 'mfa', path, name)
    return [{ action: 'iam:CreateVirtualMFADevice', resource, context: requestTags(tags) }]
  },

  async invent({ input, account, partition, now }, { keyring, random }) {
    const { path, virtualMFADeviceName: name, tags } = input
    const arn = iamArn(partition, account, 'mfa', path, name)
    // No other action could name it. What AWS answers is not documented.
    if (serialNumber(arn) instanceof Violation) {
      throw new InvalidInput(
        'The path and name make no serial number: that has at most 256 characters out of [\\w+=/:,.@-].',
      )
    }
    const device = newMfaDevice({ account, serialNumber: arn, tags }, { keyring, random, now })
    return { ...device, png: await qrPng(otpauthUri({ name, holder: account, seed: device.seed })) }
  },

  async change({ account }, edit, { directory }, { body, seed, png }) {
    if ((await edit.stored('mfa-device', mfaDeviceKey(account, body.serialNumber))) !== undefined) {
      throw new EntityAlreadyExists('MFADevice entity at the same path and name already exists.')
    }
    // As many as users, says AWS; how it calls the quota is not documented.
    const { usersPerAccount } = directory.quotas
    checkQuota('VirtualMFADevicesPerAccount', await edit.count('mfa-device', account), usersPerAccount)
    putDevice(edit, body)
    return { VirtualMFADevice: answeredNewDevice(body, seed, png) }
  },
})

function answeredNewDevice({ serialNumber, tags }: MfaDeviceBody, seed: Secret, png: Buffer) {
  return {
    SerialNumber: serialNumber,
    // Both are blobs of AWS's model: the text of the seed is encoded once more.
    Base32StringSeed: new Secret(Buffer.from(seed.reveal(), 'latin1').toString('base64')),
    QRCodePNG: new Secret(png.toString('base64')),
    Tags: answeredTags(tags),
  }
}
