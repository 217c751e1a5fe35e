import { foldCase } from '../../model/index.ts'
import { spellConditionKey } from './condition-keys.ts'
import { piecesOf } from './matching/template.ts'
import { listOf, memberOf, type PolicyDocument, scalarOf, statementsOf } from './policy-document.ts'

/** Where AWS replaces variables besides conditions. */
const WITH_VARIABLES = ['Resource', 'NotResource'] as const

/**
 * Every condition key that a policy asks requests for, in conditions and as variables, as AWS spells it: each once, in the
 * order of the document.
 */
export function contextKeysOf(document: PolicyDocument): readonly string[] {
  const keys = new Map<string, string>()
  const add = (key: string): void => {
    const name = foldCase(key)
    if (!keys.has(name)) keys.set(name, spellConditionKey(key))
  }
  const version = memberOf(document.root, 'Version')
  const substitutes = version?.type === 'string' && version.value === '2012-10-17'
  const addVariables = (text: string | undefined): void => {
    for (const piece of piecesOf(text ?? '', substitutes)) if (piece.kind === 'variable') add(piece.key)
  }
  for (const statement of statementsOf(document)) {
    if (statement.type !== 'object') continue
    for (const element of WITH_VARIABLES) {
      const node = memberOf(statement, element)
      if (node !== undefined) for (const item of listOf(node)) addVariables(scalarOf(item))
    }
    const condition = memberOf(statement, 'Condition')
    for (const { name: operator, value: body } of condition?.type === 'object' ? condition.members : []) {
      for (const { name: key, value } of body.type === 'object' ? body.members : []) {
        add(key)
        if (/String|Arn/.test(operator)) for (const item of listOf(value)) addVariables(scalarOf(item))
      }
    }
  }
  return [...keys.values()]
}
