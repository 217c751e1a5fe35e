import { foldCase } from '../../../model/index.ts'
import { readInstant } from '../conditions/date.ts'
import { quote } from './finding.ts'
import { type ConditionView, demands, type StatementCheck } from './policy-view.ts'

const absence: StatementCheck = ({ conditions }, report) => {
  const demanded = new Set(conditions.filter(demands).map(({ name }) => name))
  for (const { form, name, key, values } of conditions) {
    const absent = form.family === null && form.quantifier === 'one' && values.length > 0
    if (!absent || !demanded.has(name) || values.some(({ value }) => foldCase(value) !== 'true')) continue
    const what = `The statement never applies, for ${quote(key.value)} has to be absent and to have a value: remove one condition.`
    report('SUGGESTION', 'unreachable-statement', what, key)
  }
}

const windows: StatementCheck = ({ conditions }, report) => {
  const opens = new Map<string, bigint>()
  for (const condition of conditions) {
    const start = bound(condition, 'GreaterThan')
    if (start !== undefined) opens.set(condition.name, larger(start, opens.get(condition.name)))
  }
  for (const condition of conditions) {
    const end = bound(condition, 'LessThan')
    const start = opens.get(condition.name)
    if (end === undefined || start === undefined || start <= end) continue
    const what = `The statement never applies, for ${quote(condition.key.value)} has to be after one date and before an earlier one: correct them.`
    report('SUGGESTION', 'unreachable-statement', what, condition.key)
  }
}

function larger(a: bigint, b: bigint | undefined): bigint {
  return b === undefined || a > b ? a : b
}

/** The widest instant that a Date operator of one direction lets through. */
function bound(condition: ConditionView, direction: 'GreaterThan' | 'LessThan'): bigint | undefined {
  const { type, operator, values } = condition
  if (type !== 'Date' || !operator.value.includes(direction) || !demands(condition)) return undefined
  let widest: bigint | undefined
  for (const { value } of values) {
    const instant = readInstant(value)
    if (instant === undefined) return undefined
    if (widest === undefined || instant > widest === (direction === 'LessThan')) widest = instant
  }
  return widest
}

/** Statements that no request can meet. */
export const unreachableChecks: readonly StatementCheck[] = [absence, windows]
