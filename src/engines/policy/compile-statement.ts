import { foldCase } from '../../model/index.ts'
import { type Condition, compileCondition } from './conditions/condition.ts'
import { allowedBy, type StatementRef } from './decision.ts'
import { ELEMENTS, PADDED_KINDS, type StatementElements } from './elements.ts'
import { ARN_COLONS, compilePattern, countColons, type TextTest } from './matching/text-test.ts'
import { type JsonNode, type JsonObject, listOf, memberOf, type PolicyKind } from './policy-document.ts'
import { compilePrincipals } from './principals.ts'
import type { CompiledStatement, ListPart, PrincipalPart } from './statement.ts'

/** What every statement of one policy shares. */
export interface PolicySetting {
  readonly name: string
  readonly kind: PolicyKind
  /** Whether the document's version has variables. */
  readonly variables: boolean
  readonly principalIds: ReadonlyMap<string, string> | undefined
}

/**
 * Compiles one statement. Never fails: an element that is unknown, missing or misplaced keeps an Allow from applying
 * and no Deny from it; whatever is not an Allow is a Deny.
 */
export function compileStatement(node: JsonNode, index: number, setting: PolicySetting): CompiledStatement {
  const object: JsonObject = node.type === 'object' ? node : { type: 'object', members: [], offset: node.offset }
  const { kind, name: policy } = setting
  const elements = ELEMENTS[kind]
  const effectNode = memberOf(object, 'Effect')
  const effect = effectNode?.type === 'string' && effectNode.value === 'Allow' ? 'Allow' : 'Deny'
  const sidNode = memberOf(object, 'Sid')
  const sid = sidNode?.type === 'string' && sidNode.value !== '' ? { sid: sidNode.value } : {}
  const ref: StatementRef = Object.freeze({ policy, kind, ...sid, index, offset: node.offset })
  return Object.freeze({
    ref,
    effect,
    granted: allowedBy(ref),
    inert: effect === 'Allow' && !knowsEvery(object, elements),
    principal: elements.principal.length === 0 ? undefined : compilePrincipal(object, elements, effect, setting),
    action: compileList(object, elements.action, effect, (text) => compilePattern(foldCase(text), 'flat', false)),
    resource: compileResource(object, elements, effect, setting),
    conditions: compileConditions(memberOf(object, 'Condition'), effect, setting.variables),
  })
}

function knowsEvery(object: JsonObject, { principal, action, resource }: StatementElements): boolean {
  const known = ['Sid', 'Effect', 'Condition', ...principal, ...action, ...resource]
  return object.members.every(({ name }) => known.includes(name))
}

/** The one element of a pair that is there; `undefined` when none or both are. */
function onlyMember(object: JsonObject, names: readonly string[]): { name: string; value: JsonNode } | undefined {
  const given = object.members.filter(({ name }) => names.includes(name))
  return given.length === 1 ? given[0] : undefined
}

function compilePrincipal(
  object: JsonObject,
  elements: StatementElements,
  effect: 'Allow' | 'Deny',
  { principalIds }: PolicySetting,
): PrincipalPart {
  const member = onlyMember(object, elements.principal)
  const inverted = member?.name === 'NotPrincipal'
  const set = compilePrincipals(member?.value ?? { type: 'null', offset: object.offset }, principalIds)
  // An unreadable principal may be left out where that refuses more: of whom an Allow admits, of whom a Deny spares.
  const decides = member === undefined || (set.unreadable && (effect === 'Deny') !== inverted)
  return { set, inverted, fixed: decides ? effect === 'Deny' : undefined }
}

function compileResource(
  object: JsonObject,
  { resource, resourceRequired }: StatementElements,
  effect: 'Allow' | 'Deny',
  { kind, variables }: PolicySetting,
): ListPart | undefined {
  const given = object.members.some(({ name }) => resource.includes(name))
  if (!given && !resourceRequired) return undefined
  const padded = PADDED_KINDS.has(kind)
  return compileList(object, resource, effect, (text) => compileArnPattern(text, padded, variables))
}

/** @param padded - whether an ARN that stops early means all of the rest, as in policies attached to callers */
function compileArnPattern(source: string, padded: boolean, variables: boolean): TextTest | undefined {
  if (source === '*') return () => true
  const absent = Math.max(0, ARN_COLONS - countColons(source, variables))
  if (absent > 0 && !padded) return undefined
  const matches = compilePattern(source + ':*'.repeat(absent), 'resource', variables)
  // An action without resource types asks for `*`, which is no ARN and which only the pattern `*` covers.
  return (text, context) => text !== '*' && matches(text, context)
}

function compileList(
  object: JsonObject,
  names: readonly string[],
  effect: 'Allow' | 'Deny',
  compile: (text: string) => TextTest | undefined,
): ListPart {
  const member = onlyMember(object, names)
  const inverted = member?.name.startsWith('Not') ?? false
  const sources: string[] = []
  const tests: TextTest[] = []
  let decides = member === undefined
  for (const item of member === undefined ? [] : listOf(member.value)) {
    // AWS saves a null among the resources: it names nothing.
    if (item.type === 'null') continue
    const test = item.type === 'string' ? compile(item.value) : undefined
    if (item.type === 'string') sources.push(item.value)
    // As with principals: what cannot be read is left out where that refuses more, and decides where it does not.
    if (test !== undefined) tests.push(test)
    else if ((effect === 'Deny') !== inverted) decides = true
  }
  return { sources, tests, inverted, fixed: decides ? effect === 'Deny' : undefined }
}

function compileConditions(
  block: JsonNode | undefined,
  effect: 'Allow' | 'Deny',
  variables: boolean,
): readonly Condition[] {
  if (block === undefined) return []
  const setting = { effect, variables }
  // What should be an object and is not stands for a condition that nothing is known of.
  if (block.type !== 'object') return [compileCondition('', { name: '', value: block, offset: block.offset }, setting)]
  return block.members.flatMap(({ name: operator, value, offset }) =>
    value.type === 'object'
      ? value.members.map((member) => compileCondition(operator, member, setting))
      : [compileCondition('', { name: operator, value, offset }, setting)],
  )
}
