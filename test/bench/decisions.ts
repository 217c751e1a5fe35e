import { Child } from './child.ts'
import type { DecisionTimes } from './decisions-child.ts'
import { type Row, rounded } from './row.ts'

const NANOSECONDS = 1000

/** Measures what a decision costs, and whether statements about other actions cost anything. */
export async function decisions(): Promise<readonly Row[]> {
  using child = new Child('decisions-child', 0)
  const { typical, among10, among1000, candidates1000 } = await child.ask<object, DecisionTimes>({})
  return [
    {
      work: 'decision: typical trust policy',
      measured: `${rounded(typical)} ns`,
      value: typical / NANOSECONDS,
      unit: 'us',
      target: { atLeast: 1 },
    },
    {
      work: 'decision: 1,000 statements on other actions, over 10',
      measured: `${rounded(among1000)} ns over ${rounded(among10)} ns`,
      value: among1000 / among10,
      unit: 'x',
      target: { atLeast: 2 },
    },
    {
      work: 'decision: 1,000 statements on this action, each',
      measured: `${rounded(candidates1000)} ns`,
      value: candidates1000 / NANOSECONDS / 1000,
      unit: 'us',
    },
  ]
}
