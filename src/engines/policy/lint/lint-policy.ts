import { MalformedPolicyDocument } from '../../../model/index.ts'
import { parsePolicy } from '../parse-policy.ts'
import type { PolicyDocument } from '../policy-document.ts'
import { actionChecks } from './actions.ts'
import { documentChecks } from './document.ts'
import type { Finding, Report } from './finding.ts'
import { reportRefusals, reportSyntax } from './grammar.ts'
import { ipRangeChecks } from './ip-ranges.ts'
import { keyChecks, keysTogetherChecks } from './keys.ts'
import { locate, positionsIn } from './locate.ts'
import { multifactorChecks } from './multifactor.ts'
import { oidcChecks } from './oidc.ts'
import { oidcSubjectChecks } from './oidc-subjects.ts'
import { operatorChecks, operatorsTogetherChecks } from './operators.ts'
import {
  type ConditionCheck,
  type LintOptions,
  type PolicyCheck,
  type PolicyView,
  type StatementCheck,
  viewPolicy,
} from './policy-view.ts'
import { principalChecks } from './principals.ts'
import { redundancyChecks, redundantStatementChecks } from './redundancy.ts'
import { resourceChecks } from './resources.ts'
import { roleGrantChecks } from './role-grants.ts'
import { sessionTrustChecks } from './session-trust.ts'
import { trustChecks } from './trust.ts'
import { unreachableChecks } from './unreachable.ts'
import { valueChecks } from './values.ts'
import { variableChecks } from './variables.ts'

const POLICY_CHECKS: readonly PolicyCheck[] = [...documentChecks, ...sessionTrustChecks, ...redundantStatementChecks]
const STATEMENT_CHECKS: readonly StatementCheck[] = [
  ...actionChecks,
  ...resourceChecks,
  ...roleGrantChecks,
  ...principalChecks,
  ...trustChecks,
  ...oidcChecks,
  ...multifactorChecks,
  ...keysTogetherChecks,
  ...operatorsTogetherChecks,
  ...redundancyChecks,
  ...unreachableChecks,
  ...variableChecks,
]
const CONDITION_CHECKS: readonly ConditionCheck[] = [
  ...operatorChecks,
  ...keyChecks,
  ...valueChecks,
  ...ipRangeChecks,
  ...oidcSubjectChecks,
]

/** Findings told of one policy: nobody reads more. */
const MOST_FINDINGS = 500

/**
 * Tells what is wrong with a policy text, or could be better, in the order of the text. A text without an ERROR is one
 * that `validatePolicy` accepts. Knows the condition keys of all services, of STS and of federation, and the actions
 * of STS; of other services it checks the form only. Takes time in the length of the text, and answers at most 500
 * findings whatever the text.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
 */
export function lintPolicy(text: string, options: LintOptions): readonly Finding[] {
  const collected = new Collector(text)
  let document: PolicyDocument
  try {
    document = parsePolicy(text, options.kind)
  } catch (error) {
    if (!(error instanceof MalformedPolicyDocument)) throw error
    reportSyntax(error, collected.report)
    return collected.findings(undefined)
  }
  reportRefusals(document, options.kind, collected.report)
  runChecks(viewPolicy(document, options), collected.report)
  return collected.findings(document)
}

function runChecks(policy: PolicyView, report: Report): void {
  for (const check of POLICY_CHECKS) check(policy, report)
  for (const statement of policy.statements) {
    for (const check of STATEMENT_CHECKS) check(statement, report, policy)
    for (const condition of statement.conditions) {
      for (const check of CONDITION_CHECKS) check(condition, report, statement, policy)
    }
  }
}

type Remark = Pick<Finding, 'type' | 'code' | 'details'> & { readonly offset: number }

/** Keeps what is reported, up to the bound; places are worked out only for what is kept. */
class Collector {
  readonly #text: string
  readonly #remarks: Remark[] = []

  constructor(text: string) {
    this.#text = text
  }

  readonly report: Report = (type, code, details, { offset }) => {
    if (this.#remarks.length < MOST_FINDINGS) this.#remarks.push({ type, code, details, offset })
  }

  findings(document: PolicyDocument | undefined): readonly Finding[] {
    const positionOf = positionsIn(this.#text)
    return this.#remarks
      .toSorted((a, b) => a.offset - b.offset)
      .map(({ offset, ...remark }) => {
        const { path, start, end } = document ? locate(document, offset) : { path: [], start: offset, end: offset }
        return { ...remark, path, span: { start: positionOf(start), end: positionOf(end) } }
      })
  }
}
