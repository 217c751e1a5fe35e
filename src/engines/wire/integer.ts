import { MalformedInput, Violation } from '../../model/index.ts'
import type { Parser } from './params.ts'

const DECIMAL = /^[+-]?[0-9]+$/
const INT32_MIN = -(2 ** 31)
const INT32_MAX = 2 ** 31 - 1

/**
 * A parser for a signed 32-bit integer between `min` and `max`. A sign and leading zeros are accepted, as at AWS.
 * The parser throws {@link MalformedInput} for what is no such integer: AWS says that before it names any constraint.
 */
export function integer({ min, max }: { readonly min: number; readonly max: number }): Parser<number> {
  const tooLow = new Violation([`Member must have value greater than or equal to ${min}`])
  const tooHigh = new Violation([`Member must have value less than or equal to ${max}`])
  return (text) => {
    if (text === '') throw new MalformedInput('missing value for decimal type')
    const value = DECIMAL.test(text) ? Number(text) : Number.NaN
    // The negated form also catches NaN. AWS sends no message here.
    if (!(value >= INT32_MIN && value <= INT32_MAX)) throw new MalformedInput('')
    if (value < min) return tooLow
    return value > max ? tooHigh : value
  }
}
