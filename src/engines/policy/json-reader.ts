import type { JsonMember, JsonNode, JsonObject } from './policy-document.ts'

/** No policy nests deeper than six; the bound keeps a hostile text from exhausting the stack. */
const MAX_DEPTH = 16
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const WORDS: ReadonlyMap<string, 'null' | boolean> = new Map<string, 'null' | boolean>([
  ['true', true],
  ['false', false],
  ['null', 'null'],
])

/** The text is not JSON, names a member twice, or nests too deeply; `offset` is where. */
export class JsonFault extends Error {
  readonly offset: number

  constructor(reason: string, offset: number) {
    super(reason)
    this.offset = offset
  }
}

/**
 * Reads JSON keeping positions, and refuses what `JSON.parse` lets through: a member named twice, of which the
 * last would silently win. Linear in the text.
 * @throws {@link JsonFault}
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export function readJson(text: string): JsonNode {
  const reader = new JsonReader(text)
  const node = reader.value(0)
  reader.end()
  return node
}

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): JsonNode {
    const next = this.#peek()
    const offset = this.#at
    if (next === '{') return this.#object(depth + 1)
    if (next === '[') return this.#array(depth + 1)
    if (next === '"') return { type: 'string', value: this.#string(), offset }
    NUMBER.lastIndex = offset
    const number = NUMBER.exec(this.#text)
    if (number !== null) {
      this.#at = NUMBER.lastIndex
      return { type: 'number', text: number[0], offset }
    }
    return this.#word(offset)
  }

  end(): void {
    if (this.#peek() !== '') throw this.#fault('text after the end of the document')
  }

  #object(depth: number): JsonObject {
    const offset = this.#open(depth)
    const members: JsonMember[] = []
    const names = new Set<string>()
    if (!this.#take('}')) {
      do {
        if (this.#peek() !== '"') throw this.#fault('expected a member name')
        const at = this.#at
        const name = this.#string()
        if (names.has(name)) throw new JsonFault('a member appears twice', at)
        names.add(name)
        this.#expect(':')
        members.push({ name, value: this.value(depth), offset: at })
      } while (this.#take(','))
      this.#expect('}')
    }
    return { type: 'object', members, offset }
  }

  #array(depth: number): JsonNode {
    const offset = this.#open(depth)
    const items: JsonNode[] = []
    if (!this.#take(']')) {
      do items.push(this.value(depth))
      while (this.#take(','))
      this.#expect(']')
    }
    return { type: 'array', items, offset }
  }

  #open(depth: number): number {
    if (depth > MAX_DEPTH) throw this.#fault('nested too deeply')
    return this.#at++
  }

  #string(): string {
    const start = this.#at++
    let escaped = false
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at)
      if (unit === 0x22) break
      // NaN, past the end, is not >= 0x20 either.
      if (!(unit >= 0x20)) throw this.#fault('unterminated string')
      if (unit === 0x5c) escaped = true
      this.#at += unit === 0x5c ? 2 : 1
    }
    this.#at++
    if (!escaped) return this.#text.slice(start + 1, this.#at - 1)
    try {
      return String(JSON.parse(this.#text.slice(start, this.#at)))
    } catch {
      throw new JsonFault('invalid escape', start)
    }
  }

  #word(offset: number): JsonNode {
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, offset)) continue
      this.#at += word.length
      return value === 'null' ? { type: 'null', offset } : { type: 'boolean', value, offset }
    }
    throw this.#fault('expected a value')
  }

  /** Skips whitespace; the character that follows, empty at the end. */
  #peek(): string {
    for (;;) {
      const next = this.#text.charAt(this.#at)
      if (next !== ' ' && next !== '\n' && next !== '\r' && next !== '\t') return next
      this.#at++
    }
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at++
    return true
  }

  #expect(character: string): void {
    if (!this.#take(character)) throw this.#fault(`expected ${character}`)
  }

  #fault(reason: string): JsonFault {
    return new JsonFault(reason, Math.min(this.#at, this.#text.length))
  }
}
