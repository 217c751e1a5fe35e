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

/** StringEqualsIgnoreCase: exact but for the case of ASCII letters. */
export const stringEqualsIgnoreCase: OperatorFamily = (values, substitutes) =>
  anyOf(
    values.map((value) => {
      const pieces = piecesOf(value, substitutes)
      return (text, context) => {
        const wanted = render(pieces, context)
        return wanted !== undefined && foldCase(wanted) === foldCase(text)
      }
    }),
  )
