import {
  type JsonNode,
  type JsonObject,
  listOf,
  memberOf,
  type PolicyDocument,
  statementsOf,
} from './policy-document.ts'

/**
 * The ARNs of AWS principals in `Principal` elements, each with the offset at which it first stands: of accounts and
 * sessions, and of users and roles, which AWS resolves to unique ids when it saves a trust policy. A trust policy that
 * names one of another partition, or a user or role that does not exist, is refused.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function principalArnsOf(document: PolicyDocument): ReadonlyMap<string, number> {
  const arns = new Map<string, number>()
  for (const { value, offset } of awsPrincipalsOf(document)) {
    if (value.startsWith('arn:') && !arns.has(value)) arns.set(value, offset)
  }
  return arns
}

/** The AWS principals of a document that are no ARNs: numbers of accounts, unique ids, whatever else stands there. */
export function principalIdsOf(document: PolicyDocument): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const { value } of awsPrincipalsOf(document)) if (!value.startsWith('arn:')) ids.add(value)
  return ids
}

/**
 * The document with AWS principals under other names; one that is not in `names` keeps its own. Positions stay those in
 * the text that was parsed, and so does `text`.
 */
export function renamePrincipals(document: PolicyDocument, names: ReadonlyMap<string, string>): PolicyDocument {
  const statements = (node: JsonNode) => onEach(node, (each) => onMember(each, 'Principal', principals))
  const principals = (node: JsonNode) => onMember(node, 'AWS', (named) => onEach(named, renamed))
  const renamed = (node: JsonNode): JsonNode =>
    node.type === 'string' ? { ...node, value: names.get(node.value) ?? node.value } : node
  return { text: document.text, root: withMember(document.root, 'Statement', statements) }
}

function* awsPrincipalsOf(document: PolicyDocument): Generator<JsonNode & { readonly type: 'string' }> {
  for (const statement of statementsOf(document)) {
    const principal = statement.type === 'object' ? memberOf(statement, 'Principal') : undefined
    const named = principal?.type === 'object' ? memberOf(principal, 'AWS') : undefined
    for (const item of named === undefined ? [] : listOf(named)) if (item.type === 'string') yield item
  }
}

function onEach(node: JsonNode, change: (item: JsonNode) => JsonNode): JsonNode {
  return node.type === 'array' ? { ...node, items: node.items.map(change) } : change(node)
}

function onMember(node: JsonNode, name: string, change: (value: JsonNode) => JsonNode): JsonNode {
  return node.type === 'object' ? withMember(node, name, change) : node
}

function withMember(object: JsonObject, name: string, change: (value: JsonNode) => JsonNode): JsonObject {
  const members = object.members.map((member) =>
    member.name === name ? { ...member, value: change(member.value) } : member,
  )
  return { ...object, members }
}
