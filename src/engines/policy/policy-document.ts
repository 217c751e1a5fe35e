/** What a policy is for: decides which elements it may hold, how it is checked, and its part in a decision. */
export type PolicyKind = 'identity' | 'boundary' | 'session' | 'resource' | 'trust' | 'scp' | 'rcp'

/** A JSON value and where its text starts, in UTF-16 units. */
export type JsonNode =
  | JsonObject
  | { readonly type: 'array'; readonly items: readonly JsonNode[]; readonly offset: number }
  | { readonly type: 'string'; readonly value: string; readonly offset: number }
  /** `text` is the number as written: policies compare decimals that a double cannot hold. */
  | { readonly type: 'number'; readonly text: string; readonly offset: number }
  | { readonly type: 'boolean'; readonly value: boolean; readonly offset: number }
  | { readonly type: 'null'; readonly offset: number }

/** One name and value of an object; `offset` is where the name starts. */
export interface JsonMember {
  readonly name: string
  readonly value: JsonNode
  readonly offset: number
}

/** An object whose names are all different, in the order of the text. */
export interface JsonObject {
  readonly type: 'object'
  readonly members: readonly JsonMember[]
  readonly offset: number
}

/** A policy document that is well-formed JSON, with positions; whether it is a policy is for `validatePolicy`. */
export interface PolicyDocument {
  readonly text: string
  readonly root: JsonObject
}

/** The value of one member, `undefined` when the object has none of that name. */
export function memberOf(object: JsonObject, name: string): JsonNode | undefined {
  for (const member of object.members) if (member.name === name) return member.value
  return undefined
}

/** Where AWS takes one value or a list of them: the values. */
export function listOf(node: JsonNode): readonly JsonNode[] {
  return node.type === 'array' ? node.items : [node]
}

/** A string, number or boolean as text, since conditions compare text; `undefined` for anything else. */
export function scalarOf(node: JsonNode): string | undefined {
  if (node.type === 'string') return node.value
  if (node.type === 'number') return node.text
  return node.type === 'boolean' ? String(node.value) : undefined
}

/** The statements of a document, a single one without a list included; empty when `Statement` is absent. */
export function statementsOf(document: PolicyDocument): readonly JsonNode[] {
  const statement = memberOf(document.root, 'Statement')
  return statement === undefined ? [] : listOf(statement)
}
