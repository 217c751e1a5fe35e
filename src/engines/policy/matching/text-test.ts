import type { RequestContext } from '../request.ts'
import { ANY_ONE, ANY_RUN, type Glob, globMatches, ONE_IN_SEGMENT, RUN_IN_SEGMENT } from './glob.ts'
import { type Piece, piecesOf, render, resolvePiece } from './template.ts'

/** Whether a text of the request is what one policy value asks for. */
export type TextTest = (text: string, context: RequestContext) => boolean

/**
 * How `*` and `?` read: `flat` lets them match anything; the ARN forms mind the colons of the first five segments:
 * in `arn` no wildcard crosses one, in `resource` a star that ends a segment may.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export type WildcardStyle = 'flat' | 'arn' | 'resource'

/** The colons that come before the resource part of an ARN. */
export const ARN_COLONS = 5
const COLON = 0x3a
const STAR = 0x2a
const QUESTION_MARK = 0x3f

/** Compiles a policy value that is compared as it is. With `substitutes` its variables are replaced per request. */
export function compileExact(source: string, substitutes: boolean): TextTest {
  const pieces = piecesOf(source, substitutes)
  const fixed = fixedText(pieces)
  return fixed === undefined ? isRendered(pieces) : is(fixed)
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
  const builder = new GlobBuilder(style)
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

function isRendered(pieces: readonly Piece[]): TextTest {
  return (text, context) => text === render(pieces, context)
}

function matches(glob: Glob): TextTest {
  return (text) => globMatches(glob, text)
}

function matchesRendered(pieces: readonly Piece[], style: WildcardStyle, unresolved: boolean): TextTest {
  return (text, context) => {
    const glob = globOf(pieces, style, context)
    return glob === undefined ? unresolved : globMatches(glob, text)
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

/** The pattern that the pieces make for one request; `undefined` when one of them does not resolve or may not stand there. */
export function globOf(pieces: readonly Piece[], style: WildcardStyle, context: RequestContext): Glob | undefined {
  const builder = new GlobBuilder(style)
  for (const piece of pieces) {
    const text = resolvePiece(piece, context)
    if (text === undefined || !builder.add(piece, text)) return undefined
  }
  return builder.symbols
}

class GlobBuilder {
  readonly symbols: number[] = []
  wild = false
  readonly #style: WildcardStyle
  #colons = 0

  constructor(style: WildcardStyle) {
    this.#style = style
  }

  /** False when the piece may not stand here: a value must not bring colons into the first segments of an ARN. */
  add(piece: Piece, text: string): boolean {
    if (piece.kind === 'variable' && this.#style !== 'flat' && this.#colons < ARN_COLONS && text.includes(':')) {
      return false
    }
    for (let at = 0; at < text.length; at++) {
      const point = text.codePointAt(at) ?? 0
      this.symbols.push(piece.kind === 'pattern' ? this.#symbol(point, text.charCodeAt(at + 1)) : point)
      if (point > 0xffff) at++
    }
    return true
  }

  /** @param next - the unit that follows; NaN at the end, which ends a segment as a colon does */
  #symbol(point: number, next: number): number {
    if (point === COLON) this.#colons++
    if (point !== STAR && point !== QUESTION_MARK) return point
    this.wild = true
    if (this.#style === 'flat' || this.#colons >= ARN_COLONS) return point === STAR ? ANY_RUN : ANY_ONE
    if (point === QUESTION_MARK) return ONE_IN_SEGMENT
    return this.#style === 'resource' && (next === COLON || Number.isNaN(next)) ? ANY_RUN : RUN_IN_SEGMENT
  }
}
