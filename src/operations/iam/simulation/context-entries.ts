import { isIP } from 'node:net'
import { oneOf, type Params, text } from '../../../engines/wire/index.ts'
import { foldCase } from '../../../model/index.ts'
import type { ContextValue } from '../../../pipeline/authorization/index.ts'
import { InvalidInput } from '../iam-faults.ts'

const INSTANT =
  /^(?:[0-9]{1,19}|-?[0-9]{4,9}-[0-9]{2}-[0-9]{2}(?:T[0-9:.,]{2,18}(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?)$/i

/** What a text of each type is. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ContextEntry.html */
const TYPES: Readonly<Record<string, (value: string) => boolean>> = {
  string: () => true,
  numeric: (value) => /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i.test(value),
  boolean: (value) => /^(?:true|false)$/i.test(value),
  ip: (value) => isIP(value.replace(/\/[0-9]{1,3}$/, '')) !== 0,
  binary: (value) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value),
  date: (value) => INSTANT.test(value),
}

/** As much as a header may have; AWS documents no limit, and the strict reading is taken. */
const LONGEST_VALUE = 2048
/** Of all values of all keys, in characters. */
const MOST_OF_VALUES = 64 * 1024

const contextKeyName = text({ min: 5, max: 256 })
const contextKeyType = oneOf(Object.keys(TYPES).flatMap((type) => [type, `${type}List`]))
const anything = (value: string): string => value

/** One of `ContextEntries`, as it was sent. */
export interface ContextEntry {
  readonly contextKeyName: string | undefined
  readonly contextKeyValues: readonly string[]
  readonly contextKeyType: string | undefined
}

/** The parameter `ContextEntries`, for `collect`. */
export const readContextEntries = (params: Params) =>
  params.list('ContextEntries', (entry) =>
    entry.collect({
      contextKeyName: entry.optional('ContextKeyName', contextKeyName, undefined),
      contextKeyValues: entry.texts('ContextKeyValues', anything),
      contextKeyType: entry.optional('ContextKeyType', contextKeyType, undefined),
    }),
  )

/**
 * The condition keys of every simulated request, by their names in lower case. AWS's model requires nothing of an entry:
 * what it says of one that lacks something, or whose values are of another type, is not documented.
 * @throws {@link InvalidInput}
 */
export function contextOf(entries: readonly ContextEntry[]): ReadonlyMap<string, ContextValue> {
  const context = new Map<string, ContextValue>()
  let length = 0
  for (const { contextKeyName: key, contextKeyValues: values, contextKeyType: type } of entries) {
    if (key === undefined || type === undefined) {
      throw new InvalidInput('A context entry has to have a ContextKeyName and a ContextKeyType.')
    }
    const name = foldCase(key)
    if (context.has(name)) throw new InvalidInput(`The context key ${key} is given twice.`)
    const single = type.endsWith('List') ? type.slice(0, -'List'.length) : type
    const isList = single !== type
    for (const value of values) {
      if (value.length > LONGEST_VALUE) {
        throw new InvalidInput(`A value of the context key ${key} is longer than ${LONGEST_VALUE} characters.`)
      }
      length += value.length + 1
    }
    if (length > MOST_OF_VALUES) {
      throw new InvalidInput(`The values of all context keys are longer than ${MOST_OF_VALUES} characters together.`)
    }
    const wrong = values.find((value) => TYPES[single]?.(value) !== true)
    if (wrong !== undefined) throw new InvalidInput(`A value of the context key ${key} is no ${single}.`)
    const [only, ...more] = values
    if (!isList && (only === undefined || more.length > 0)) {
      throw new InvalidInput(`The context key ${key} of type ${type} has to have one value.`)
    }
    context.set(name, isList || only === undefined ? values : only)
  }
  return context
}
