import { comparing, type OperatorFamily } from './value-test.ts'

/** `true` or `false` in any case; `undefined` for other text. */
export function readBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase()
  if (word === 'true') return true
  return word === 'false' ? false : undefined
}

/** Bool: the words `true` and `false`. */
export const bool: OperatorFamily = comparing(readBoolean, (request, policy) => request === policy)
