import { foldCase } from '../../../model/index.ts'
import type { RequestContext } from '../request.ts'

/** A piece of a policy value: text in which wildcards live, text that is only itself, a variable, or a broken one. */
export type Piece =
  | { readonly kind: 'pattern'; readonly text: string }
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'variable'; readonly key: string; readonly fallback: string | undefined }
  | { readonly kind: 'broken' }

const NAME = /^[^\s'"{}$,*?]+$/
const WITH_DEFAULT = /^([^\s'"{}$,*?]+), '([^']*)'$/

/**
 * Cuts a policy value at its variables: `${key}`, `${key, 'default'}`, and `${*}`, `${?}`, `${$}` for the characters
 * themselves. A malformed variable is a piece that never resolves.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
function readTemplate(source: string): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (;;) {
    const open = source.indexOf('${', at)
    if (open < 0) break
    if (open > at) pieces.push({ kind: 'pattern', text: source.slice(at, open) })
    const close = source.indexOf('}', open)
    if (close < 0) return [...pieces, { kind: 'broken' }]
    pieces.push(readVariable(source.slice(open + 2, close)))
    at = close + 1
  }
  if (at < source.length) pieces.push({ kind: 'pattern', text: source.slice(at) })
  return pieces
}

function readVariable(inner: string): Piece {
  if (inner === '*' || inner === '?' || inner === '$') return { kind: 'literal', text: inner }
  if (NAME.test(inner)) return { kind: 'variable', key: foldCase(inner), fallback: undefined }
  const [, key, fallback] = WITH_DEFAULT.exec(inner) ?? []
  if (key === undefined) return { kind: 'broken' }
  return { kind: 'variable', key: foldCase(key), fallback }
}

/**
 * The text a piece stands for in one request; `undefined` when it does not resolve: the key is absent, empty or
 * multivalued, or the variable is malformed. A value is text only: wildcards in it mean nothing.
 */
export function resolvePiece(piece: Piece, context: RequestContext): string | undefined {
  if (piece.kind === 'broken') return undefined
  if (piece.kind !== 'variable') return piece.text
  const value = context.get(piece.key)
  if (value === undefined || value.length === 0) return piece.fallback
  return typeof value === 'string' ? value : undefined
}

/** The pieces of a policy value: cut at its variables when they are `substitutes`d, else plain text that holds `${`. */
export function piecesOf(source: string, substitutes: boolean): readonly Piece[] {
  return substitutes ? readTemplate(source) : [{ kind: 'pattern', text: source }]
}

/** Whether a policy value holds a malformed variable: what it asks cannot be known. */
export function hasBrokenVariable(source: string, substitutes: boolean): boolean {
  return piecesOf(source, substitutes).some(({ kind }) => kind === 'broken')
}

/**
 * A whole value with its variables replaced, its wildcards left as they are; `undefined` when one does not resolve.
 * @param longest - in UTF-16 units; a value that comes out longer is `undefined` too: variables multiply what a caller sent
 */
export function render(pieces: readonly Piece[], context: RequestContext, longest: number): string | undefined {
  let text = ''
  for (const piece of pieces) {
    const resolved = resolvePiece(piece, context)
    if (resolved === undefined || text.length + resolved.length > longest) return undefined
    text += resolved
  }
  return text
}

/** Whether a text is the whole value with its variables replaced; it is not when one does not resolve. */
export function isRendered(pieces: readonly Piece[], text: string, context: RequestContext): boolean {
  let at = 0
  for (const piece of pieces) {
    const resolved = resolvePiece(piece, context)
    if (resolved === undefined || !text.startsWith(resolved, at)) return false
    at += resolved.length
  }
  return at === text.length
}
