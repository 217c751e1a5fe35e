import type { WildcardStyle } from '../../../../src/engines/policy/matching/glob-builder.ts'

/**
 * What a pattern means, as the documentation puts it: one wildcard after the other, all ways tried, each once. Slow, and
 * shares nothing with the engine.
 */
export function matchesByTheBook(pattern: string, text: string, style: WildcardStyle): boolean {
  const symbols = [...pattern]
  const characters = [...text]
  const known = new Map<number, boolean>()

  function rest(symbol: number, character: number, colons: number): boolean {
    const place = symbol * (characters.length + 1) + character
    const found = known.get(place)
    if (found !== undefined) return found
    const verdict = tried(symbol, character, colons)
    known.set(place, verdict)
    return verdict
  }

  function tried(symbol: number, character: number, colons: number): boolean {
    const wanted = symbols[symbol]
    const given = characters[character]
    if (wanted === undefined) return given === undefined
    const inSegment = style !== 'flat' && colons < 5
    if (wanted === '*') {
      const next = symbols[symbol + 1]
      const crosses = !inSegment || (style === 'resource' && (next === undefined || next === ':'))
      if (rest(symbol + 1, character, colons)) return true
      return given !== undefined && (crosses || given !== ':') && rest(symbol, character + 1, colons)
    }
    if (given === undefined) return false
    if (wanted === '?') return (!inSegment || given !== ':') && rest(symbol + 1, character + 1, colons)
    return wanted === given && rest(symbol + 1, character + 1, wanted === ':' ? colons + 1 : colons)
  }

  return rest(0, 0, 0)
}
