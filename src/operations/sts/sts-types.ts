import { type Parser, text } from '../../engines/wire/index.ts'
import { Violation } from '../../model/index.ts'

// The patterns of AWS's model, in its own words: they stand in answers. Compiled without Unicode mode where the model's
// meaning needs that: `\u10000` is U+1000 and a zero then, in Java as here, so what lies beyond U+FFFF fails, as at AWS.
const ARN_PATTERN = '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+'
const NAME_PATTERN = '[\\w+=,.@-]*'
const POLICY_PATTERN = '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+'
const TAG_KEY_PATTERN = '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+'
const TAG_VALUE_PATTERN = '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*'

/**
 * The value types of STS's model: each reads one text and gives it back, or what AWS says is wrong with it.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_RequestParameters
 */
export const arnText = text({ min: 20, max: 2048, pattern: ARN_PATTERN })

/** `RoleSessionName`. */
export const sessionName = text({ min: 2, max: 64, pattern: NAME_PATTERN })

/** `SourceIdentity`: the model says 64, the live service takes 256. */
export const sourceIdentity = text({ min: 2, max: 256, pattern: NAME_PATTERN })

/** `ExternalId`. */
export const externalId = text({
  min: 2,
  max: 1224,
  pattern: '[\\w+=,.@:\\/-]*',
})

/** `Policy`: the text of a session policy. */
export const policyText = text({ min: 1, pattern: POLICY_PATTERN })

/** `Policy` of the actions whose model bounds it. */
export const boundedPolicyText = text({
  min: 1,
  max: 2048,
  pattern: POLICY_PATTERN,
})

/** `Name` of a federated user. */
export const federatedName = text({ min: 2, max: 32, pattern: NAME_PATTERN })

/** `AccessKeyId`. */
export const accessKeyIdText = text({ min: 16, max: 128, pattern: '[\\w]*' })

/** `EncodedMessage`. */
export const encodedMessage = text({ min: 1, max: 10_240 })

/** `Key` of a session tag, and `TransitiveTagKeys`. */
export const tagKey = text({ min: 1, max: 128, pattern: TAG_KEY_PATTERN, unicode: true })

/** `Value` of a session tag. */
export const tagValue = text({ min: 0, max: 256, pattern: TAG_VALUE_PATTERN, unicode: true })

/** `SerialNumber` of an MFA device. */
export const serialNumber = text({
  min: 9,
  max: 256,
  pattern: '[\\w+=/:,.@-]*',
})

/** `TokenCode` of an MFA device. */
export const tokenCode = text({ min: 6, max: 6, pattern: '[\\d]*' })

/** `WebIdentityToken`. */
export const webIdentityToken = text({ min: 4, max: 20_000 })

const audienceLength = text({ min: 1, max: 1000 })
/** Of a list of texts AWS names everything that each has to be. */
const NO_AUDIENCE = new Violation([
  'Member must have length less than or equal to 1000',
  'Member must have length greater than or equal to 1',
])

/** One `Audience`. */
export const audience: Parser<string> = (value) => (audienceLength(value) instanceof Violation ? NO_AUDIENCE : value)

/** `SigningAlgorithm`: which ones there are the model does not say. */
export const signingAlgorithm = text({ min: 5, max: 5 })
/** `SAMLAssertion`. */
export const samlAssertion = text({ min: 4, max: 100_000 })

/** `ProviderId`. */
export const providerId = text({ min: 4, max: 2048 })

/** `ContextAssertion` of a provided context. */
export const contextAssertion = text({ min: 4, max: 2048 })
