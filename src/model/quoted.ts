import { replaceUnseen } from './replace-unseen.ts'

const LONGEST = 120
const MANY = 4

/** A text in quotes, in one line, cut when it is long: nothing in it can move a terminal's cursor. */
export function quoted(text: string): string {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text
  return replaceUnseen(JSON.stringify(shown), (unseen) =>
    Array.from(unseen, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`).join(''),
  )
}

/** Texts in quotes, one or the other; of many only the first. */
export function quotedAny(texts: readonly string[]): string {
  const shown = texts.slice(0, MANY).map(quoted).join(' or ')
  return texts.length > MANY ? `${shown} or one of ${texts.length - MANY} more` : shown
}
