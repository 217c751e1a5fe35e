import { comparing, type OperatorFamily } from './value-test.ts'

/** A decimal of any size: digits without leading zeros before the point, without trailing ones after it. */
interface Decimal {
  readonly negative: boolean
  readonly whole: string
  readonly fraction: string
}

const DECIMAL = /^([+-]?)([0-9]{1,64})(?:\.([0-9]{1,64}))?(?:[eE]([+-]?[0-9]{1,2}))?$/

/** Reads a decimal, of at most 64 digits on each side of the point. Exact: a double would merge ids above 2^53. */
function readDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const [, sign, integer = '', decimals = '', exponent = '0'] = match
  const point = integer.length + Number(exponent)
  const digits = (point < 0 ? '0'.repeat(-point) : '') + integer + decimals
  const cut = Math.max(point, 0)
  const whole = digits.slice(0, cut).padEnd(cut, '0').replace(/^0+/, '')
  const fraction = digits.slice(cut).replace(/0+$/, '')
  return { negative: sign === '-' && whole + fraction !== '', whole, fraction }
}

function compare(a: Decimal, b: Decimal): number {
  if (a.negative !== b.negative) return a.negative ? -1 : 1
  const magnitude = a.whole.length - b.whole.length || order(a.whole, b.whole) || order(a.fraction, b.fraction)
  return a.negative ? -magnitude : magnitude
}

/** Digits after the point order as text does; so do equally long ones before it. */
function order(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** A Numeric operator, from what the order of request and policy value has to be. */
export function numeric(accepts: (order: number) => boolean): OperatorFamily {
  return comparing(readDecimal, (request, policy) => accepts(compare(request, policy)))
}
