import { piecesOf } from '../matching/template.ts'
import { type ConditionView, demands, hasWildcards } from './policy-view.ts'

/** Stands for what anybody may choose: a wildcard, or a variable. */
const OPEN = '*'

/**
 * How much of a value that is open somewhere has to be certain, so that not just anybody has it; by key in lower case.
 * Ids of accounts and organizations are nobody's choice, but of those that fit a pattern some belong to strangers.
 */
const CERTAIN: readonly (readonly [key: RegExp, certain: RegExp])[] = [
  [/^aws:\w+(?:orgid|account)$/, /^[^*]*$/],
  [/^aws:\w+orgpaths$/, /^[^*/]+\//],
  [/^aws:userid$/, /^[^*:]+:/],
]

/** An ARN that tells whose it is: the account, or without one, as in ARNs of buckets, the beginning of the name. */
const OWNER = /^(?:[^:]*:){4}(?:[^*:]+:|:[^*])/
/** The same where a wildcard runs across colons, so that nothing before may be open. */
const OWNER_IN_TEXT = /^(?:[^*:]*:){4}(?:[^*:]+:|:[^*])/

/** Whether the condition holds only for requests that have the key with a value that is not just any. */
export function pins(condition: ConditionView): boolean {
  return demands(condition) && narrows(condition)
}

/** The same, also where the condition holds for requests without the key. */
export function narrows(condition: ConditionView): boolean {
  const { form, values } = condition
  if (form.family === null || form.negated || values.length === 0) return false
  const certain = certainPart(condition)
  return values.every(({ value }) => {
    const shape = shapeOf(value, condition)
    return !shape.includes(OPEN) || certain.test(shape)
  })
}

function certainPart({ name, type, known }: ConditionView): RegExp {
  if (known?.types.join() === 'Arn') return type === 'Arn' ? OWNER : OWNER_IN_TEXT
  return CERTAIN.find(([key]) => key.test(name))?.[1] ?? /[^*]/
}

/** The value with a star for everything open, and for nothing else. */
function shapeOf(value: string, condition: ConditionView): string {
  const wild = hasWildcards(condition)
  return piecesOf(value, condition.substitutes)
    .map((piece) => {
      if (piece.kind === 'variable') return OPEN
      if (piece.kind !== 'pattern') return '-'
      return wild ? piece.text.replaceAll('?', OPEN) : piece.text.replaceAll(OPEN, '-')
    })
    .join('')
}
