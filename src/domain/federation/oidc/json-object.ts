/** An object of JSON whose members have each been named once. Members are read with {@link memberOf}. */
export type JsonObject = Readonly<Record<string, unknown>>

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const MOST_MEMBERS = 1000
const DEEPEST = 32
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const OPENS_LIST = 0x5b
const OPENS_OBJECT = 0x7b

/**
 * Reads a JSON object more strictly than `JSON.parse`: no member twice, of which the last would silently win; no number
 * that is infinite; no broken Unicode; bounded in depth and members. `undefined` for anything else.
 */
export function readJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const { value, colons } = parseShallow(bytes)
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
 * Parses JSON that nests no deeper than anybody has use for: brackets alone can cost more than all the rest of a text.
 * @throws when it is none
 */
export function parseShallow(bytes: Uint8Array): { readonly value: unknown; readonly colons: number } {
  const text = UTF8.decode(bytes)
  const colons = colonsIn(text)
  return { value: JSON.parse(text), colons }
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

/** How many colons stand outside texts. @throws {RangeError} when it nests too deeply */
function colonsIn(text: string): number {
  let count = 0
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) quoted = !quoted
    else if (quoted) at += code === BACKSLASH ? 1 : 0
    else if (code === COLON) count++
    // In ASCII a closing bracket stands two behind its opening one; these are [ and {.
    else if (code === OPENS_LIST || code === OPENS_OBJECT) depth++
    else if (code === OPENS_LIST + 2 || code === OPENS_OBJECT + 2) depth--
    if (depth > DEEPEST) throw new RangeError('nested too deeply')
  }
  return count
}
