import type { ConditionTrace, StatementTrace } from '../../engines/policy/index.ts'
import { foldCase } from '../../model/index.ts'

const PRESENT = 'aws:multifactorauthpresent'
const AGE = 'aws:multifactorauthage'
const ADVICE =
  'Give a one-time code: SerialNumber and TokenCode of an MFA device of the caller, to AssumeRole itself or to GetSessionToken, whose session carries it; sessions of roles carry none'

/** How to come by MFA, where a condition stands in the way that asks for it: it says itself what has to be, but not how. */
export function mfaAdvice(statements: readonly Pick<StatementTrace, 'effect' | 'conditions'>[]): readonly string[] {
  return statements.some(({ effect, conditions }) => conditions.some((each) => lacksMfa(each, effect))) ? [ADVICE] : []
}

/** Whether a condition keeps an Allow from applying, or makes a Deny apply, because there was no MFA, or too long ago. */
function lacksMfa({ key, holds, actual }: ConditionTrace, effect: StatementTrace['effect']): boolean {
  if (holds === (effect === 'Allow')) return false
  const name = foldCase(key)
  return name === AGE || (name === PRESENT && foldCase(actual?.[0] ?? '') !== 'true')
}
