import { ARN_COLONS, compilePattern, countColons } from '../matching/text-test.ts'
import { anyOf, type OperatorFamily, type ValueTest } from './value-test.ts'

/**
 * ArnEquals and ArnLike, which are the same: six segments compared one by one, wildcards inside a segment.
 * A policy value with fewer segments is no ARN pattern and never matches.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export const arnLike: OperatorFamily = (values, substitutes) =>
  anyOf(values.map((value) => arnTest(value, substitutes)))

function arnTest(pattern: string, substitutes: boolean): ValueTest {
  if (countColons(pattern, substitutes) < ARN_COLONS) return () => undefined
  const matches = compilePattern(pattern, 'arn', substitutes)
  return (text, context) => (isArn(text) ? matches(text, context) : undefined)
}

function isArn(text: string): boolean {
  if (!text.startsWith('arn:')) return false
  let at = -1
  for (let colons = 0; colons < ARN_COLONS; colons++) {
    at = text.indexOf(':', at + 1)
    if (at < 0) return false
  }
  return true
}
