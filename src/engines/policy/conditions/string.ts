import { foldCase } from '../../../model/index.ts'
import { piecesOf, render } from '../matching/template.ts'
import { compileExact, compilePattern } from '../matching/text-test.ts'
import { anyOf, type OperatorFamily } from './value-test.ts'

/** StringEquals: exact, `*` is a star. */
export const stringEquals: OperatorFamily = (values, substitutes) =>
  anyOf(values.map((value) => compileExact(value, substitutes)))

/** StringLike: the whole text, `*` any run, `?` any character. */
export const stringLike: OperatorFamily = (values, substitutes) =>
  anyOf(values.map((value) => compilePattern(value, 'flat', substitutes)))

/**
 * StringEqualsIgnoreCase: exact but for the case of ASCII letters. AWS does not document whether others count.
 */
export const stringEqualsIgnoreCase: OperatorFamily = (values, substitutes) =>
  anyOf(
    values.map((value) => {
      const pieces = piecesOf(value, substitutes)
      return (text, context) => {
        const wanted = render(pieces, context, MOST_UNITS_PER_UNIT * text.length)
        if (wanted === undefined) return false
        if (foldCase(wanted) === foldCase(text)) return true
        return differOnlyInCase(wanted, text) ? 'unsettled' : false
      }
    }),
  )

/** The other case of a character may be that much longer. */
const MOST_UNITS_PER_UNIT = 3

/** In both directions, since several letters may have one and the same letter for their other case. */
function differOnlyInCase(one: string, other: string): boolean {
  return one.toUpperCase() === other.toUpperCase() || one.toLowerCase() === other.toLowerCase()
}
