import { quote } from './finding.ts'
import { type ConditionCheck, type ConditionView, hasWildcards, type StatementCheck } from './policy-view.ts'

const quantifiers: ConditionCheck = ({ operator, form, key, known }, report, { effect }) => {
  if (form.family === null) {
    if (form.quantifier === 'one') return
    const what = 'Null with a set operator looks at no value and always has the same outcome: use Null alone.'
    report('SUGGESTION', 'NULL_WITH_QUALIFIER', what, operator)
  } else if (form.quantifier === 'one' && known?.valued === 'multi') {
    const what = `${quote(key.value)} has several values and the operator compares one: put ForAnyValue: or ForAllValues: before it.`
    report('ERROR', 'MISSING_QUALIFIER', what, key)
  } else if (form.quantifier === 'every' && known?.valued === 'single' && effect === 'Allow') {
    const what = `ForAllValues also holds when ${quote(key.value)} is missing, which has one value at most: remove ForAllValues:.`
    report('SECURITY_WARNING', 'FORALLVALUES_WITH_SINGLE_VALUED_KEY', what, key)
  } else if (form.quantifier === 'some' && form.ifExists) {
    const what = `AWS does not document what ForAnyValue: with IfExists comes to when ${quote(key.value)} is missing, and here it refuses: leave one of them out.`
    report('WARNING', 'foranyvalue-ifexists', what, operator)
  }
}

const types: ConditionCheck = ({ operator, type, form, key, known }, report) => {
  if (known === undefined || form.family === null) return
  const [wanted] = known.types
  const fits = known.types.some((each) => each === type) || (type === 'String' && wanted === 'Arn')
  if (fits) return
  const what = `${quote(key.value)} is of type ${wanted} and ${operator.value} compares another: use an operator of its type.`
  report('WARNING', 'TYPE_MISMATCH', what, key)
}

const arnsAsStrings: ConditionCheck = (condition, report) => {
  const { type, key, known, values } = condition
  if (type !== 'String' || !hasWildcards(condition) || known?.types.join() !== 'Arn') return
  const wild = values.find(({ value }) => /[*?]/.test(value))
  if (wild === undefined) return
  const what = `A star of StringLike runs across the parts of the ARN in ${quote(key.value)}: use ArnLike.`
  report('SECURITY_WARNING', 'STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS', what, wild)
}

const emptiness: ConditionCheck = ({ form, node, values }, report) => {
  if (node.type !== 'array' || values.length > 0 || node.items.length > 0) return
  if (form.quantifier === 'some') {
    const what = 'No value can be any of none, so the condition never holds: give values.'
    report('SUGGESTION', 'EMPTY_ARRAY_CONDITION_FORANYVALUE', what, node)
  } else if (form.quantifier === 'every' || form.ifExists) {
    const code = form.ifExists ? 'EMPTY_ARRAY_CONDITION_IFEXISTS' : 'EMPTY_ARRAY_CONDITION_FORALLVALUES'
    const what = 'Without values the condition only holds when the key is missing: ask so with Null and "true".'
    report('SUGGESTION', code, what, node)
  } else {
    report('SUGGESTION', 'EMPTY_ARRAY_CONDITION', 'The key is compared with nothing: give values or remove it.', node)
  }
}

const alternatives: ConditionCheck = ({ type, operator, values, node, key }, report) => {
  if (values.length < 2) return
  if (type === 'Bool' || type === 'Null') {
    const what = `${quote(key.value)} is compared with several booleans, and one of them decides: give one.`
    report('ERROR', 'INVALID_CONDITION_MULTIPLE_BOOLEAN', what, node)
  }
  if (type === 'Numeric' && operator.value.includes('Than')) {
    const what = 'Of several bounds only the widest counts: give one.'
    report('SUGGESTION', 'REDUNDANT_CONDITION_VALUE_NUM', what, node)
  }
}

/** Each operator by itself, with the key it is used on. */
export const operatorChecks: readonly ConditionCheck[] = [quantifiers, types, arnsAsStrings, emptiness, alternatives]

const unguarded: StatementCheck = ({ effect, conditions }, report) => {
  if (effect !== 'Allow') return
  const guarded = new Set(conditions.filter(demandsPresence).map(({ name }) => name))
  for (const { form, name, key, known } of conditions) {
    if (form.quantifier !== 'every' || form.family === null || known?.valued === 'single' || guarded.has(name)) continue
    const what = `ForAllValues also holds when ${quote(key.value)} is missing: add "Null" of the key with "false" beside it.`
    report('SECURITY_WARNING', 'forallvalues-allow-no-null', what, key)
  }
}

function demandsPresence({ form, values }: ConditionView): boolean {
  return form.family === null && form.quantifier === 'one' && values.every(({ value }) => value === 'false')
}

const negatedTogether: StatementCheck = ({ effect, conditions }, report) => {
  if (effect !== 'Deny') return
  const negated = conditions.filter(({ form }) => form.negated)
  const [first, second] = negated
  if (first === undefined || second === undefined || negated.every(({ name }) => name === first.name)) return
  const what = `The statement denies only when all of its keys differ, not when ${quote(first.key.value)} or another does: use a statement for each.`
  report('WARNING', 'negated-multi-key-deny', what, second.key)
}

/** What operators of one statement do together. */
export const operatorsTogetherChecks: readonly StatementCheck[] = [unguarded, negatedTogether]
