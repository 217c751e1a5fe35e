/** Any run of characters, the empty one included. */
export const ANY_RUN = -1
/** Exactly one character. */
export const ANY_ONE = -2
/** Any run without a colon: a star inside one segment of an ARN. */
export const RUN_IN_SEGMENT = -3
/** One character but a colon. */
export const ONE_IN_SEGMENT = -4
const COLON = 0x3a

/** A pattern: code points and the wildcards above. */
export type Glob = readonly number[]

/**
 * Matches the whole text. Walks both once and goes back to the last star only: a later star can absorb whatever an
 * earlier one could, so the cost is at most pattern times text, and no pattern explodes. A star bound to its segment
 * cannot absorb a colon; when it is stuck the last unbound star moves on.
 */
export function globMatches(glob: Glob, text: string): boolean {
  let at = 0
  let position = 0
  let run = -1
  let runAt = 0
  let bound = -1
  let boundAt = 0
  while (at < text.length) {
    const point = pointAt(text, at)
    const symbol = glob[position]
    if (symbol === point || symbol === ANY_ONE || (symbol === ONE_IN_SEGMENT && point !== COLON)) {
      position++
      at += point > 0xffff ? 2 : 1
    } else if (symbol === ANY_RUN) {
      run = ++position
      runAt = at
      bound = -1
      if (position === glob.length) return true
    } else if (symbol === RUN_IN_SEGMENT) {
      bound = ++position
      boundAt = at
    } else if (bound >= 0 && text.charCodeAt(boundAt) !== COLON) {
      boundAt += widthAt(text, boundAt)
      at = boundAt
      position = bound
    } else if (run >= 0) {
      runAt += widthAt(text, runAt)
      at = runAt
      position = run
      bound = -1
    } else {
      return false
    }
  }
  while (glob[position] === ANY_RUN || glob[position] === RUN_IN_SEGMENT) position++
  return position === glob.length
}

/** The code point at a place inside the text; most texts have no surrogates, which is the fast way. */
function pointAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return (unit & 0xfc00) === 0xd800 ? (text.codePointAt(at) ?? unit) : unit
}

function widthAt(text: string, at: number): 1 | 2 {
  return pointAt(text, at) > 0xffff ? 2 : 1
}
