import {
  type ConditionTrace,
  KIND_NAMES,
  type LayerTrace,
  type PolicyKind,
  type StatementRef,
} from '../../engines/policy/index.ts'
import { foldCase, quoted } from '../../model/index.ts'

/** What was asked, as far as words need it. */
export interface Asked {
  /** The caller's ARN. */
  readonly caller: string
  readonly action: string
  readonly resource: string
  /** A role was asked for that is not there. */
  readonly roleIsMissing: boolean
  /** The condition keys that nobody gave and that nothing else could tell. */
  readonly notGiven: readonly string[]
  /** The condition keys, in lower case, whose values whoever reads the words may not know. */
  readonly untold?: readonly string[]
}

const MANY_VALUES = 4

/** A policy by its kind and name. A role has one trust policy, which needs no name. */
export function policyName({ kind, policy }: StatementRef): string {
  return kind === 'trust' ? KIND_NAMES.trust.one : `${KIND_NAMES[kind].one} ${plain(policy)}`
}

/** Where in the organization a level of control policies is. */
export function levelName(level: number, kind: PolicyKind, layers: readonly LayerTrace[]): string {
  const levels = layers.filter((layer) => layer.kind === kind).length
  if (level === 0) return 'at the root'
  return level === levels - 1 ? 'at the account' : `at level ${level} below the root`
}

/** A statement by its `Sid`, or by its place counted from one. */
export function statementName({ sid, index }: StatementRef): string {
  return sid === undefined ? `statement ${index + 1}` : `statement ${quoted(sid)}`
}

/** Whether two references lead to one statement: read back from a text they are not one object. */
export function isSame(one: StatementRef, other: StatementRef): boolean {
  return one.kind === other.kind && one.policy === other.policy && one.index === other.index
}

/** The values that a condition asks for: any of them will do. */
export function expectedValues({ expected }: ConditionTrace): string {
  if (expected.length === 0) return 'one of no values'
  const words = expected
    .slice(0, MANY_VALUES)
    .map((value) => (value === undefined ? 'a value whose variable is missing' : quoted(value)))
  if (expected.length > MANY_VALUES) words.push(`one of ${expected.length - MANY_VALUES} more`)
  return words.join(' or ')
}

/** What the request has of a condition's key. */
export function actualValue({ key, actual }: ConditionTrace, { notGiven, untold }: Asked): string {
  if (actual !== undefined) return `it is ${listed(actual.map(quoted))}`
  const name = foldCase(key)
  if (untold?.includes(name)) return 'only the other account knows it'
  return notGiven.some((each) => foldCase(each) === name) ? 'it was not given' : 'it is missing'
}

/** `a`, `a and b`, `a, b and c`; of many only the first. */
export function listed(words: readonly string[]): string {
  if (words.length > MANY_VALUES) {
    return `${words.slice(0, MANY_VALUES).join(', ')} and ${words.length - MANY_VALUES} more`
  }
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** A name as it is where it is plain, quoted where it holds anything that could be taken for something else. */
export function plain(text: string): string {
  return /^[\x21-\x7e]+$/.test(text) ? text : quoted(text)
}
