import { MUST_NOT_BE_NULL, ValidationError, Violation } from '../../model/index.ts'
import { excerpt } from './excerpt.ts'
import type { ParamNode } from './param-node.ts'
import { type Collected, complaintsOf, isCollected, Refusal, refuse } from './refusal.ts'

/** Reads one text: the value, or what is wrong with it in AWS's words. Pure; may throw `MalformedInput`. */
export type Parser<T> = (text: string) => T | Violation

/** How many elements there have to be and may be; the number of parameters is the bound where no other is given. */
interface Size {
  readonly max?: number
  /** Whether the list has to be sent, be it as `Name=`. */
  readonly required?: boolean
}

/** Code points of a value, or of a whole list, that a violation repeats: more than the longest legal one, 2,048, has. */
const MAX_SHOWN = 2500
/** Violations that one answer lists. All are counted. */
const MAX_LISTED = 50

/** An index AWS could mean: 1-based, decimal, no leading zero. Anything else is an unknown parameter. */
const INDEX = /^[1-9][0-9]{0,8}$/

/** The parameters below one place of a request, read by their names in AWS's model. */
abstract class Scope {
  readonly #node: ParamNode
  /** Where violations say they are, final dot included. */
  readonly #prefix: string
  /** Whether violations repeat the value that they are about. */
  readonly #showsValues: boolean

  constructor(node: ParamNode, prefix: string, showsValues: boolean) {
    this.#node = node
    this.#prefix = prefix
    this.#showsValues = showsValues
  }

  /** The text of a parameter just as it came; `Name=` is there, and empty. */
  text(name: string): string | undefined {
    return this.#node.children?.get(name)?.value
  }

  /** Whether anything was sent under that name: a text, a list, a structure. */
  has(name: string): boolean {
    return this.#node.children?.has(name) ?? false
  }

  /**
   * A parameter that has to be there.
   * @param sensitive - the value is not repeated when it is refused
   */
  required<T>(name: string, parse: Parser<T>, { sensitive = false }: { sensitive?: boolean } = {}): T | Refusal {
    const text = this.text(name)
    if (text === undefined) return this.#refuse('Value null', name, MUST_NOT_BE_NULL.constraints)
    const value = parse(text)
    if (!(value instanceof Violation)) return value
    return this.#refuse(sensitive ? 'Value' : `Value '${excerpt(text, MAX_SHOWN)}'`, name, value.constraints)
  }

  /** A parameter that may be left out, and what it then is. */
  optional<T, Default>(name: string, parse: Parser<T>, fallback: Default): T | Default | Refusal {
    return this.text(name) === undefined ? fallback : this.required(name, parse)
  }

  /**
   * A list of structures: `Name.member.1.Field` and so on, in the order of the numbers; gaps are passed over. Left out
   * or sent as `Name=` it is empty.
   */
  list<T>(
    name: string,
    read: (member: Member) => T | Refusal,
    { max, required = false }: Size = {},
  ): readonly T[] | Refusal {
    if (required && !this.has(name)) return this.#refuse('Value null', name, MUST_NOT_BE_NULL.constraints)
    const complaints: string[] = []
    const members: T[] = []
    const elements = this.#elements(name, 'member')
    if (isOver(elements.length, max)) this.#refuse("Value '[...]'", name, [tooLong(max)]).addTo(complaints)
    for (const [index, node] of elements) {
      const value = read(new Member(node, `${this.#prefix}${camelCase(name)}.${index}.member.`, this.#showsValues))
      if (value instanceof Refusal) value.addTo(complaints)
      else members.push(value)
    }
    return complaints.length > 0 ? new Refusal(complaints) : members
  }

  /** A list of texts: `Name.member.1` and so on, otherwise as {@link list}. AWS refuses such a list as a whole. */
  texts<T>(name: string, parse: Parser<T>, { max, required = false }: Size = {}): readonly T[] | Refusal {
    if (required && !this.has(name)) return this.#refuse('Value null', name, MUST_NOT_BE_NULL.constraints)
    const members: T[] = []
    const shown: string[] = []
    const broken = new Set<string>()
    for (const [, { value: text = '' }] of this.#elements(name, 'member')) {
      shown.push(text)
      const value = parse(text)
      if (value instanceof Violation) addAll(value.constraints, broken)
      else members.push(value)
    }
    const constraints: string[] = []
    if (isOver(shown.length, max)) constraints.push(tooLong(max))
    if (broken.size > 0) constraints.push(`Member must satisfy constraint: [${[...broken].join(', ')}]`)
    return constraints.length > 0
      ? this.#refuse(`Value '[${excerpt(shown.join(', '), MAX_SHOWN)}]'`, name, constraints)
      : members
  }

  /** A map: `Name.entry.1.key` with `Name.entry.1.value`. Of two equal keys the lower number wins. */
  map<K, V>(
    name: string,
    key: Parser<K>,
    value: Parser<V>,
    { max }: Pick<Size, 'max'> = {},
  ): ReadonlyMap<K, V> | Refusal {
    const map = new Map<K, V>()
    const shown: string[] = []
    const brokenKeys = new Set<string>()
    const brokenValues = new Set<string>()
    for (const [, { children }] of this.#elements(name, 'entry')) {
      const keyText = children?.get('key')?.value ?? ''
      const valueText = children?.get('value')?.value ?? ''
      shown.push(`${keyText}=${valueText}`)
      const k = key(keyText)
      const v = value(valueText)
      if (k instanceof Violation) addAll(k.constraints, brokenKeys)
      if (v instanceof Violation) addAll(v.constraints, brokenValues)
      if (!(k instanceof Violation || v instanceof Violation || map.has(k))) map.set(k, v)
    }
    const constraints: string[] = []
    if (isOver(shown.length, max)) constraints.push(tooLong(max))
    if (brokenKeys.size > 0) constraints.push(`Map keys must satisfy constraint: [${[...brokenKeys].join(', ')}]`)
    if (brokenValues.size > 0) constraints.push(`Map value must satisfy constraint: [${[...brokenValues].join(', ')}]`)
    return constraints.length > 0
      ? this.#refuse(`Value '{${excerpt(shown.join(', '), MAX_SHOWN)}}'`, name, constraints)
      : map
  }

  #refuse(value: string, name: string, constraints: readonly string[]): Refusal {
    return refuse(this.#showsValues ? value : 'Value', this.#prefix + camelCase(name), constraints)
  }

  #elements(name: string, wrapper: 'member' | 'entry'): readonly (readonly [number, ParamNode])[] {
    const elements: (readonly [number, ParamNode])[] = []
    const steps = this.#node.children?.get(name)?.children?.get(wrapper)?.children
    if (steps === undefined) return elements
    for (const [step, node] of steps) {
      if (INDEX.test(step)) elements.push([Number(step), node])
    }
    return elements.sort(([one], [other]) => one - other)
  }
}

/** One structure in a list. */
export class Member extends Scope {
  /** All fields of the structure, or all that is wrong with them. */
  collect<Fields extends object>(fields: Fields): Collected<Fields> | Refusal {
    const complaints = complaintsOf(fields)
    return isCollected(fields, complaints) ? fields : new Refusal(complaints)
  }
}

/**
 * The parameters of one request. Names are case-sensitive, and parameters that nobody reads are ignored, as at AWS.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/CommonParameters.html
 */
export class Params extends Scope {
  readonly #root: ParamNode

  constructor(root: ParamNode, showsValues = true) {
    super(root, '', showsValues)
    this.#root = root
  }

  /** The same parameters for a service whose violations name the member and not its value. */
  withoutValues(): Params {
    return new Params(this.#root, false)
  }

  /**
   * All fields of a call at once, so that one answer names everything that is wrong with it.
   * @throws {@link ValidationError} in AWS's joined words, in the order of the fields
   */
  collect<Fields extends object>(fields: Fields): Collected<Fields> {
    const complaints = complaintsOf(fields)
    if (isCollected(fields, complaints)) return fields
    const count = complaints.length === 1 ? '1 validation error' : `${complaints.length} validation errors`
    const listed = complaints.length > MAX_LISTED ? [...complaints.slice(0, MAX_LISTED), '...'] : complaints
    throw new ValidationError(`${count} detected: ${listed.join('; ')}`)
  }
}

function isOver(length: number, max: number | undefined): max is number {
  return max !== undefined && length > max
}

function tooLong(max: number): string {
  return `Member must have length less than or equal to ${max}`
}

/** AWS only lowers the first letter: `SAMLAssertion` is `sAMLAssertion`. */
function camelCase(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

function addAll(texts: readonly string[], set: Set<string>): void {
  for (const text of texts) set.add(text)
}
