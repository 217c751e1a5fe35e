const SHORTEST = 4

/**
 * A text that may name a person, as it is shown to whoever has not asked for it: how it begins and, of an e-mail address,
 * where it is.
 */
export function masked(text: string): string {
  if (text.length < SHORTEST) return '****'
  const at = text.lastIndexOf('@')
  return `${String.fromCodePoint(text.codePointAt(0) ?? 0)}****${at > 0 ? text.slice(at) : ''}`
}
