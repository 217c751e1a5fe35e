import fc from 'fast-check'

/** One change to a text; places count from its start and wrap around. */
export type Edit =
  | { readonly edit: 'flip'; readonly at: number; readonly bit: number }
  | { readonly edit: 'delete'; readonly at: number; readonly length: number }
  | { readonly edit: 'insert'; readonly at: number; readonly text: string }
  | { readonly edit: 'repeat'; readonly at: number; readonly length: number; readonly times: number }
  | { readonly edit: 'swap'; readonly at: number; readonly length: number; readonly other: number }

/** More than any limit of the broker lets in. */
const LONGEST = 400_000

/** A place in a text of any length, each as likely as another. */
export const place: fc.Arbitrary<number> = fc.noBias(fc.nat())

/** Changes to a text; `snippets` are what is inserted besides any characters. */
export function edits(snippets: readonly string[], maxLength = 4): fc.Arbitrary<readonly Edit[]> {
  const length = fc.oneof({ weight: 4, arbitrary: fc.nat(8) }, fc.nat(400))
  const times = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 2, max: 4 }) }, fc.integer({ min: 5, max: 50_000 }))
  const text = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...snippets) }, fc.string({ unit: 'binary' }))
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    fc.record({ edit: fc.constant('flip'), at: place, bit: fc.nat(7) }),
    fc.record({ edit: fc.constant('delete'), at: place, length }),
    fc.record({ edit: fc.constant('insert'), at: place, text }),
    fc.record({ edit: fc.constant('repeat'), at: place, length, times }),
    fc.record({ edit: fc.constant('swap'), at: place, length, other: place }),
  )
  return fc.array(edit, { maxLength })
}

/** The text after some changes, cut off where it would become too long. */
export function edited(text: string, changes: readonly Edit[]): string {
  return changes.reduce(applied, text).slice(0, LONGEST)
}

function applied(text: string, edit: Edit): string {
  const at = edit.at % (text.length + 1)
  switch (edit.edit) {
    case 'flip':
      if (at === text.length) return text
      return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << edit.bit)) + text.slice(at + 1)
    case 'delete':
      return text.slice(0, at) + text.slice(at + edit.length)
    case 'insert':
      return text.slice(0, at) + edit.text + text.slice(at)
    case 'repeat': {
      const part = text.slice(at, at + edit.length)
      const times = Math.min(edit.times, Math.ceil(LONGEST / (part.length + 1)))
      return text.slice(0, at) + part.repeat(times) + text.slice(at + edit.length)
    }
    case 'swap': {
      const [first = 0, second = 0] = [at, edit.other % (text.length + 1)].sort((a, b) => a - b)
      const length = Math.min(edit.length, second - first)
      const one = text.slice(first, first + length)
      const other = text.slice(second, second + length)
      return text.slice(0, first) + other + text.slice(first + length, second) + one + text.slice(second + length)
    }
  }
}
