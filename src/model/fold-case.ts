const BEYOND_ASCII = /[\u0080-\uffff]/
const CAPITALS = /[A-Z]+/g

/**
 * A text in which the case of ASCII letters does not count, for comparing. Other letters stay what they are: Unicode
 * would make an ASCII `k` of the Kelvin sign, so that a name which somebody else chose passes for another.
 */
export function foldCase(text: string): string {
  // Nearly every text is ASCII, where the plain way is the fastest.
  return BEYOND_ASCII.test(text) ? text.replace(CAPITALS, lower) : text.toLowerCase()
}

function lower(letters: string): string {
  return letters.toLowerCase()
}
