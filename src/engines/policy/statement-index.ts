import { foldCase } from '../../model/index.ts'
import type { CompiledStatement } from './statement.ts'

/**
 * Statements by the actions they can speak of, so that a request looks at few. Of one service a statement stands
 * either under its exact actions or under the service, so no action finds it twice.
 */
export interface StatementIndex {
  /** Most policies deny nothing: a look at this saves the look-ups. */
  readonly isEmpty: boolean
  /** By action, in lower case. */
  readonly exact: ReadonlyMap<string, readonly CompiledStatement[]>
  /** By service prefix, in lower case: patterns such as `s3:Get*`. */
  readonly services: ReadonlyMap<string, readonly CompiledStatement[]>
  /** `NotAction`, and patterns that reach several services. */
  readonly rest: readonly CompiledStatement[]
}

/** How many shelves `shelfOf` knows. */
export const SHELVES = 3

const NO_STATEMENTS: readonly CompiledStatement[] = []
const NO_SHELF: ReadonlyMap<string, readonly CompiledStatement[]> = new Map()

/** One of the lists, numbered from 0, that together hold every statement which can speak of the action. */
export function shelfOf(
  index: StatementIndex,
  shelf: number,
  { action, service }: { readonly action: string; readonly service: string },
): readonly CompiledStatement[] {
  if (shelf === 0) return index.exact.get(action) ?? NO_STATEMENTS
  return shelf === 1 ? (index.services.get(service) ?? NO_STATEMENTS) : index.rest
}

/** Files each statement where the actions it can speak of will find it, keeping the order. */
export function indexStatements(statements: readonly CompiledStatement[]): StatementIndex {
  const exact = new Map<string, CompiledStatement[]>()
  const services = new Map<string, CompiledStatement[]>()
  const rest: CompiledStatement[] = []
  for (const statement of statements) {
    const actions = new Set(statement.action.sources.map(foldCase))
    const prefixes = new Set([...actions].map(serviceOf))
    if (statement.action.fixed !== undefined || statement.action.inverted || prefixes.has(undefined)) {
      rest.push(statement)
      continue
    }
    const patterned = new Set([...actions].filter(isPattern).map(serviceOf))
    for (const service of patterned) if (service !== undefined) file(services, service, statement)
    for (const action of actions) if (!patterned.has(serviceOf(action))) file(exact, action, statement)
  }
  // Most of it is empty in most policies, and an empty map is not small.
  return {
    isEmpty: statements.length === 0,
    exact: exact.size === 0 ? NO_SHELF : exact,
    services: services.size === 0 ? NO_SHELF : services,
    rest: rest.length === 0 ? NO_STATEMENTS : rest.slice(),
  }
}

function file(map: Map<string, CompiledStatement[]>, key: string, statement: CompiledStatement): void {
  const found = map.get(key)
  if (found === undefined) map.set(key, [statement])
  else found.push(statement)
}

/** The literal text before the colon; `undefined` when there is none or a wildcard stands in it. */
function serviceOf(action: string): string | undefined {
  const colon = action.indexOf(':')
  const service = action.slice(0, Math.max(colon, 0))
  return colon < 0 || isPattern(service) ? undefined : service
}

function isPattern(text: string): boolean {
  return text.includes('*') || text.includes('?')
}
