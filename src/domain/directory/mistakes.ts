import { Fault } from '../../model/index.ts'

/** Where in a desired directory something is wrong: property names and list positions from its root. */
export type DesiredPath = readonly (string | number)[]

/** A place inside a policy document. */
export interface DocumentPlace {
  /** From the root of the document; empty where it is no JSON. */
  readonly path: DesiredPath
  /** Whether it is the name of the last property, rather than its value. */
  readonly isName: boolean
  /** In the document's text, in UTF-16 units. */
  readonly offset: number
}

/** One thing that is wrong in a desired directory. */
export interface Mistake {
  readonly path: DesiredPath
  /** Where the path leads to a policy document, and something inside it is wrong. */
  readonly within?: DocumentPlace | undefined
  readonly message: string
}

const MOST_LISTED = 100

/** One text for many mistakes, a line each; of more than a hundred only how many they are. */
export function listMistakes(lines: readonly string[]): string {
  const more = lines.length - MOST_LISTED
  return more > 0 ? `${lines.slice(0, MOST_LISTED).join('\n')}\nand ${more} more` : lines.join('\n')
}

/** A desired directory cannot be applied; every mistake in it is listed, and nothing was changed. */
export class DirectoryMistakes extends Fault {
  override readonly code = 'InvalidDirectory'
  override readonly httpStatus = 400
  readonly mistakes: readonly Mistake[]

  constructor(mistakes: readonly Mistake[]) {
    super(
      listMistakes(
        mistakes.map(({ path, within, message }) => `${[...path, ...(within?.path ?? [])].join('.')}: ${message}`),
      ),
    )
    this.mistakes = mistakes
  }
}
