import { timingSafeEqual } from 'node:crypto'
import { generateSync, ScureBase32Plugin } from 'otplib'
import type { EpochMillis, Secret } from '../../model/index.ts'

const STEP_MS = 30_000
const CODE = /^[0-9]{6}$/

const base32 = new ScureBase32Plugin()

/** The time step of a moment. @see https://www.rfc-editor.org/rfc/rfc6238#section-4.2 */
export function stepOf(time: EpochMillis): number {
  return Math.floor(time / STEP_MS)
}

/** The code that a device shows in a time step: that of a counter, which is the step. */
export function codeAt(seed: Uint8Array, step: number): string {
  return generateSync({ strategy: 'hotp', secret: seed, counter: step })
}

/** The code that a device shows at a time, if its clock is right. @param seed - as of {@link fittingStep} */
export function codeShown(seed: Secret, time: EpochMillis): string {
  return codeAt(base32.decode(seed.reveal()), stepOf(time))
}

/**
 * The step, of those from `first` to `last`, in which a device shows the codes, each in the step after the one before.
 * Of several it is the last: a code that fits two steps is spent in both. Takes the same time whichever step it is.
 * @param seed - 16 bytes at least, in Base32 without padding
 * @returns that of the first code; `undefined` when they fit none
 */
export function fittingStep(
  { seed, codes }: { readonly seed: Secret; readonly codes: readonly string[] },
  first: number,
  last: number,
): number | undefined {
  if (!codes.every((code) => CODE.test(code))) return undefined
  const bytes = base32.decode(seed.reveal())
  const offered = Buffer.from(codes.join(''), 'latin1')
  const shown = codes.map((_, index) => codeAt(bytes, first + index))
  let found: number | undefined
  for (let step = first; step <= last; step++) {
    if (timingSafeEqual(offered, Buffer.from(shown.join(''), 'latin1'))) found = step
    shown.shift()
    shown.push(codeAt(bytes, step + codes.length))
  }
  return found
}
