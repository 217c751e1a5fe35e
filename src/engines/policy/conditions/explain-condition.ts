import { piecesOf, render, resolvePiece } from '../matching/template.ts'
import type { RequestContext } from '../request.ts'
import { type Condition, conditionHolds } from './condition.ts'

/** What one condition asked, what the request had, and the rule that settled it. */
export interface ConditionTrace {
  readonly operator: string
  readonly key: string
  /** The policy's values with variables replaced; `undefined` where one does not resolve. As written where it gets very long. */
  readonly expected: readonly (string | undefined)[]
  /** The request's values; `undefined` when the key is missing. */
  readonly actual: readonly string[] | undefined
  readonly holds: boolean
  readonly rule: string
}

/** Of a value with its variables replaced, in UTF-16 units: variables multiply what a caller sent. */
const LONGEST = 512

/** Traces one condition. Values are given as they are: what must stay secret is for the caller to mask. */
export function explainCondition(condition: Condition, context: RequestContext): ConditionTrace {
  const { operator, key, contextKey, values, substitutes } = condition
  const found = context.get(contextKey)
  const list = typeof found === 'string' ? [found] : found
  const actual = Array.isArray(list) && list.length > 0 ? list : undefined
  return {
    operator,
    key,
    expected: values.map((value) => expectedOf(value, substitutes, context)),
    actual,
    holds: conditionHolds(condition, context),
    rule: actual === undefined ? ruleWhenMissing(condition) : ruleWhenPresent(condition, found, context),
  }
}

function expectedOf(value: string, substitutes: boolean, context: RequestContext): string | undefined {
  const pieces = piecesOf(value, substitutes)
  if (pieces.some((piece) => resolvePiece(piece, context) === undefined)) return undefined
  return render(pieces, context, LONGEST) ?? value
}

const UNKNOWN = 'not understood: a Deny applies and an Allow does not'

function ruleWhenMissing({ form, values }: Condition): string {
  if (form === undefined) return UNKNOWN
  if (form.quantifier === 'every') return 'missing key + ForAllValues = true'
  if (form.quantifier === 'some') {
    return form.ifExists
      ? 'missing key + ForAnyValue + IfExists is undocumented: refuses'
      : 'missing key + ForAnyValue = false'
  }
  if (form.family === null) return 'missing key + Null = true where "true" is asked'
  if (form.ifExists) return 'missing key + IfExists = true'
  if (values.length === 0 && form.negated) return 'negated operator without values is undocumented: refuses'
  return form.negated ? 'missing key + negated operator = true' : 'missing key + positive operator = false'
}

function ruleWhenPresent(
  { form, values, test }: Condition,
  found: string | readonly string[] | undefined,
  context: RequestContext,
): string {
  if (form === undefined) return UNKNOWN
  if (form.family === null) return 'key present + Null = true where "false" is asked'
  if (found === '' && form.quantifier === 'every')
    return 'empty text + ForAllValues is undocumented: refuses unless it matches'
  if (values.length === 0) return 'no policy value can be matched'
  if (typeof found !== 'string' && form.quantifier === 'one')
    return 'multivalued key without set operator is undocumented: refuses'
  if (typeof found === 'string' && test(found, context) === 'unsettled')
    return 'equal but for the case of letters beyond ASCII is undocumented: refuses'
  const match = form.negated ? 'match no policy value' : 'match a policy value'
  if (form.quantifier === 'every') return `every request value has to ${match}`
  return form.quantifier === 'some' ? `some request value has to ${match}` : `the request value has to ${match}`
}
