import { ANY_ONE, ANY_RUN, COLON, type Glob, ONE_IN_SEGMENT, pointAt, RUN_IN_SEGMENT, widthOf } from './glob.ts'

/** One bit for each number of characters that the pattern has asked for so far, 32 to a word. */
type States = Int32Array

/** A pattern as moves between states: a character moves a state on, and where a star stands the state stays as well. */
interface Moves {
  /** By character: the states that it moves on. */
  readonly movedBy: ReadonlyMap<number, States>
  /** The states that a character moves on which the pattern does not name. */
  readonly movedByOthers: States
  /** The states that stay whatever the character. */
  readonly runs: States
  /** The states that stay whatever the character but a colon. */
  readonly stays: States
}

/**
 * Matches the whole text by following all ways at once. Exact, and looks at each character once: the cost is at most
 * text times pattern over 32, whatever they are.
 */
export function matchesByStates(glob: Glob, text: string): boolean {
  const final = countCharacters(glob)
  // Before any table is made of a pattern that is too long: then neither can be large.
  if (final > text.length) return false
  const { movedBy, movedByOthers, runs, stays } = movesOf(glob)
  const now = emptyStates(final)
  now[0] = 1
  // All that is alive lies from `first` to `last`: what an unbound star has reached makes up for all states before it.
  let first = 0
  let last = 0
  for (let at = 0; at < text.length; ) {
    const point = pointAt(text, at)
    at += widthOf(point)
    const moves = movedBy.get(point) ?? movedByOthers
    const staying = point === COLON ? runs : stays
    let carried = 0
    let alive = 0
    for (let word = first; word <= last; word++) {
      const states = now[word] ?? 0
      const moved = states & (moves[word] ?? 0)
      const next = (moved << 1) | carried | (states & (staying[word] ?? 0))
      now[word] = next
      alive |= next
      carried = moved >>> 31
      if ((next & (runs[word] ?? 0)) !== 0) first = word
    }
    if (carried !== 0) {
      now[++last] = 1
      if (((runs[last] ?? 0) & 1) !== 0) first = last
    } else if (alive === 0) {
      return false
    }
  }
  return final >>> 5 >= first && has(now, final)
}

/** How many characters the pattern asks for at least: the state in which it is used up. */
function countCharacters(glob: Glob): number {
  let count = 0
  for (const symbol of glob) if (symbol !== ANY_RUN && symbol !== RUN_IN_SEGMENT) count++
  return count
}

function movesOf(glob: Glob): Moves {
  const runs = emptyStates(glob.length)
  const stays = emptyStates(glob.length)
  const movedByColon = emptyStates(glob.length)
  const movedByOthers = emptyStates(glob.length)
  let state = 0
  for (const symbol of glob) {
    if (symbol === ANY_RUN) add(runs, state)
    if (symbol === ANY_RUN || symbol === RUN_IN_SEGMENT) {
      add(stays, state)
      continue
    }
    if (symbol === ANY_ONE) add(movedByColon, state)
    if (symbol === ANY_ONE || symbol === ONE_IN_SEGMENT) add(movedByOthers, state)
    state++
  }
  return { movedBy: movesByCharacter(glob, movedByColon, movedByOthers), movedByOthers, runs, stays }
}

function movesByCharacter(glob: Glob, byColon: States, byOthers: States): ReadonlyMap<number, States> {
  const movedBy = new Map([[COLON, byColon]])
  let state = 0
  for (const symbol of glob) {
    if (symbol === ANY_RUN || symbol === RUN_IN_SEGMENT) continue
    if (symbol !== ANY_ONE && symbol !== ONE_IN_SEGMENT) {
      const states = movedBy.get(symbol) ?? byOthers.slice()
      movedBy.set(symbol, states)
      add(states, state)
    }
    state++
  }
  return movedBy
}

function emptyStates(highest: number): States {
  return new Int32Array((highest >>> 5) + 1)
}

function add(states: States, state: number): void {
  states[state >>> 5] = (states[state >>> 5] ?? 0) | (1 << (state & 31))
}

function has(states: States, state: number): boolean {
  return ((states[state >>> 5] ?? 0) & (1 << (state & 31))) !== 0
}
