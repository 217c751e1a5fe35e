import { replaceUnseen } from './replace-unseen.ts'

const LONGEST = 120

/** A text in quotes, in one line, cut when it is long: nothing in it can move a terminal's cursor. */
export function quoted(text: string): string {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text
  return replaceUnseen(JSON.stringify(shown), (unseen) =>
    Array.from(unseen, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`).join(''),
  )
}
