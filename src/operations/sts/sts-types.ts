import { type TextShape, type Violation, violationOf } from '../../model/index.ts'

const ARN_PATTERN = '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+'
const SESSION_NAME_PATTERN = '[\\w+=,.@-]*'
const EXTERNAL_ID_PATTERN = '[\\w+=,.@:\\/-]*'

/**
 * The value types of STS's model: each reads one text and gives it back, or what AWS says is wrong with it.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_RequestParameters
 */
export const arnText = shaped({
  min: 20,
  max: 2048,
  pattern: ARN_PATTERN,
  // The pattern as Java and JavaScript read it without Unicode mode: what lies beyond U+FFFF fails, as it does at AWS.
  matches: new RegExp(`^(?:${ARN_PATTERN})$`),
})

/** `RoleSessionName`. */
export const sessionName = shaped({ min: 2, max: 64, pattern: SESSION_NAME_PATTERN, matches: /^[\w+=,.@-]*$/ })

/** `ExternalId`. */
export const externalId = shaped({ min: 2, max: 1224, pattern: EXTERNAL_ID_PATTERN, matches: /^[\w+=,.@:/-]*$/ })

function shaped(shape: TextShape): (text: string) => string | Violation {
  return (text) => violationOf(text, shape) ?? text
}
