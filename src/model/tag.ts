import { foldCase } from './fold-case.ts'

/** A key and a value on a principal or a session. Keys compare without case; the first casing is kept. */
export interface Tag {
  readonly key: string
  readonly value: string
}

/** The tags of both, where `over` wins over `under` for the same key. */
export function overlaid(under: readonly Tag[], over: readonly Tag[]): readonly Tag[] {
  if (over.length === 0) return under
  if (under.length === 0) return over
  const keys = new Set(over.map(({ key }) => foldCase(key)))
  return [...under.filter(({ key }) => !keys.has(foldCase(key))), ...over]
}
