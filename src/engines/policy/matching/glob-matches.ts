import { ANY_ONE, ANY_RUN, COLON, type Glob, ONE_IN_SEGMENT, pointAt, RUN_IN_SEGMENT, widthOf } from './glob.ts'
import { matchesByStates } from './matches-by-states.ts'

/** More than this for each symbol and character, and the walk has gone back too often to go on. */
const STEPS = 8

/**
 * Matches the whole text, at a cost that no pattern makes explode: texts and patterns are often chosen by callers. Walks
 * both once and goes back to the last star only, since a later star can absorb whatever an earlier one could; a star
 * bound to its segment cannot absorb a colon, and when it is stuck the last unbound star moves on. What goes back often,
 * as a star does before what nearly matches everywhere, is decided by `matchesByStates`, which never goes back.
 */
export function globMatches(glob: Glob, text: string): boolean {
  let steps = STEPS * (glob.length + text.length)
  let at = 0
  let position = 0
  let run = -1
  let runAt = 0
  let bound = -1
  let boundAt = 0
  while (at < text.length) {
    if (--steps < 0) return matchesByStates(glob, text)
    const point = pointAt(text, at)
    const symbol = glob[position]
    if (symbol === point || symbol === ANY_ONE || (symbol === ONE_IN_SEGMENT && point !== COLON)) {
      position++
      at += widthOf(point)
    } else if (symbol === ANY_RUN) {
      run = ++position
      runAt = at
      bound = -1
      if (position === glob.length) return true
    } else if (symbol === RUN_IN_SEGMENT) {
      bound = ++position
      boundAt = at
    } else if (bound >= 0 && text.charCodeAt(boundAt) !== COLON) {
      boundAt += widthOf(pointAt(text, boundAt))
      at = boundAt
      position = bound
    } else if (run >= 0) {
      runAt += widthOf(pointAt(text, runAt))
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
