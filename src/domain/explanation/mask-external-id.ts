import { foldCase } from '../../model/index.ts'
import type { KeptExplanation } from './kept-explanation.ts'
import { maskTrace } from './mask-trace.ts'

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
  const mask = (value: string): string => (sent === undefined ? value : value.replaceAll(sent, MASK))
  const maskWhole = (value: string): string => (value === sent ? MASK : value)
  const masking = {
    expected: (key: string, value: string) => (isExternalId({ key }) ? MASK : mask(value)),
    actual: (key: string, value: string) => (isExternalId({ key }) ? MASK : maskWhole(value)),
  }
  return {
    ...explanation,
    carried: carried.map((each) => (isExternalId(each) ? { ...each, values: each.values.map(() => MASK) } : each)),
    whole: whole && maskTrace(whole, masking),
    ofCaller: ofCaller && maskTrace(ofCaller, masking),
  }
}
