/** Any run of characters, the empty one included. */
export const ANY_RUN = -1
/** Exactly one character. */
export const ANY_ONE = -2
/** Any run without a colon: a star inside one segment of an ARN. */
export const RUN_IN_SEGMENT = -3
/** One character but a colon. */
export const ONE_IN_SEGMENT = -4
/** What ends a segment of an ARN. */
export const COLON = 0x3a

/** A pattern: code points and the wildcards above. */
export type Glob = readonly number[]

/** The code point at a place inside the text; most texts have no surrogates, which is the fast way. */
export function pointAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return (unit & 0xfc00) === 0xd800 ? (text.codePointAt(at) ?? unit) : unit
}

/** How many UTF-16 units a code point takes. */
export function widthOf(point: number): 1 | 2 {
  return point > 0xffff ? 2 : 1
}
