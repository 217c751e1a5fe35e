import {
  KIND_NAMES,
  type LayerTrace,
  type StatementRef,
  type StatementTrace,
  type Trace,
} from '../../engines/policy/index.ts'
import { wish } from './wish.ts'
import {
  type Asked,
  actualValue,
  expectedValues,
  isSame,
  levelName,
  listed,
  plain,
  policyName,
  statementName,
} from './words.ts'

/** One reason; the smaller its distance, the less is missing. */
interface Reason {
  readonly distance: number
  readonly text: string
}

/** How far an Allow is from applying, when one part of it fails; conditions come before all of these. */
const DISTANCES = { principal: 1_000, resource: 2_000, action: 3_000, element: 4_000 } as const
const FARTHEST = 5_000

/**
 * Why a request is allowed or denied, in one line: the statements that grant or deny; or, where nothing allows, what
 * is missing on each side that had to, the nearest miss first.
 */
export function summarizeTrace({ decision, layers }: Pick<Trace, 'decision' | 'layers'>, asked: Asked): string {
  const { outcome, blame, statements } = decision
  if (outcome === 'allowed') return whatAllows(statements)
  if (outcome === 'explicitDeny') return whatDenies(statements, layers, asked)
  const reasons = blame.flatMap((kind) =>
    layers.filter((layer) => layer.kind === kind && lacksAllow(layer)).map((layer) => whatLacks(layer, layers, asked)),
  )
  return reasons
    .sort((a, b) => a.distance - b.distance)
    .map(({ text }) => text)
    .join('; and ')
}

function whatAllows(statements: readonly StatementRef[]): string {
  if (statements.length === 0) return 'the root user of an account needs no policy for what is in it'
  return `${listed(statements.map(place))} ${statements.length === 1 ? 'allows' : 'allow'} it`
}

function whatDenies(statements: readonly StatementRef[], layers: readonly LayerTrace[], asked: Asked): string {
  const text = `${listed(statements.map(place))} ${statements.length === 1 ? 'denies' : 'deny'} it`
  const [only] = statements.length === 1 ? statements : []
  const found = only && statementsOf(layers).find(({ statement }) => isSame(statement, only))
  const conditions = found?.conditions ?? []
  const words = conditions.map(
    (each) => `${plain(each.operator)} ${plain(each.key)} ${expectedValues(each)} (${actualValue(each, asked)})`,
  )
  if (words.length === 0) return text
  return `${text}, as its ${words.length === 1 ? 'condition is' : 'conditions are'} met: ${listed(words)}`
}

function place(statement: StatementRef): string {
  return `the ${policyName(statement)} (${statementName(statement)})`
}

function lacksAllow({ verdict }: LayerTrace): boolean {
  return verdict === 'noMatch' || verdict === 'notApplicable'
}

function whatLacks(layer: LayerTrace, layers: readonly LayerTrace[], asked: Asked): Reason {
  if (layer.kind === 'trust' && asked.roleIsMissing)
    return { distance: -1, text: `there is no role ${plain(asked.resource)}` }
  let nearest: Reason = { distance: FARTHEST, text: whatIsNotThere(layer, layers) }
  for (const statement of statementsOf([layer])) {
    const reason = nearMiss(statement, asked)
    if (reason !== undefined && reason.distance < nearest.distance) nearest = reason
  }
  return nearest
}

/**
 * What an Allow lacks, when one part keeps it from applying, a condition aside; `undefined` where more is missing: it
 * is about something else.
 */
function nearMiss({ statement, effect, failed, conditions }: StatementTrace, asked: Asked): Reason | undefined {
  const [part = 'condition', ...more] = failed.filter((each) => each !== 'condition')
  if (effect === 'Deny' || failed.length === 0 || more.length > 0) return undefined
  const policy = `the ${policyName(statement)}`
  const [action, caller] = [plain(asked.action), plain(asked.caller)]
  switch (part) {
    case 'condition': {
      const unmet = conditions.filter(({ holds }) => !holds)
      const wishes = unmet.map((condition) => wish(condition, asked)).join(' and ')
      return { distance: unmet.length, text: `${policy} would allow it if ${wishes}` }
    }
    case 'principal':
      return { distance: DISTANCES.principal, text: `${policy} allows it to others, not to ${caller}` }
    case 'resource':
      return { distance: DISTANCES.resource, text: `${policy} allows ${action} on other resources, not on this one` }
    case 'action':
      return { distance: DISTANCES.action, text: `${policy} allows other actions, not ${action}` }
    case 'element':
      return {
        distance: DISTANCES.element,
        text: `${policy} holds an element that is not understood, and then allows nothing`,
      }
  }
}

function whatIsNotThere({ kind, level, verdict, policies }: LayerTrace, layers: readonly LayerTrace[]): string {
  const { one } = KIND_NAMES[kind]
  if (verdict === 'notApplicable') return `no ${one} is known here, and one has to allow it`
  const [only] = policies
  if (kind === 'trust') return `the ${one} does not allow it`
  if (kind === 'boundary' && only !== undefined) return `the ${one} ${plain(only.name)} does not allow it`
  return `no ${one}${level === undefined ? '' : ` ${levelName(level, kind, layers)}`} allows it`
}

function statementsOf(layers: readonly LayerTrace[]): readonly StatementTrace[] {
  return layers.flatMap(({ policies }) => policies.flatMap(({ statements }) => statements))
}
