import { locate, positionsIn } from './lint/locate.ts'
import { memberOf, type PolicyDocument, statementsOf } from './policy-document.ts'

/** A place in a policy's text: lines and columns from 1. */
interface TextPlace {
  readonly line: number
  readonly column: number
}

/** Where a statement begins and ends. */
export interface StatementSpan {
  readonly start: TextPlace
  readonly end: TextPlace
}

/**
 * Tells where statements stand, as AWS's simulator counts: a statement begins behind what was read before it (the bracket
 * of the list, the statement before) or, alone without a list, behind its own brace; it ends behind its closing brace.
 * @returns a function of a statement's place in the `Statement` list, from 0; the text is walked once
 */
export function statementSpans(document: PolicyDocument): (index: number) => StatementSpan {
  const positionOf = positionsIn(document.text)
  const statements = statementsOf(document)
  const first = (memberOf(document.root, 'Statement')?.offset ?? 0) + 1
  const endOf = (index: number): number => locate(document, statements[index]?.offset ?? 0).end
  const place = (offset: number): TextPlace => {
    const { line, column } = positionOf(offset)
    return { line, column: column + 1 }
  }
  return (index) => ({ start: place(index === 0 ? first : endOf(index - 1)), end: place(endOf(index)) })
}
