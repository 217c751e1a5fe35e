import { integer, oneOf, type Parser, text } from '../../engines/wire/index.ts'
import { Secret, Violation } from '../../model/index.ts'

// The patterns of AWS's model, in its own words: they stand in answers.
const NAME = '[\\w+=,.@-]+'
const LATIN = '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+'

/**
 * The value types of IAM's model: each reads one text and gives it back, or what AWS says is wrong with it.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
 */
export const arnText = text({ min: 20, max: 2048 })

/** `UserName` of a user that is to be made, and in actions on its policies and keys. */
export const userName = text({ min: 1, max: 64, pattern: NAME })

/** `UserName` of a user that may be older than the limit. */
export const existingUserName = text({ min: 1, max: 128, pattern: NAME })

/** `GroupName`. */
export const groupName = text({ min: 1, max: 128, pattern: NAME })

/** `RoleName`. */
export const roleName = text({ min: 1, max: 64, pattern: NAME })

/** `PolicyName`. */
export const policyName = text({ min: 1, max: 128, pattern: NAME })

/** `InstanceProfileName`. */
export const instanceProfileName = text({ min: 1, max: 128, pattern: NAME })

/** `AccessKeyId`. */
export const accessKeyId = text({ min: 16, max: 128, pattern: '[\\w]+' })

/** `Description` of a role. */
export const roleDescription = text({ max: 1000, pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*' })

/** `MaxSessionDuration` of a role, in seconds. */
export const maxSessionDuration = integer({ min: 3600, max: 43_200 })

/** `Password`: the type that is never repeated. */
export const password = secretText({ min: 1, max: 128, pattern: LATIN })

/** `SerialNumber` of an MFA device. */
export const serialNumber = text({ min: 9, max: 256, pattern: '[\\w+=/:,.@-]+' })

/** `VirtualMFADeviceName`. */
export const virtualMFADeviceName = text({ min: 1, pattern: NAME })

/** `AuthenticationCode1` and `AuthenticationCode2`. */
export const authenticationCode = secretText({ min: 6, max: 6, pattern: '[\\d]+' })

/** `AWSServiceName`: the principal of a service. */
export const serviceName = text({ min: 1, max: 128, pattern: NAME })

/** `CustomSuffix` of a service-linked role. */
export const customSuffix = text({ min: 1, max: 64, pattern: NAME })

/** `DeletionTaskId`. */
export const deletionTaskId = text({ min: 1, max: 1000 })

/** `JobId`. */
export const jobId = text({ min: 36, max: 36 })

/** `ServiceNamespace`. */
export const serviceNamespace = text({ min: 1, max: 64, pattern: '[\\w-]*' })

/** `Path` of users, groups, roles and instance profiles. */
export const path = text({ min: 1, max: 512, pattern: '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)' })

/** `PathPrefix` of lists. */
export const pathPrefix = text({ min: 1, max: 512, pattern: '\\u002F[\\u0021-\\u007F]*' })

/** `Path` and `PathPrefix` of managed policies. */
export const policyPath = text({ min: 1, max: 512, pattern: '((/[A-Za-z0-9\\.,\\+@=_-]+)*)/' })

/** `VersionId` of a managed policy. */
export const versionId = text({ pattern: 'v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?' })

/** `Description` of a managed policy. */
export const policyDescription = text({ max: 1000 })

/** `PolicyUsageFilter` of lists: how a policy is used. */
export const policyUsage = oneOf(['PermissionsPolicy', 'PermissionsBoundary'])

/** `PolicyDocument`, `AssumeRolePolicyDocument`. */
export const policyDocument = text({ min: 1, max: 131_072, pattern: LATIN })

/** `Marker`. */
export const marker = text({ min: 1, max: 320, pattern: '[\\u0020-\\u00FF]+' })

/** `Key` of a tag. */
export const tagKey = text({ min: 1, max: 128, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+', unicode: true })

/** `Value` of a tag. */
export const tagValue = text({ min: 0, max: 256, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*', unicode: true })

/** A text that nobody is to see again. */
function secretText(type: Parameters<typeof text>[0]): Parser<Secret> {
  const parse = text(type)
  return (value) => {
    const read = parse(value)
    return read instanceof Violation ? read : new Secret(read)
  }
}
