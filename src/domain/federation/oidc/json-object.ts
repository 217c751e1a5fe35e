/** An object of JSON whose members have each been named once. Members are read with {@link memberOf}. */
export type JsonObject = Readonly<Record<string, unknown>>

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const MOST_MEMBERS = 1000
const DEEPEST = 32
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const OPENS_LIST = 0x5b
const OPENS_OBJECT = 0x7b
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39
/** A number that is read as it is written, whole, and that nothing goes on after. */
const PLAIN_NUMBER = /(?:0|-?[1-9][0-9]{0,14})(?![0-9.eE])/y

/** Stands for a number that is none of those that `JSON.parse` gives: it would be rounded to another. Of no type that counts. */
const INEXACT = Symbol('a number that is rounded')

/**
 * Reads a JSON object more strictly than `JSON.parse`: no member twice, of which the last would silently win; no number
 * that is infinite, and in place of one that is rounded, or written in another way than programs write it, no number; no
 * broken Unicode; bounded in depth and members. `undefined` for anything else.
 */
export function readJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const text = UTF8.decode(bytes)
    const { colons, isPlain } = surveyed(text)
    const value: unknown = isPlain ? JSON.parse(text) : JSON.parse(text, unlessExact)
    if (!isObject(value)) return undefined
    const members = membersIn(value)
    // Each member stands there with a colon: where there are more of those, one was named twice.
    return members <= MOST_MEMBERS && members === colons ? value : undefined
  } catch {
    return undefined
  }
}

/** The value of a member; `undefined` when the object has none of that name itself. */
export function memberOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** Whether a value is an object of JSON. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Parses JSON that nests no deeper than anybody has use for, and has no more of everything: brackets and names alone can
 * cost more than all the rest of a text.
 * @param mostMarks - colons, commas and opening brackets, outside texts
 * @throws when it is none
 */
export function parseShallow(bytes: Uint8Array, mostMarks: number): unknown {
  const text = UTF8.decode(bytes)
  surveyed(text, mostMarks)
  return JSON.parse(text)
}

/** Whether a number is what stands in the text; JSON.parse tells a reviver, and its types do not know. */
function unlessExact(_name: string, value: unknown, ...[context]: readonly { readonly source?: string }[]): unknown {
  return typeof value !== 'number' || !Number.isFinite(value) || String(value) === context?.source ? value : INEXACT
}

/** How many members a value has in all; `NaN`, which equals nothing, when something in it is not taken. */
function membersIn(value: unknown): number {
  if (typeof value === 'string') return value.isWellFormed() ? 0 : Number.NaN
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : Number.NaN
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const each of value) count += membersIn(each)
    return count
  }
  for (const [name, each] of Object.entries(value)) {
    if (!name.isWellFormed()) return Number.NaN
    count += 1 + membersIn(each)
  }
  return count
}

/** What can be seen of a text without parsing it. */
interface Survey {
  /** How many colons stand outside texts. */
  readonly colons: number
  /** Whether all its numbers are whole and short. */
  readonly isPlain: boolean
}

/** Looks through a text of JSON. @throws {RangeError} when it nests too deeply, or has more marks than that */
function surveyed(text: string, mostMarks = Number.POSITIVE_INFINITY): Survey {
  let colons = 0
  let others = 0
  let depth = 0
  let quoted = false
  let isPlain = true
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) quoted = !quoted
    else if (quoted) at += code === BACKSLASH ? 1 : 0
    else if (code === COLON) colons++
    else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      if (!isPlain) continue
      PLAIN_NUMBER.lastIndex = at
      isPlain = PLAIN_NUMBER.test(text)
      if (isPlain) at = PLAIN_NUMBER.lastIndex - 1
    } else if (code === COMMA) others++
    else if (code === OPENS_LIST || code === OPENS_OBJECT) {
      others++
      depth++
    }
    // In ASCII a closing bracket stands two behind its opening one; these are ] and }.
    else if (code === OPENS_LIST + 2 || code === OPENS_OBJECT + 2) depth--
    if (depth > DEEPEST || colons + others > mostMarks) throw new RangeError('nested too deeply, or too much')
  }
  return { colons, isPlain }
}
