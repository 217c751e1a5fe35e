import { compileStatement } from './compile-statement.ts'
import { memberOf, type PolicyDocument, type PolicyKind, statementsOf } from './policy-document.ts'
import type { CompiledStatement } from './statement.ts'
import { indexStatements, type StatementIndex } from './statement-index.ts'

/** A policy ready to be held against requests. Immutable; share it freely. */
export interface CompiledPolicy {
  readonly name: string
  readonly kind: PolicyKind
  /** In the order of the document. */
  readonly statements: readonly CompiledStatement[]
  readonly denies: StatementIndex
  readonly allows: StatementIndex
}

/** What a document does not say of itself. */
export interface CompileOptions {
  readonly kind: PolicyKind
  /** What decisions and explanations call the policy: its ARN or name. */
  readonly name: string
  /**
   * The unique id of each user or role ARN in `Principal` elements, as resolved when the policy was saved: such a
   * principal matches by id, so that a re-created one of the same name does not. An ARN without id compares as text.
   */
  readonly principalIds?: ReadonlyMap<string, string>
}

/**
 * Compiles a policy once, for many decisions. Takes any document that parses and never fails open: whatever the
 * engine does not know keeps an Allow from applying and no Deny from it. A document that is unknown as a whole (its
 * version, a member beside `Statement`, no `Statement`) denies everything.
 */
export function compilePolicy(document: PolicyDocument, options: CompileOptions): CompiledPolicy {
  const { kind, name, principalIds } = options
  const version = memberOf(document.root, 'Version')
  const variables = version?.type === 'string' && version.value === '2012-10-17'
  const setting = { kind, name, variables, principalIds }
  // A statement that lacks everything is a Deny that applies to all.
  const blank = { ...document.root, members: [] }
  const nodes = isKnown(document) ? statementsOf(document) : [blank]
  const statements = nodes.map((node, index) => compileStatement(node, index, setting))
  return Object.freeze({
    name,
    kind,
    statements,
    denies: indexStatements(statements.filter(({ effect }) => effect === 'Deny')),
    allows: indexStatements(statements.filter(({ effect }) => effect === 'Allow')),
  })
}

function isKnown({ root }: PolicyDocument): boolean {
  if (memberOf(root, 'Statement') === undefined) return false
  return root.members.every(({ name, value }) => {
    if (name === 'Version') return value.type === 'string' && /^(2008|2012)-10-17$/.test(value.value)
    return name === 'Id' || name === 'Statement'
  })
}
