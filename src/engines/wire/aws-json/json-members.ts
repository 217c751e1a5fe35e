import { MalformedInput } from '../../../model/index.ts'

/**
 * The members of one structure of a request, read by their names in AWS's model. `null` is the same as absent; members
 * that nobody reads are ignored. A member of another type is refused before anything is checked, as AWS does.
 */
export class JsonMembers {
  readonly #value: object

  private constructor(value: object) {
    this.#value = value
  }

  /** @param name - what to call the value in a refusal; @throws {@link MalformedInput} when it is no JSON object */
  static of(value: unknown, name: string): JsonMembers {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return new JsonMembers(value)
    throw new MalformedInput(`${name} has to be an object.`)
  }

  /** A text just as it came. @throws {@link MalformedInput} */
  text(name: string): string | undefined {
    const value = this.#member(name)
    if (value === undefined || typeof value === 'string') return value
    throw new MalformedInput(`${name} has to be a string.`)
  }

  /** A whole number that is exact in 32 bits. @throws {@link MalformedInput} */
  integer(name: string): number | undefined {
    const value = this.#member(name)
    if (value === undefined || (typeof value === 'number' && (value | 0) === value)) return value
    throw new MalformedInput(`${name} has to be a 32-bit integer.`)
  }

  /** An instant, in seconds since the epoch with or without a fraction, not checked for range. @throws {@link MalformedInput} */
  seconds(name: string): number | undefined {
    const value = this.#member(name)
    if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value
    throw new MalformedInput(`${name} has to be a number of seconds since 1970.`)
  }

  /** A list of structures; absent it is empty. @throws {@link MalformedInput} */
  list(name: string): readonly JsonMembers[] {
    const value = this.#member(name)
    if (value === undefined) return []
    if (!Array.isArray(value)) throw new MalformedInput(`${name} has to be a list.`)
    return value.map((item) => JsonMembers.of(item, `Each of ${name}`))
  }

  #member(name: string): unknown {
    return Object.hasOwn(this.#value, name) ? (Reflect.get(this.#value, name) ?? undefined) : undefined
  }
}
