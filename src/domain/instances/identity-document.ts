import { type Instance, isoSeconds } from '../../model/index.ts'
import { jsonText } from './json-text.ts'

const VERSION = '2017-09-30'

/**
 * The identity document of an instance, byte for byte as it is signed.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html
 */
export function identityDocument(instance: Instance): string {
  return jsonText({
    accountId: instance.account,
    architecture: instance.architecture,
    availabilityZone: instance.availabilityZone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: instance.imageId,
    instanceId: instance.id,
    instanceType: instance.instanceType,
    kernelId: null,
    pendingTime: isoSeconds(instance.startedAt),
    privateIp: instance.interfaces[0]?.privateIpAddresses[0] ?? null,
    ramdiskId: null,
    region: instance.region,
    version: VERSION,
  })
}
