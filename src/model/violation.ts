/**
 * What is wrong with one value, as AWS words it: the clauses that follow `failed to satisfy constraint: `.
 * One value can break several constraints; AWS reports each of them.
 */
export class Violation {
  readonly constraints: readonly string[]

  constructor(constraints: readonly string[]) {
    this.constraints = constraints
  }
}

/** The value does not match `pattern` as a whole. */
export function mustMatch(pattern: string): Violation {
  return new Violation([`Member must satisfy regular expression pattern: ${pattern}`])
}

/** What a required value that is absent breaks. */
export const MUST_NOT_BE_NULL: Violation = new Violation(['Member must not be null'])

/** Length bounds, in Unicode code points, and the pattern the whole value has to match. */
export interface TextShape {
  readonly min?: number
  readonly max?: number
  /** As AWS's model prints it: it appears in the answer word for word. */
  readonly pattern?: string
  /** Compiled `pattern`, anchored at both ends. */
  readonly matches?: RegExp
}

/**
 * Checks a text against `shape`; `undefined` when nothing is wrong. The pattern is named before the lengths.
 * Lengths count code points, as AWS does.
 */
export function violationOf(text: string, { min, max, pattern, matches }: TextShape): Violation | undefined {
  const constraints: string[] = []
  if (pattern !== undefined && matches !== undefined && !matches.test(text)) {
    constraints.push(`Member must satisfy regular expression pattern: ${pattern}`)
  }
  // A text has between half as many code points as UTF-16 units and as many, so the costly count is rarely needed.
  const certain = text.length >= 2 * (min ?? 0) && text.length <= (max ?? Number.POSITIVE_INFINITY)
  const length = certain ? text.length : [...text].length
  if (min !== undefined && length < min) {
    constraints.push(`Member must have length greater than or equal to ${min}`)
  }
  if (max !== undefined && length > max) {
    constraints.push(`Member must have length less than or equal to ${max}`)
  }
  return constraints.length > 0 ? new Violation(constraints) : undefined
}
