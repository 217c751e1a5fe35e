import { ANY_ONE, ANY_RUN, COLON, ONE_IN_SEGMENT, RUN_IN_SEGMENT } from './glob.ts'
import type { Piece } from './template.ts'

/**
 * How `*` and `?` read: `flat` lets them match anything; the ARN forms mind the colons of the first five segments:
 * in `arn` no wildcard crosses one, in `resource` a star that ends a segment may.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export type WildcardStyle = 'flat' | 'arn' | 'resource'

/** The colons that come before the resource part of an ARN. */
export const ARN_COLONS = 5
const STAR = 0x2a
const QUESTION_MARK = 0x3f

/** Makes a pattern of pieces, for texts of a certain length. */
export class GlobBuilder {
  readonly symbols: number[] = []
  wild = false
  /** Whether the pattern asks for more characters than a text has; then not all of it is in `symbols`. */
  tooLong = false
  readonly #style: WildcardStyle
  readonly #longest: number
  #characters = 0
  #colons = 0

  /** @param longest - of the texts that the pattern is for, in UTF-16 units */
  constructor(style: WildcardStyle, longest: number) {
    this.#style = style
    this.#longest = longest
  }

  /** False when the piece may not stand here: a value must not bring colons into the first segments of an ARN. */
  add(piece: Piece, text: string): boolean {
    const isPattern = piece.kind === 'pattern'
    if (piece.kind === 'variable' && this.#style !== 'flat' && this.#colons < ARN_COLONS && text.includes(':')) {
      return false
    }
    // A pattern is read to its end, for the colons in it; of what a request brings no more is read than a text can have.
    for (let at = 0; at < text.length && (isPattern || !this.tooLong); at++) {
      const point = text.codePointAt(at) ?? 0
      this.#push(isPattern ? this.#symbol(point, text.charCodeAt(at + 1)) : point)
      if (point > 0xffff) at++
    }
    return true
  }

  #push(symbol: number): void {
    if (symbol !== ANY_RUN && symbol !== RUN_IN_SEGMENT && ++this.#characters > this.#longest) this.tooLong = true
    if (!this.tooLong) this.symbols.push(symbol)
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
