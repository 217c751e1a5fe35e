import { fc } from '../fast-check.ts'

const codePoint = fc.integer({ min: 0, max: 0x10ffff })

/** Texts of any code points, halves of pairs included. Far cheaper to set up than fast-check's own strings of this kind. */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  return fc.array(codePoint, { maxLength }).map((points) => String.fromCodePoint(...points))
}
