import { arnLike } from './arn.ts'
import { binaryEquals } from './binary.ts'
import { bool } from './bool.ts'
import { date } from './date.ts'
import { ipAddress } from './ip-address.ts'
import { numeric } from './numeric.ts'
import { stringEquals, stringEqualsIgnoreCase, stringLike } from './string.ts'
import type { OperatorFamily } from './value-test.ts'

/** One operator of the language. `family` is `null` for Null, which looks at no value. */
interface Operator {
  readonly family: OperatorFamily | null
  readonly negated: boolean
}

/** How the values of a multivalued key are held together; `one` for an operator without a prefix. */
type Quantifier = 'one' | 'every' | 'some'

/** An operator as a policy writes it: prefix, name and suffix. */
export interface OperatorForm extends Operator {
  /** The name without both. */
  readonly base: string
  readonly quantifier: Quantifier
  readonly ifExists: boolean
}

const equal = (order: number): boolean => order === 0
const less = (order: number): boolean => order < 0
const lessOrEqual = (order: number): boolean => order <= 0
const greater = (order: number): boolean => order > 0
const greaterOrEqual = (order: number): boolean => order >= 0

const is = (family: OperatorFamily): Operator => ({ family, negated: false })
const isNot = (family: OperatorFamily): Operator => ({ family, negated: true })

/**
 * Every condition operator; names are case-sensitive.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', is(stringEquals)],
  ['StringNotEquals', isNot(stringEquals)],
  ['StringEqualsIgnoreCase', is(stringEqualsIgnoreCase)],
  ['StringNotEqualsIgnoreCase', isNot(stringEqualsIgnoreCase)],
  ['StringLike', is(stringLike)],
  ['StringNotLike', isNot(stringLike)],
  ['NumericEquals', is(numeric(equal))],
  ['NumericNotEquals', isNot(numeric(equal))],
  ['NumericLessThan', is(numeric(less))],
  ['NumericLessThanEquals', is(numeric(lessOrEqual))],
  ['NumericGreaterThan', is(numeric(greater))],
  ['NumericGreaterThanEquals', is(numeric(greaterOrEqual))],
  ['DateEquals', is(date(equal))],
  ['DateNotEquals', isNot(date(equal))],
  ['DateLessThan', is(date(less))],
  ['DateLessThanEquals', is(date(lessOrEqual))],
  ['DateGreaterThan', is(date(greater))],
  ['DateGreaterThanEquals', is(date(greaterOrEqual))],
  ['Bool', is(bool)],
  ['BinaryEquals', is(binaryEquals)],
  ['IpAddress', is(ipAddress)],
  ['NotIpAddress', isNot(ipAddress)],
  ['ArnEquals', is(arnLike)],
  ['ArnLike', is(arnLike)],
  ['ArnNotEquals', isNot(arnLike)],
  ['ArnNotLike', isNot(arnLike)],
  ['Null', { family: null, negated: false }],
])

const FORM = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/

/** Takes an operator apart; `undefined` when the language has none of that name. Null has no `IfExists`. */
export function readOperator(name: string): OperatorForm | undefined {
  const [, prefix, base = '', suffix] = FORM.exec(name) ?? []
  const operator = OPERATORS.get(base)
  const ifExists = suffix !== undefined
  if (operator === undefined || (ifExists && operator.family === null)) return undefined
  const quantifier = prefix === undefined ? 'one' : prefix === 'ForAllValues' ? 'every' : 'some'
  return { ...operator, base, quantifier, ifExists }
}
