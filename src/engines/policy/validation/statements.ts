import { readOperator } from '../conditions/operators.ts'
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
import { refuse } from './refuse.ts'

/** What AWS says of a document that is not made like a policy at all. */
const SYNTAX_ERRORS = 'Syntax errors in policy.'

const PAIRS = [
  ['Action', 'NotAction'],
  ['Resource', 'NotResource'],
  ['Principal', 'NotPrincipal'],
] as const
const KNOWN_ELEMENTS = new Set<string>(['Sid', 'Effect', 'Condition', ...PAIRS.flat()])

/** Checks the shape of every element, and yields the statements as objects. @throws {@link MalformedPolicyDocument} */
export function checkStatements(document: PolicyDocument): readonly JsonObject[] {
  checkTopLevel(document.root, SYNTAX_ERRORS)
  const version = memberOf(document.root, 'Version')
  if (version !== undefined && !isVersion(version)) refuse(SYNTAX_ERRORS, version)
  const nodes = statementsOf(document)
  if (nodes.length === 0) refuse(SYNTAX_ERRORS, memberOf(document.root, 'Statement') ?? document.root)
  return nodes.map((node) => {
    const statement = checkElements(node, SYNTAX_ERRORS)
    const effect = memberOf(statement, 'Effect')
    const word = effect?.type === 'string' ? effect.value.toLowerCase() : undefined
    if (word !== 'allow' && word !== 'deny') refuse(SYNTAX_ERRORS, effect ?? statement)
    return statement
  })
}

/** Checks the members beside `Statement`. */
export function checkTopLevel(root: JsonObject, message: string): void {
  for (const member of root.members) {
    if (member.name === 'Id' && member.value.type !== 'string') refuse(message, member.value)
    if (!['Version', 'Id', 'Statement'].includes(member.name)) refuse(message, member)
  }
}

/** Whether the node is one of the two versions of the language. */
export function isVersion(node: JsonNode): boolean {
  return node.type === 'string' && (node.value === '2008-10-17' || node.value === '2012-10-17')
}

/** Checks that a statement holds known elements only, each of the right type, and never both of a pair. */
export function checkElements(node: JsonNode, message: string): JsonObject {
  if (node.type !== 'object') refuse(message, node)
  for (const member of node.members) if (!KNOWN_ELEMENTS.has(member.name)) refuse(message, member)
  for (const [plain, negated] of PAIRS) {
    const second = memberOf(node, plain) && memberOf(node, negated)
    if (second !== undefined) refuse(message, second)
  }
  for (const { name, value } of node.members) {
    if (name === 'Sid' && value.type !== 'string') refuse(message, value)
    if (name.endsWith('Action')) checkTexts(value, false, message)
    if (name.endsWith('Resource')) checkTexts(value, true, message)
    if (name === 'Condition') checkConditions(value, message)
  }
  return node
}

function checkTexts(node: JsonNode, nulls: boolean, message: string): void {
  // AWS takes a null inside a list of resources, though not in place of it.
  const allowsNull = nulls && node.type === 'array'
  for (const item of listOf(node)) {
    if (item.type !== 'string' && !(allowsNull && item.type === 'null')) refuse(message, item)
  }
}

function checkConditions(block: JsonNode, message: string): void {
  if (block.type !== 'object') refuse(message, block)
  for (const operator of block.members) {
    if (operator.value.type !== 'object') refuse(message, operator.value)
    // An unknown operator without keys asks nothing, and AWS lets it pass.
    const [first] = operator.value.members
    if (first !== undefined && readOperator(operator.name) === undefined) refuse(message, operator)
    for (const { value } of operator.value.members) {
      for (const item of listOf(value)) if (scalarOf(item) === undefined) refuse(message, item)
    }
  }
}

/** Managed policies have to be of the current version; where AWS does not say so, either is taken. */
export function checkVersion({ root }: PolicyDocument, kind: PolicyKind): void {
  if (kind === 'session' || kind === 'resource') return
  const version = memberOf(root, 'Version')
  if (version?.type === 'string' && version.value === '2012-10-17') return
  refuse('Policy document must be version 2012-10-17 or greater.', version ?? root)
}

/** Checks that no two statements share a `Sid`; an empty one is none. */
export function checkSids(
  statements: readonly JsonObject[],
  repeated = 'Statement IDs (SID) in a single policy must be unique.',
): void {
  const seen = new Set<string>()
  for (const statement of statements) {
    const sid = memberOf(statement, 'Sid')
    if (sid?.type !== 'string' || sid.value === '') continue
    if (seen.has(sid.value)) refuse(repeated, sid)
    seen.add(sid.value)
  }
}

const SID = /^[0-9A-Za-z]*$/

/** Checks the characters of each `Sid`: IAM takes letters and digits, other services more. */
export function checkSidCharacters(statements: readonly JsonObject[]): void {
  for (const statement of statements) {
    const sid = memberOf(statement, 'Sid')
    if (sid?.type !== 'string' || SID.test(sid.value)) continue
    refuse(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
      sid,
    )
  }
}

/** The texts of an element that is one text or a list of them. */
export function textsOf(node: JsonNode | undefined): readonly { readonly value: string; readonly offset: number }[] {
  return node === undefined ? [] : listOf(node).filter((item) => item.type === 'string')
}
