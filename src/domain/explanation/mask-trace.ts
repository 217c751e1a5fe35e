import type { KeptTrace } from './keep-trace.ts'

/** What is shown in place of values of conditions, by their keys. */
interface Masking {
  expected(key: string, value: string): string
  actual(key: string, value: string): string
}

/** A trace with other values in its conditions. */
export function maskTrace(trace: KeptTrace, masking: Masking): KeptTrace {
  return {
    ...trace,
    layers: trace.layers.map((layer) => ({
      ...layer,
      policies: layer.policies.map((policy) => ({
        ...policy,
        statements: policy.statements.map((statement) => ({
          ...statement,
          conditions: statement.conditions.map((condition) => ({
            ...condition,
            expected: condition.expected.map((each) => each && masking.expected(condition.key, each)),
            actual: condition.actual?.map((each) => masking.actual(condition.key, each)),
          })),
        })),
      })),
    })),
  }
}
