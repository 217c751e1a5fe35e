import { posix } from 'node:path'
import { ADAPTERS, COMPOSERS, HOMES, LAYERS, LONGEST_FILE, RESERVED, TABLES } from './layers.ts'
import { readSource, type Source } from './read-source.ts'

/** What breaks the rules of the tree, one sentence each. `files` maps paths below src/ to their text. */
export function findViolations(files: ReadonlyMap<string, string>): readonly string[] {
  const violations: string[] = []
  const graph = new Map<string, readonly string[]>()
  for (const [path, text] of files) {
    const source = readSource(text)
    const unit = unitOf(path)
    if (unit === undefined) violations.push(`${path} lies in no layer`)
    else violations.push(...brokenByImports(path, unit, source), ...brokenByCode(path, unit, source))
    if (text.split('\n').length - 1 > LONGEST_FILE && !TABLES.includes(path)) {
      violations.push(`${path} is longer than ${LONGEST_FILE} lines`)
    }
    graph.set(
      path,
      source.imports.filter(isRelative).map((specifier) => resolve(path, specifier)),
    )
  }
  return [...violations, ...findCycles(graph)]
}

function brokenByImports(path: string, unit: string, { imports, computedImport }: Source): string[] {
  const broken = computedImport ? [`${path} imports a module whose name is computed`] : []
  for (const specifier of imports) {
    const why = isRelative(specifier) ? refusal(unit, resolve(path, specifier)) : homelessness(unit, specifier)
    if (why !== undefined) broken.push(`${path} imports ${specifier}: ${why}`)
  }
  return broken
}

function refusal(unit: string, target: string): string | undefined {
  const targetUnit = unitOf(target)
  if (targetUnit === undefined) return 'it lies in no layer'
  const adapter = target.endsWith('-worker.ts') || (ADAPTERS.includes(targetUnit) && targetUnit !== unit)
  if (adapter && !COMPOSERS.includes(unit)) return `only ${COMPOSERS.join(' and ')} may name an adapter`
  if (targetUnit === unit) return undefined
  const [row, targetRow] = [rowOf(unit), rowOf(targetUnit)]
  if (row === targetRow) return `${unit} and ${targetUnit} are strangers`
  if (targetRow > row) return `${targetUnit} comes after ${unit}`
  const contracts = [`${targetUnit}.ts`, `${targetUnit}/index.ts`]
  return targetUnit.endsWith('.ts') || contracts.includes(target)
    ? undefined
    : `only its folder's index.ts may be imported`
}

function homelessness(unit: string, specifier: string): string | undefined {
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  const homes = HOMES[name]
  if (homes === undefined) return name.startsWith('node:') ? undefined : 'the dependency has no home'
  return homes.includes(unit) ? undefined : `its home is ${homes.join(', ') || 'nowhere'}`
}

function brokenByCode(path: string, unit: string, { code }: Source): string[] {
  return RESERVED.filter(({ allowed }) => !allowed.some((place) => unit === place || unit.startsWith(`${place}/`)))
    .filter(({ pattern }) => pattern.test(code))
    .map(({ what, allowed }) => `${path} uses ${what}, which belongs to ${allowed.join(', ') || 'nobody'}`)
}

/** Every cycle that a depth-first walk closes, as the files on it. */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = []
  const finished = new Set<string>()
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push(`${[...trail.slice(trail.indexOf(path)), path].join(' -> ')} is a cycle`)
    else if (!finished.has(path)) {
      for (const next of graph.get(path) ?? []) walk(next, [...trail, path])
      finished.add(path)
    }
  }
  for (const path of graph.keys()) walk(path, [])
  return cycles
}

/** The longest name of the layers that `path` belongs to. */
function unitOf(path: string): string | undefined {
  return LAYERS.flat()
    .filter((name) => path === `${name}.ts` || path.startsWith(`${name}/`) || isFileOf(name, path))
    .reduce<string | undefined>((best, name) => (name.length > (best?.length ?? 0) ? name : best), undefined)
}

/** `platform/*.ts` stands for the files right in the folder. */
function isFileOf(name: string, path: string): boolean {
  return name.endsWith('/*.ts') && posix.dirname(path) === posix.dirname(name)
}

function rowOf(unit: string): number {
  return LAYERS.findIndex((row) => row.includes(unit))
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith('.')
}

function resolve(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier)
}
