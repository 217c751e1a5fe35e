import type { Secret } from '../../model/index.ts'

/**
 * What an operation answers, member by member as AWS's model names them. An array is a list of `member`s, a `Map` a
 * map of `entry`s, a `Date` an instant in whole seconds. A `Secret` is revealed on the wire only, so that whoever looks
 * at a result before that sees none.
 */
export type ResultValue =
  | string
  | number
  | boolean
  | Date
  | Secret
  | readonly ResultValue[]
  | ReadonlyMap<string, ResultValue>
  | ResultStructure

/** The members of a structure, or of a whole result; what is `undefined` is left out. */
export interface ResultStructure {
  readonly [member: string]: ResultValue | undefined
}

/** Tells a list from the other kinds: `Array.isArray` does not know read-only arrays. */
export function isList(value: ResultValue): value is readonly ResultValue[] {
  return Array.isArray(value)
}

/** Tells a map from a structure. */
export function isMap(value: ResultValue): value is ReadonlyMap<string, ResultValue> {
  return value instanceof Map
}
