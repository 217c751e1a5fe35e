import type { ConditionTrace } from '../../engines/policy/index.ts'
import { foldCase } from '../../model/index.ts'
import type { KeptTrace } from './keep-trace.ts'
import type { KeptExplanation } from './kept-explanation.ts'

const EXTERNAL_ID = 'sts:externalid'
const MASK = '****'

/**
 * The explanation without any external id, neither the one that was sent nor those that policies ask for. Values have to
 * be whole: what was cut out of the one that was sent is not found.
 */
export function maskExternalId(explanation: KeptExplanation): KeptExplanation {
  const { carried, whole, ofCaller } = explanation
  const isExternalId = ({ key }: { readonly key: string }): boolean => foldCase(key) === EXTERNAL_ID
  const sent = carried.find(isExternalId)?.values[0]
  // A policy variable may bring it under another key too, and between other text.
  const mask = (value: string | undefined): string | undefined =>
    sent === undefined ? value : value?.replaceAll(sent, MASK)
  const maskWhole = (value: string): string => (value === sent ? MASK : value)
  const maskCondition = (condition: ConditionTrace): ConditionTrace =>
    isExternalId(condition)
      ? { ...condition, expected: condition.expected.map(() => MASK), actual: condition.actual?.map(() => MASK) }
      : { ...condition, expected: condition.expected.map(mask), actual: condition.actual?.map(maskWhole) }
  const maskTrace = (trace: KeptTrace | undefined): KeptTrace | undefined =>
    trace && {
      ...trace,
      layers: trace.layers.map((layer) => ({
        ...layer,
        policies: layer.policies.map((policy) => ({
          ...policy,
          statements: policy.statements.map((each) => ({ ...each, conditions: each.conditions.map(maskCondition) })),
        })),
      })),
    }
  return {
    ...explanation,
    carried: carried.map((each) => (isExternalId(each) ? { ...each, values: each.values.map(() => MASK) } : each)),
    whole: maskTrace(whole),
    ofCaller: maskTrace(ofCaller),
  }
}
