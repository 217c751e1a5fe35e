import type { RequestContext } from '../request.ts'

/**
 * Whether one request value matches any policy value. `undefined` when no readable policy value matched and some value,
 * on either side, does not read as the operator's type; `unsettled` when AWS does not document whether two that do read
 * match.
 */
export type ValueTest = (value: string, context: RequestContext) => boolean | undefined | 'unsettled'

/** Reads the policy values of one condition key, once. With `substitutes` their variables are replaced per request. */
export type OperatorFamily = (values: readonly string[], substitutes: boolean) => ValueTest

/** Matches when one of the tests does: the values of a condition key are alternatives. */
export function anyOf(tests: readonly ValueTest[]): ValueTest {
  const [only] = tests
  if (only !== undefined && tests.length === 1) return only
  return (value, context) => {
    let verdict: ReturnType<ValueTest> = false
    for (const test of tests) {
      const matched = test(value, context)
      if (matched === true) return true
      if (matched === 'unsettled' || (matched === undefined && verdict === false)) verdict = matched
    }
    return verdict
  }
}

/**
 * A family whose values are read into something that compares: both sides are read the same way, and what does not
 * read is neither equal nor different.
 * @param holds - request value against policy value
 */
export function comparing<T>(
  read: (text: string) => T | undefined,
  holds: (request: T, policy: T) => boolean,
): OperatorFamily {
  return (values) => {
    const policies = values.map(read)
    return (value) => {
      const request = read(value)
      if (request === undefined) return undefined
      let verdict: boolean | undefined = false
      for (const policy of policies) {
        if (policy === undefined) verdict = undefined
        else if (holds(request, policy)) return true
      }
      return verdict
    }
  }
}
