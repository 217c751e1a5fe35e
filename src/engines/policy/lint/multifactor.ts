import { foldCase } from '../../../model/index.ts'
import { isUserOrRoleArn } from '../principal-forms.ts'
import { demands, type PrincipalView, type StatementCheck } from './policy-view.ts'

const PRESENT = 'aws:multifactorauthpresent'
const AGE = 'aws:multifactorauthage'

const denial: StatementCheck = ({ effect, conditions }, report) => {
  if (effect !== 'Deny') return
  for (const condition of conditions) {
    if (condition.name !== PRESENT || !demands(condition)) continue
    if (!condition.values.some(({ value }) => foldCase(value) === 'false')) continue
    const what =
      'Long-term keys carry no aws:MultiFactorAuthPresent, so this does not deny them: use BoolIfExists with "false".'
    report('SECURITY_WARNING', 'trust-mfa-bool-deny', what, condition.operator)
  }
}

const capability: StatementCheck = ({ effect, principals, conditions }, report, { kind }) => {
  if (kind !== 'trust' || effect !== 'Allow' || principals.length === 0 || !principals.every(hasNoDevice)) return
  for (const condition of conditions) {
    const present = condition.name === PRESENT && condition.values.some(({ value }) => foldCase(value) === 'true')
    if (!demands(condition) || !(present || condition.name === AGE)) continue
    const what = 'None of the principals can show MFA, for only users can: ask elsewhere, or name users.'
    report('WARNING', 'trust-mfa-service', what, condition.key)
  }
}

function hasNoDevice({ type, value }: PrincipalView): boolean {
  if (type !== 'AWS') return true
  return value.includes(':assumed-role/') || (isUserOrRoleArn(value) && value.includes(':role/'))
}

/** Conditions on MFA. */
export const multifactorChecks: readonly StatementCheck[] = [denial, capability]
