import { foldCase } from '../../../model/index.ts'
import { type ConditionKey, findConditionKey } from '../condition-keys.ts'
import { type OperatorForm, readOperator } from '../conditions/operators.ts'
import { compilePattern } from '../matching/text-test.ts'
import {
  type JsonNode,
  type JsonObject,
  listOf,
  memberOf,
  type PolicyDocument,
  type PolicyKind,
  scalarOf,
  statementsOf,
} from '../policy-document.ts'
import type { RequestContext } from '../request.ts'
import { textsOf } from '../validation/statements.ts'
import type { Report } from './finding.ts'

/** A text of the policy and where it stands. */
export interface Text {
  readonly value: string
  readonly offset: number
}

/** `Action`, `Resource` or their `Not` twins: the texts in it, whatever else is. */
export interface ListView {
  readonly inverted: boolean
  readonly texts: readonly Text[]
  readonly node: JsonNode
}

/** One principal: its type and value, `AWS` and `*` for the bare star. */
export interface PrincipalView extends Text {
  readonly type: string
}

const OPERATOR_TYPES = ['String', 'Numeric', 'Date', 'Bool', 'Binary', 'IpAddress', 'Arn', 'Null'] as const
/** What an operator compares, whatever its prefix, suffix and negation. */
type OperatorType = (typeof OPERATOR_TYPES)[number]

/** One key under one operator that the language has. */
export interface ConditionView {
  readonly operator: Text
  readonly form: OperatorForm
  readonly type: OperatorType
  readonly key: Text
  /** The key in lower case: keys compare so. */
  readonly name: string
  readonly known: ConditionKey | undefined
  readonly values: readonly Text[]
  /** Whether variables in the values are replaced. */
  readonly substitutes: boolean
  readonly node: JsonNode
}

/** One statement, as far as it can be read. */
export interface StatementView {
  readonly node: JsonObject
  readonly effect: string | undefined
  readonly principals: readonly PrincipalView[]
  readonly action: ListView | undefined
  readonly resource: ListView | undefined
  readonly conditions: readonly ConditionView[]
}

/** What a document does not say of itself. */
export interface LintOptions {
  readonly kind: PolicyKind
  /** The accounts that belong together: a role that trusts any other is expected to ask for an `sts:ExternalId`. */
  readonly ownAccounts?: ReadonlySet<string>
}

/** A policy as checks see it: what cannot be read is left out, for the grammar has told of it. */
export interface PolicyView extends LintOptions, PolicyDocument {
  /** Whether the document's version has variables. */
  readonly variables: boolean
  readonly statements: readonly StatementView[]
}

/** A check of the whole policy. */
export type PolicyCheck = (policy: PolicyView, report: Report) => void
/** A check of each statement. */
export type StatementCheck = (statement: StatementView, report: Report, policy: PolicyView) => void
/** A check of each condition. */
export type ConditionCheck = (
  condition: ConditionView,
  report: Report,
  statement: StatementView,
  policy: PolicyView,
) => void

/** A request that carries no key. */
export const NO_KEYS: RequestContext = new Map<string, string>()

/** Reads a document for the checks. Never fails. */
export function viewPolicy(document: PolicyDocument, options: LintOptions): PolicyView {
  const version = memberOf(document.root, 'Version')
  const variables = version?.type === 'string' && version.value === '2012-10-17'
  const statements = statementsOf(document).flatMap((node) =>
    node.type === 'object' ? [viewStatement(node, variables)] : [],
  )
  return { ...document, ...options, variables, statements }
}

function viewStatement(node: JsonObject, variables: boolean): StatementView {
  const effect = memberOf(node, 'Effect')
  return {
    node,
    effect: effect?.type === 'string' ? effect.value : undefined,
    principals: viewPrincipals(memberOf(node, 'Principal')),
    action: viewList(node, 'Action'),
    resource: viewList(node, 'Resource'),
    conditions: viewConditions(memberOf(node, 'Condition'), variables),
  }
}

function viewPrincipals(node: JsonNode | undefined): readonly PrincipalView[] {
  if (node?.type === 'string') return [{ type: 'AWS', value: node.value, offset: node.offset }]
  if (node?.type !== 'object') return []
  return node.members.flatMap(({ name, value }) => textsOf(value).map((text) => ({ ...text, type: name })))
}

function viewList(statement: JsonObject, name: string): ListView | undefined {
  const plain = memberOf(statement, name)
  const node = plain ?? memberOf(statement, `Not${name}`)
  return node && { inverted: plain === undefined, texts: textsOf(node), node }
}

function viewConditions(block: JsonNode | undefined, variables: boolean): readonly ConditionView[] {
  const conditions: ConditionView[] = []
  for (const { name: operator, value: keys, offset } of block?.type === 'object' ? block.members : []) {
    const form = readOperator(operator)
    const type = form && operatorType(form)
    if (form === undefined || type === undefined || keys.type !== 'object') continue
    for (const { name, value: node, offset: at } of keys.members) {
      const values = listOf(node).flatMap((item) => {
        const value = scalarOf(item)
        return value === undefined ? [] : [{ value, offset: item.offset }]
      })
      const key = { value: name, offset: at }
      const known = findConditionKey(name)
      conditions.push({
        operator: { value: operator, offset },
        form,
        type,
        key,
        name: foldCase(name),
        known,
        values,
        substitutes: variables && (type === 'String' || type === 'Arn'),
        node,
      })
    }
  }
  return conditions
}

function operatorType({ base }: OperatorForm): OperatorType | undefined {
  const positive = base.replace(/^Not/, '')
  return OPERATOR_TYPES.find((type) => positive.startsWith(type))
}

/** Whether `*` and `?` are wildcards in the condition's values. */
export function hasWildcards({ type, operator }: ConditionView): boolean {
  return type === 'Arn' || (type === 'String' && operator.value.includes('Like'))
}

/** Whether the condition holds only for requests that have the key with one of the values. */
export function demands({ form }: ConditionView): boolean {
  return form.family !== null && !form.negated && !form.ifExists && form.quantifier !== 'every'
}

/** Whether the actions of a statement, `NotAction` included, comprise this one. @param action - in lower case */
export function comprises({ action: list }: StatementView, action: string): boolean {
  if (list === undefined) return false
  return list.texts.some(({ value }) => matchesAction(value, action)) !== list.inverted
}

/** Whether an `Action` value matches. @param action - in lower case */
export function matchesAction(pattern: string, action: string): boolean {
  return compilePattern(foldCase(pattern), 'flat', false)(action, NO_KEYS)
}
