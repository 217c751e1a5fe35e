import { Child } from '../child.ts'
import { type Row, rounded } from '../row.ts'
import type { EngineTimes } from './decisions-child.ts'
import type { PolicyMemory } from './memory-child.ts'

const NS_PER_US = 1000
const BYTES_PER_KIB = 1024
const EVALUATIONS = 10_000

/** Measures what decisions, compiled policies and their memory cost, and what hostile or many statements add. */
export async function policyRows(): Promise<readonly Row[]> {
  using engine = new Child('policy/decisions-child', 0)
  const times = await engine.ask<object, EngineTimes>({})
  using account = new Child('policy/memory-child', 0, ['--expose-gc'])
  const memory = await account.ask<object, PolicyMemory>({})
  return [...decisionRows(times), ...policyCostRows(times), ...accountRows(memory)]
}

function decisionRows({ typical, traced, among10, among1000, candidates1000 }: EngineTimes): readonly Row[] {
  return [
    { work: 'decision: typical trust policy', ...us(typical), target: { atLeast: 1 } },
    {
      work: 'decision: 1,000 statements on other actions, over 10',
      ...over(among1000, among10),
      target: { atLeast: 2 },
    },
    { work: 'decision: 1,000 statements on this action, each', ...us(candidates1000 / 1000) },
    { work: 'decision: traced, over decided', ...over(traced, typical) },
  ]
}

function policyCostRows({ compile, validate, lint, plain, hostile, worst }: EngineTimes): readonly Row[] {
  return [
    { work: 'policy of 3 statements: read and compiled', ...us(compile) },
    { work: 'policy of 3 statements: checked, over compiled', ...over(validate, compile) },
    { work: 'policy of 3 statements: linted, over compiled', ...over(lint, compile) },
    {
      work: `text of 2,048 characters: pattern of many stars, ${EVALUATIONS.toLocaleString('en')} times`,
      measured: `${rounded(hostile)} ns each, ${rounded(plain)} ns where it has to be equal`,
      value: (hostile * EVALUATIONS) / 1e9,
      unit: 's',
      target: { atLeast: 1 },
    },
    { work: 'text of 2,048 characters: worst pattern', ...us(worst), target: { atLeast: 1000 } },
  ]
}

function accountRows(memory: PolicyMemory): readonly Row[] {
  const { policies, attached, characters, compiledBytes, rememberedBytes, gather, decideAttached, decideAlone } = memory
  const many = policies.toLocaleString('en')
  return [
    {
      work: 'policy of 3 statements: compiled, in memory',
      measured: `${characters} characters, ${many} of them`,
      value: compiledBytes / BYTES_PER_KIB,
      unit: 'KiB',
    },
    {
      work: `account of ${many} managed policies: each, remembered`,
      measured: `${rounded((rememberedBytes * policies) / BYTES_PER_KIB ** 2)} MiB together`,
      value: rememberedBytes / BYTES_PER_KIB,
      unit: 'KiB',
    },
    { work: `principal with ${attached} of them: decision, over none`, ...over(decideAttached, decideAlone) },
    { work: `principal with ${attached} of them: gathered`, ...us(gather) },
  ]
}

function us(nanoseconds: number): Pick<Row, 'measured' | 'value' | 'unit'> {
  return { measured: `${rounded(nanoseconds)} ns`, value: nanoseconds / NS_PER_US, unit: 'us' }
}

function over(one: number, other: number): Pick<Row, 'measured' | 'value' | 'unit'> {
  return { measured: `${rounded(one)} ns over ${rounded(other)} ns`, value: one / other, unit: 'x' }
}
