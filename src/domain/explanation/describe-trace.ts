import { type ConditionTrace, KIND_NAMES, type LayerTrace, type StatementTrace } from '../../engines/policy/index.ts'
import { foldCase } from '../../model/index.ts'
import { type Asked, actualValue, expectedValues, levelName, plain, statementName } from './words.ts'

/** A layer, of which some statements may have been left out. */
interface DescribedLayer extends LayerTrace {
  readonly omitted?: number
}

/** One line, and the lines below it. */
interface Branch {
  readonly line: string
  readonly below: readonly Branch[]
}

/** The kinds of policy whose statements name principals. */
const WITH_PRINCIPAL: ReadonlySet<string> = new Set(['resource', 'trust', 'rcp'])

/**
 * Everything that was considered, as the lines of a tree: each kind of policy, its policies, their statements, and for
 * every part of a statement whether it matched, and why. No line holds a control character, whatever policies hold.
 */
export function describeTrace(
  { layers }: { readonly layers: readonly DescribedLayer[] },
  asked: Asked,
): readonly string[] {
  return layers.flatMap((layer) => drawn(layerBranch(layer, layers, asked)))
}

function drawn({ line, below }: Branch): readonly string[] {
  return [
    line,
    ...below.flatMap((branch, index) => {
      const last = index === below.length - 1
      return drawn(branch).map((each, row) => `${row === 0 ? (last ? '`-- ' : '|-- ') : last ? '    ' : '|   '}${each}`)
    }),
  ]
}

function layerBranch(layer: DescribedLayer, layers: readonly LayerTrace[], asked: Asked): Branch {
  const { kind, level, policies, omitted = 0 } = layer
  const where = level === undefined ? '' : ` ${levelName(level, kind, layers)}`
  const line = `${KIND_NAMES[kind].many}${where}: ${verdictOf(layer, asked)}`
  // What stands for the policy of a role that is not there is nobody's policy.
  if (kind === 'trust' && asked.roleIsMissing) return { line, below: [] }
  const below = policies.map(({ name, statements }) => ({
    line: statements.length === 0 ? `${plain(name)}: no statements` : plain(name),
    below: statements.map((statement) => statementBranch(statement, asked)),
  }))
  if (omitted === 0) return { line, below }
  return { line, below: [...below, { line: `${omitted} other statement${omitted === 1 ? '' : 's'}`, below: [] }] }
}

function verdictOf({ kind, verdict, policies, omitted = 0 }: DescribedLayer, { roleIsMissing }: Asked): string {
  const isEmpty = policies.length === 0 && omitted === 0
  if (kind === 'trust' && roleIsMissing) return 'there is no such role'
  // AWS's own resource control policy allows everything, so only a Deny counts.
  if (kind === 'rcp' && verdict === 'allowed') return isEmpty ? 'none' : 'nothing denies'
  if (verdict === 'notApplicable' || isEmpty) return 'none'
  if (verdict === 'explicitDeny') return 'denied'
  return verdict === 'allowed' ? 'allowed' : 'nothing allows'
}

function statementBranch(trace: StatementTrace, asked: Asked): Branch {
  const { statement, effect, applies, failed, conditions } = trace
  const part = (name: StatementTrace['failed'][number], matches: string, fails: string): Branch => {
    const ok = !failed.includes(name)
    return row(ok, name, ok ? matches : fails)
  }
  const [action, resource] = [plain(asked.action), plain(asked.resource)]
  const parts = [part('action', `covers ${action}`, `does not cover ${action}`)]
  if (WITH_PRINCIPAL.has(statement.kind))
    parts.unshift(part('principal', 'names the caller', 'does not name the caller'))
  if (statement.kind !== 'trust') parts.push(part('resource', `covers ${resource}`, `does not cover ${resource}`))
  if (failed.includes('element')) parts.unshift(row(false, 'element', 'holds one that is not understood'))
  return {
    line: `${effect}, ${statementName(statement)}: ${applies ? 'applies' : 'does not apply'}`,
    below: [
      ...parts,
      ...conditions.map((condition) => row(condition.holds, 'condition', conditionWords(condition, asked))),
    ],
  }
}

function row(ok: boolean, part: string, words: string): Branch {
  return { line: `${ok ? 'ok' : 'no'}  ${part.padEnd(9)}  ${words}`, below: [] }
}

function conditionWords(condition: ConditionTrace, asked: Asked): string {
  const { operator, key } = condition
  if (asked.untold?.includes(foldCase(key))) {
    return `${plain(operator)} ${plain(key)} ${expectedValues(condition)}; ${actualValue(condition, asked)}`
  }
  return `${plain(operator)} ${plain(key)} ${expectedValues(condition)}; ${actualValue(condition, asked)}: ${ruleOf(condition)}`
}

function ruleOf({ operator, actual, holds, rule }: ConditionTrace): string {
  if (actual !== undefined || !rule.startsWith('missing key')) return rule
  return `a missing key ${holds ? 'meets' : 'fails'} ${plain(operator)}`
}
