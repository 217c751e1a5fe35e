import { foldCase } from '../../model/index.ts'
import { type Condition, compileCondition } from './conditions/condition.ts'
import { allowedBy, type StatementRef } from './decision.ts'
import { ELEMENTS, PADDED_KINDS, type StatementElements } from './elements.ts'
import {
  ARN_COLONS,
  compilePattern,
  countColons,
  matchesAnything,
  type TextTest,
  variablesFitResource,
} from './matching/text-test.ts'
import { type JsonNode, type JsonObject, listOf, memberOf, type PolicyKind } from './policy-document.ts'
import { compilePrincipals, type PrincipalSet } from './principals.ts'
import type { ActionPart, CompiledStatement, ListPart, PrincipalPart } from './statement.ts'

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
    action: compileActions(object, elements, effect),
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
  const blocks = set.unreadable && (effect === 'Deny') !== inverted
  const decides = member === undefined || blocks || (inverted && namesNobody(set))
  return { set, inverted, fixed: decides ? effect === 'Deny' : undefined }
}

/** As a list of actions that is empty: "all but nobody" would allow all. */
function namesNobody({ everyone, accounts, named, services, providers }: PrincipalSet): boolean {
  return !everyone && [accounts, named, services, providers].every((list) => list.length === 0)
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
  // AWS does not say what an Allow excludes by a variable that does not resolve: taken as nothing, it would allow all.
  const unresolved = effect === 'Allow' && memberOf(object, 'NotResource') !== undefined
  return compileList(object, resource, effect, (text) => compileArnPattern(text, { padded, variables, unresolved }))
}

function compileActions(object: JsonObject, { action }: StatementElements, effect: 'Allow' | 'Deny'): ActionPart {
  const value = onlyMember(object, action)?.value
  const items = value === undefined ? [] : listOf(value)
  const sources = items.flatMap((item) => (item.type === 'string' ? [item.value] : []))
  return { ...compileList(object, action, effect, compileAction), sources: sources.slice() }
}

/** `*`, or a service and a name. */
const ACTION = /^(?:\*|[^:]*:[^:]*)$/

function compileAction(source: string): TextTest | undefined {
  return ACTION.test(source) ? compilePattern(foldCase(source), 'flat', false) : undefined
}

interface ArnPatternSetting {
  /** Whether an ARN that stops early means all of the rest, as in policies attached to callers. */
  readonly padded: boolean
  readonly variables: boolean
  /** The verdict where a variable does not resolve. */
  readonly unresolved: boolean
}

function compileArnPattern(source: string, setting: ArnPatternSetting): TextTest | undefined {
  const { padded, variables, unresolved } = setting
  if (source === '*') return matchesAnything
  // AWS does not say what a variable before the resource part does. Left out, it would let a Deny pass.
  if (!source.startsWith('arn:') || !variablesFitResource(source, variables)) return undefined
  const absent = Math.max(0, ARN_COLONS - countColons(source, variables))
  if (absent > 0 && !padded) return undefined
  const matches = compilePattern(source + ':*'.repeat(absent), 'resource', variables, unresolved)
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
  // AWS saves a null in a list of resources, and nowhere else: it names nothing.
  const nulls = member?.value.type === 'array' && member.name.endsWith('Resource')
  const tests: TextTest[] = []
  let decides = member === undefined
  for (const item of member === undefined ? [] : listOf(member.value)) {
    if (item.type === 'null' && nulls) continue
    const test = item.type === 'string' ? compile(item.value) : undefined
    // As with principals: what cannot be read is left out where that refuses more, and decides where it does not.
    if (test !== undefined) tests.push(test)
    else if ((effect === 'Deny') !== inverted) decides = true
  }
  // AWS: a statement whose list is empty does not affect the policy. Taken as "all but nothing" it would allow all.
  if (inverted && tests.length === 0) decides = true
  // A copy, because a list that was pushed to keeps room for sixteen more.
  return { tests: tests.slice(), inverted, fixed: decides ? effect === 'Deny' : undefined }
}

function compileConditions(
  block: JsonNode | undefined,
  effect: 'Allow' | 'Deny',
  variables: boolean,
): readonly Condition[] {
  if (block === undefined) return []
  const setting = { effect, variables }
  // What should be an object and is not stands for a condition that nothing is known of.
  if (block.type !== 'object') return [compileCondition('', { name: '', value: block }, setting)]
  return block.members.flatMap(({ name: operator, value }) =>
    value.type === 'object'
      ? value.members.map((member) => compileCondition(operator, member, setting))
      : [compileCondition('', { name: operator, value }, setting)],
  )
}
