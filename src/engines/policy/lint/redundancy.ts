import { foldCase } from '../../../model/index.ts'
import type { JsonNode } from '../policy-document.ts'
import { printNode } from '../print-policy.ts'
import { quote, type Report } from './finding.ts'
import type { ListView, PolicyCheck, StatementCheck, Text } from './policy-view.ts'

const lists: StatementCheck = ({ action, resource }, report) => {
  if (action !== undefined) checkList(action, foldCase, 'REDUNDANT_ACTION', report)
  if (resource !== undefined) checkList(resource, (text) => text, 'REDUNDANT_RESOURCE', report)
}

/** More patterns than these are not held against all others: the work has to stay linear. */
const MOST_PATTERNS = 64

/** Reports what stands twice, and what begins as a pattern that ends in its only wildcard. */
function checkList({ texts }: ListView, fold: (text: string) => string, code: string, report: Report): void {
  const prefixes = texts
    .filter(({ value }) => value.length > 0 && value.indexOf('*') === value.length - 1 && !/\?|\$\{/.test(value))
    .slice(0, MOST_PATTERNS)
    .map(({ value }) => fold(value.slice(0, -1)))
  const seen = new Set<string>()
  for (const text of texts) {
    const value = fold(text.value)
    const covering = seen.has(value) ? value : coveredBy(prefixes, value)
    seen.add(value)
    if (covering !== undefined) reportCovered(text, covering, code, report)
  }
}

function coveredBy(prefixes: readonly string[], value: string): string | undefined {
  for (const prefix of prefixes) if (value !== `${prefix}*` && value.startsWith(prefix)) return `${prefix}*`
  return undefined
}

function reportCovered(text: Text, covering: string, code: string, report: Report): void {
  report('SUGGESTION', code, `${quote(text.value)} is covered by ${quote(covering)} in the same list: remove it.`, text)
}

const statements: PolicyCheck = (policy, report) => {
  const seen = new Set<string>()
  for (const { node } of policy.statements) {
    const meaning = printNode(ordered({ ...node, members: node.members.filter(({ name }) => name !== 'Sid') }))
    if (seen.has(meaning)) {
      const what = 'An earlier statement says exactly the same: remove this one.'
      report('SUGGESTION', 'REDUNDANT_STATEMENT', what, node)
    }
    seen.add(meaning)
  }
}

/** The same JSON with members in one order, whichever they were written in. */
function ordered(node: JsonNode): JsonNode {
  if (node.type === 'array') return { ...node, items: node.items.map(ordered) }
  if (node.type !== 'object') return node
  const members = node.members.map((member) => ({ ...member, value: ordered(member.value) }))
  return { ...node, members: members.sort((a, b) => (a.name < b.name ? -1 : 1)) }
}

/** Lists with entries that do nothing. */
export const redundancyChecks: readonly StatementCheck[] = [lists]
/** Statements that do nothing beside others. */
export const redundantStatementChecks: readonly PolicyCheck[] = [statements]
