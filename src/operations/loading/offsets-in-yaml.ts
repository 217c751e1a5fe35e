import { type Alias, type Document, isAlias, isMap, isNode, isScalar, isSeq, type Scalar } from 'yaml'
import type { DesiredPath, Mistake } from '../../domain/directory/index.ts'

interface Place {
  /** `undefined` when the path led to nothing. */
  readonly node: unknown
  readonly offset: number
}

/**
 * Tells where in the text of a YAML document a mistake stands, in UTF-16 units; where its path leads to nothing, the
 * nearest thing above it. What an alias stands for is sought where it is written.
 */
export function offsetsInYaml(text: string, yaml: Document): (mistake: Pick<Mistake, 'path' | 'within'>) => number {
  const root = { node: yaml.contents, offset: startOf(yaml.contents) ?? 0 }
  // To find an anchor takes a walk through the whole document, and a directory may hold any number of mistakes.
  const anchored = new Map<Alias, unknown>()
  const resolve = (node: unknown): unknown => {
    if (!isAlias(node)) return node
    if (!anchored.has(node)) anchored.set(node, node.resolve(yaml))
    return anchored.get(node)
  }
  return ({ path, within }) => {
    const place = follow(root, path, false, resolve)
    if (within === undefined) return place.offset
    const node = resolve(place.node)
    if (isScalar(node)) return offsetInScalar(text, node, within.offset)
    return follow(place, within.path, within.isName, resolve).offset
  }
}

/** @param isName - whether the name of the last property is sought, rather than its value */
function follow(from: Place, path: DesiredPath, isName: boolean, resolve: (node: unknown) => unknown): Place {
  let { node, offset } = from
  for (const [index, step] of path.entries()) {
    const holder = resolve(node)
    if (isMap(holder)) {
      const pair = holder.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (pair === undefined) return { node: undefined, offset }
      node = pair.value
      // A list or mapping may begin lines below its name, and is sought there.
      const atName = !isScalar(node) || (isName && index === path.length - 1)
      offset = startOf(atName ? pair.key : node) ?? offset
    } else {
      node = isSeq(holder) ? holder.items[Number(step)] : undefined
      offset = startOf(node) ?? offset
    }
  }
  return { node, offset }
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

const VISIBLE = /\S/g
const BLOCK_HEADER = /^[|>].*\n/
const DOUBLE_QUOTED = /\\(?:x.{2}|u.{4}|U.{8}|\r\n|.)|./gs
const SINGLE_QUOTED = /''|./gs
const UNQUOTED = /./gs
/** What stands for two units. */
const ASTRAL = /^\\U(?!0000)/
/** What stands for whitespace, or for nothing where a line is cut. */
const BLANK = /^(?:\\?\s+|\\[nrt])$/

/**
 * Where the character at an offset of a text stands in its source. Whatever its style, a text differs from its source
 * in whitespace, quotes and escapes alone: so the visible characters before it are counted, as UTF-16 units.
 */
function offsetInScalar(text: string, { range, value }: Scalar, offset: number): number {
  const [start, end] = range ?? [0, 0]
  const source = text.slice(start, end)
  const isQuoted = source.startsWith('"') || source.startsWith("'")
  const begin = isQuoted ? 1 : (BLOCK_HEADER.exec(source)?.[0].length ?? 0)
  const characters = source.startsWith('"') ? DOUBLE_QUOTED : isQuoted ? SINGLE_QUOTED : UNQUOTED
  let before = String(value).slice(0, offset).match(VISIBLE)?.length ?? 0
  for (const { 0: character, index } of source.slice(begin).matchAll(characters)) {
    if (BLANK.test(character)) continue
    if (before <= 0) return start + begin + index
    before -= ASTRAL.test(character) ? 2 : 1
  }
  return end
}
