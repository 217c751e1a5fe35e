import { type ConditionTrace, readOperator } from '../../engines/policy/index.ts'
import { type Asked, actualValue, expectedValues, plain } from './words.ts'

/** How a value would have to stand to the policy's, by operator. */
const COMPARISONS: ReadonlyMap<string, string> = new Map([
  ['StringEquals', 'were'],
  ['StringNotEquals', 'were not'],
  ['StringEqualsIgnoreCase', 'were, in any case,'],
  ['StringNotEqualsIgnoreCase', 'were not, in any case,'],
  ['StringLike', 'were like'],
  ['StringNotLike', 'were not like'],
  ['NumericEquals', 'were'],
  ['NumericNotEquals', 'were not'],
  ['NumericLessThan', 'were less than'],
  ['NumericLessThanEquals', 'were at most'],
  ['NumericGreaterThan', 'were more than'],
  ['NumericGreaterThanEquals', 'were at least'],
  ['DateEquals', 'were'],
  ['DateNotEquals', 'were not'],
  ['DateLessThan', 'were before'],
  ['DateLessThanEquals', 'were not after'],
  ['DateGreaterThan', 'were after'],
  ['DateGreaterThanEquals', 'were not before'],
  ['Bool', 'were'],
  ['BinaryEquals', 'were'],
  ['IpAddress', 'were in'],
  ['NotIpAddress', 'were not in'],
  ['ArnEquals', 'were like'],
  ['ArnLike', 'were like'],
  ['ArnNotEquals', 'were not like'],
  ['ArnNotLike', 'were not like'],
])

/** What would have to be for a condition to hold that does not, and what is: `sts:ExternalId were "x" (it is "y")`. */
export function wish(condition: ConditionTrace, asked: Asked): string {
  return `${wanted(condition)} (${actualValue(condition, asked)})`
}

function wanted(condition: ConditionTrace): string {
  const { operator, expected, actual } = condition
  const key = plain(condition.key)
  if (operator === 'Null')
    return expected.includes('false') && actual === undefined ? `${key} were there` : `${key} were absent`
  const form = readOperator(operator)
  const comparison = COMPARISONS.get(form?.base ?? '')
  if (form === undefined || comparison === undefined)
    return `${plain(operator)} were understood, which is asked of ${key}`
  // Documentation does not settle a multivalued key without a set operator, so it is refused whatever the values are.
  if (form.quantifier === 'one' && actual !== undefined && actual.length > 1) return `${key} had a single value`
  const subject = form.quantifier === 'one' ? key : `${form.quantifier} value of ${key}`
  return `${subject} ${comparison} ${expectedValues(condition)}`
}
