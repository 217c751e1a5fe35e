import { foldCase } from '../../../model/index.ts'
import { hasBrokenVariable } from '../matching/template.ts'
import { type JsonNode, listOf, scalarOf } from '../policy-document.ts'
import type { RequestContext } from '../request.ts'
import { nullVerdicts } from './null.ts'
import { type OperatorForm, readOperator } from './operators.ts'
import type { ValueTest } from './value-test.ts'

/** One key under one operator, ready to be held against requests. */
export interface Condition {
  /** As written. */
  readonly operator: string
  /** As written; the request is asked for `contextKey`, the same in lower case. */
  readonly key: string
  readonly contextKey: string
  readonly values: readonly string[]
  /** `undefined` when the operator or a value cannot be read: then both verdicts below are fixed. */
  readonly form: OperatorForm | undefined
  /** Whether variables in the values are replaced. */
  readonly substitutes: boolean
  /** The verdict when the request has no such key, or has it without values. */
  readonly whenMissing: boolean
  /** The verdict when the request has the key, where the values do not matter. */
  readonly whenPresent: boolean | undefined
  /** The verdict where nothing can be known: whatever refuses access, so true in a Deny and false in an Allow. */
  readonly uncertain: boolean
  readonly test: ValueTest
}

/** What the statement around a condition settles for it. */
export interface ConditionSetting {
  readonly effect: 'Allow' | 'Deny'
  /** Whether the document's version has variables. */
  readonly variables: boolean
}

/** Compiles one key of a condition operator. Never fails: what it does not know gets the verdict that refuses. */
export function compileCondition(
  operator: string,
  { name: key, value: node }: { readonly name: string; readonly value: JsonNode },
  { effect, variables }: ConditionSetting,
): Condition {
  const uncertain = effect === 'Deny'
  const scalars = listOf(node).map(scalarOf)
  const values = scalars.filter((value) => value !== undefined)
  const substitutes = variables && /String|Arn/.test(operator)
  const known = { operator, key, contextKey: foldCase(key), values, substitutes, uncertain }
  const form = readOperator(operator)
  const unreadable = values.length < scalars.length || values.some((value) => hasBrokenVariable(value, substitutes))
  if (form === undefined || unreadable) {
    return { ...known, form: undefined, whenMissing: uncertain, whenPresent: uncertain, test: unknowable }
  }
  const { family } = form
  const test = family === null ? unknowable : family(values, substitutes)
  return { ...known, form, ...verdicts(form, values, uncertain), test }
}

const unknowable: ValueTest = () => undefined

/**
 * The verdicts that need no value.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists
 */
function verdicts(
  { family, quantifier, negated, ifExists }: OperatorForm,
  values: readonly string[],
  uncertain: boolean,
): Pick<Condition, 'whenMissing' | 'whenPresent'> {
  if (family === null) {
    // A set operator looks at values and Null at none: vacuously all of them, never any of them.
    if (quantifier !== 'one') return { whenMissing: quantifier === 'every', whenPresent: quantifier === 'every' }
    return nullVerdicts(values)
  }
  // Without policy values, documentation settles all but the plain negated operator.
  const open = values.length === 0 && negated && quantifier === 'one' && !ifExists
  const whenPresent = values.length > 0 ? undefined : open && uncertain
  if (quantifier === 'every') return { whenMissing: true, whenPresent }
  // Documentation does not say whether IfExists or ForAnyValue prevails on a missing key.
  if (quantifier === 'some') return { whenMissing: ifExists && uncertain, whenPresent }
  return { whenMissing: ifExists || (open ? uncertain : negated), whenPresent }
}

/** Whether the request meets one condition: the calculus of missing keys, negation and set operators, in one place. */
export function conditionHolds(condition: Condition, context: RequestContext): boolean {
  const value = context.get(condition.contextKey)
  if (value === undefined) return condition.whenMissing
  if (typeof value === 'string') {
    if (condition.whenPresent ?? admits(condition, value, context)) return true
    // AWS calls an empty text no value, for which ForAllValues is true: enough for a Deny, too little for an Allow.
    return value === '' && condition.form?.quantifier === 'every' && condition.uncertain
  }
  // Whoever fills the context may break its promise: what is no text is not known.
  if (!Array.isArray(value)) return condition.uncertain
  if (value.length === 0) return condition.whenMissing
  if (condition.whenPresent !== undefined) return condition.whenPresent
  const quantifier = condition.form?.quantifier
  // AWS asks for a set operator on a multivalued key and does not say what happens without one.
  if (quantifier !== 'every' && quantifier !== 'some') return condition.uncertain
  const all = quantifier === 'every'
  for (const item of value) {
    const admitted = typeof item === 'string' ? admits(condition, item, context) : condition.uncertain
    if (admitted !== all) return !all
  }
  return all
}

/** One request value: a positive operator wants it to match some policy value, a negated one to match none. */
function admits(condition: Condition, value: string, context: RequestContext): boolean {
  const matched = condition.test(value, context)
  const negated = condition.form?.negated ?? false
  if (matched === 'unsettled') return condition.uncertain
  if (matched === undefined) return negated && condition.uncertain
  return matched !== negated
}
