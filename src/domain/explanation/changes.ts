import type { StatementTrace } from '../../engines/policy/index.ts'
import type { KeptLayer, KeptTrace } from './keep-trace.ts'
import { mfaAdvice } from './mfa-advice.ts'
import {
  type Asked,
  actualValue,
  expectedValues,
  levelName,
  listed,
  plain,
  policyName,
  statementName,
} from './words.ts'

/** What was asked, and whose identity-based policies count: `user alice`. */
interface AskedBy extends Asked {
  readonly who: string
}

/** Who can change the policies of an organization; nobody in an account can. */
const BY_ORGANIZATION = ': only whoever manages the organization can change that'

/**
 * What would have to change for a refusal to become a grant, as far as these layers go: every Deny has to go, and every
 * Allow that is missing has to be there. Where only conditions of an Allow are not met, meeting them is enough.
 */
export function changesFor({ decision, missing, layers }: KeptTrace, asked: AskedBy): readonly string[] {
  const denials = layers
    .filter(({ verdict }) => verdict === 'explicitDeny')
    .flatMap((layer) => withoutDenials(layer, decision, asked))
  const grants = missing.flatMap((kind) =>
    layers
      .filter((layer) => layer.kind === kind && !layer.policies.some(hasApplyingAllow) && layer.verdict !== 'allowed')
      .map((layer) => neededAllow(layer, layers, asked)),
  )
  return [...new Set([...denials, ...grants, ...mfaAdvice(inTheWay(layers))])]
}

/** The statements that would decide otherwise if their conditions came out the other way. */
function inTheWay(layers: readonly KeptLayer[]): readonly StatementTrace[] {
  const refusing = layers.filter(({ verdict }) => verdict !== 'allowed')
  return refusing.flatMap(statementsOf).filter(({ effect, applies, failed }) => {
    if (effect === 'Deny') return applies
    return failed.length > 0 && failed.every((part) => part === 'condition')
  })
}

function hasApplyingAllow({ statements }: KeptLayer['policies'][number]): boolean {
  return statements.some(({ effect, applies }) => effect === 'Allow' && applies)
}

function withoutDenials(layer: KeptLayer, decision: KeptTrace['decision'], asked: Asked): readonly string[] {
  const { kind } = layer
  const by = kind === 'scp' || kind === 'rcp' ? BY_ORGANIZATION : ''
  const shown = statementsOf(layer).filter(({ effect, applies }) => effect === 'Deny' && applies)
  const refs = shown.length > 0 ? [] : decision.statements.filter((statement) => statement.kind === kind)
  const lines = shown.map(({ statement, conditions }) => {
    const met = conditions.map(
      (each) => `${plain(each.operator)} ${plain(each.key)} ${expectedValues(each)} (${actualValue(each, asked)})`,
    )
    const when =
      met.length === 0 ? '' : `, or no longer meet its condition${met.length === 1 ? '' : 's'} ${listed(met)}`
    return `Remove the Deny in ${statementName(statement)} of the ${policyName(statement)}${when}${by}`
  })
  return [...lines, ...refs.map((ref) => `Remove the Deny in ${statementName(ref)} of the ${policyName(ref)}${by}`)]
}

function neededAllow(layer: KeptLayer, layers: readonly KeptLayer[], asked: AskedBy): string {
  const almost = statementsOf(layer).find(
    ({ effect, failed }) => effect === 'Allow' && failed.length === 1 && failed[0] === 'condition',
  )
  if (almost !== undefined && !(layer.kind === 'trust' && asked.roleIsMissing)) return metConditions(almost, asked)
  const { kind, level } = layer
  const [action, resource, caller] = [plain(asked.action), plain(asked.resource), plain(asked.caller)]
  const allow = `Allow ${action} on ${resource} in`
  switch (kind) {
    case 'identity':
      return `${allow} an identity-based policy of ${asked.who}`
    case 'boundary':
      return `${allow} the permissions boundary of ${asked.who}`
    case 'session':
      return `Ask for a session whose session policies allow ${action} on ${resource}: those of this one cannot be changed`
    case 'scp': {
      const where = level === undefined ? '' : ` ${levelName(level, kind, layers)}`
      return `${allow} a service control policy${where}${BY_ORGANIZATION}`
    }
    case 'trust':
      return asked.roleIsMissing
        ? `Create the role ${resource}, with a trust policy that allows ${action} to ${caller}`
        : `Allow ${action} to ${caller} in the trust policy of ${resource}`
    case 'resource':
    case 'rcp':
      return `Allow ${action} to ${caller} in a resource-based policy of ${resource}`
  }
}

function metConditions({ statement, conditions }: StatementTrace, asked: Asked): string {
  const unmet = conditions.filter(({ holds }) => !holds)
  const words = unmet.map(
    (each) => `${plain(each.operator)} ${plain(each.key)} ${expectedValues(each)} (${actualValue(each, asked)})`,
  )
  const what = `the condition${unmet.length === 1 ? '' : 's'} of ${statementName(statement)} of the ${policyName(statement)}`
  return `Meet ${what}, or change ${unmet.length === 1 ? 'it' : 'them'}: ${listed(words)}`
}

function statementsOf({ policies }: KeptLayer): readonly StatementTrace[] {
  return policies.flatMap(({ statements }) => statements)
}
