import type { RequestContext } from '../request.ts'
import { ANY_RUN, type Glob } from './glob.ts'
import { ARN_COLONS, GlobBuilder, type WildcardStyle } from './glob-builder.ts'
import { globMatches } from './glob-matches.ts'
import { isRendered, type Piece, piecesOf, resolvePiece } from './template.ts'

export { ARN_COLONS }

/** Whether a text of the request is what one policy value asks for. */
export type TextTest = (text: string, context: RequestContext) => boolean

/** Compiles a policy value that is compared as it is. With `substitutes` its variables are replaced per request. */
export function compileExact(source: string, substitutes: boolean): TextTest {
  const pieces = piecesOf(source, substitutes)
  const fixed = fixedText(pieces)
  return fixed === undefined ? isWhatComesOf(pieces) : is(fixed)
}

/**
 * Compiles a policy value in which `*` and `?` are wildcards. With `substitutes` its variables are replaced per request.
 * @param unresolved - the verdict on any text where a variable does not resolve
 */
export function compilePattern(
  source: string,
  style: WildcardStyle,
  substitutes: boolean,
  unresolved = false,
): TextTest {
  const pieces = piecesOf(source, substitutes)
  const fixed = fixedText(pieces)
  if (fixed === undefined) return matchesRendered(pieces, style, unresolved)
  const builder = new GlobBuilder(style, source.length)
  for (const piece of pieces) if ('text' in piece) builder.add(piece, piece.text)
  if (!builder.wild) return is(fixed)
  // A copy has no room to grow.
  const glob = builder.symbols.slice()
  return glob.length === 1 && glob[0] === ANY_RUN ? matchesAnything : matches(glob)
}

// Each test comes from a function of its own, since closures of one function keep alive whatever any of them uses:
// the pieces and symbols that every pattern is read into would be most of a compiled policy.

function is(fixed: string): TextTest {
  return (text) => text === fixed
}

function isWhatComesOf(pieces: readonly Piece[]): TextTest {
  return (text, context) => isRendered(pieces, text, context)
}

function matches(glob: Glob): TextTest {
  return (text) => globMatches(glob, text)
}

function matchesRendered(pieces: readonly Piece[], style: WildcardStyle, unresolved: boolean): TextTest {
  return (text, context) => {
    const builder = new GlobBuilder(style, text.length)
    for (const piece of pieces) {
      const value = resolvePiece(piece, context)
      if (value === undefined || !builder.add(piece, value)) return unresolved
    }
    return !builder.tooLong && globMatches(builder.symbols, text)
  }
}

/** For the pattern `*`. */
export function matchesAnything(): boolean {
  return true
}

/** Whether each variable is well-formed and stands where AWS replaces one in a resource: after the fifth colon. */
export function variablesFitResource(source: string, substitutes: boolean): boolean {
  let colons = 0
  for (const piece of piecesOf(source, substitutes)) {
    if (piece.kind === 'broken' || (piece.kind === 'variable' && colons < ARN_COLONS)) return false
    if (piece.kind === 'pattern') colons += colonsIn(piece.text)
  }
  return true
}

/** How many colons a policy value has outside its variables. */
export function countColons(source: string, substitutes: boolean): number {
  let colons = 0
  for (const piece of piecesOf(source, substitutes)) if (piece.kind === 'pattern') colons += colonsIn(piece.text)
  return colons
}

function colonsIn(text: string): number {
  return text.split(':').length - 1
}

/** The text of a value without variables. */
function fixedText(pieces: readonly Piece[]): string | undefined {
  let text = ''
  for (const piece of pieces) {
    if (piece.kind === 'variable' || piece.kind === 'broken') return undefined
    text += piece.text
  }
  return text
}
