import { Fault } from '../../model/index.ts'

/** Where in a desired directory something is wrong: property names and list positions from its root. */
export type DesiredPath = readonly (string | number)[]

/** One thing that is wrong in a desired directory. */
export interface Mistake {
  readonly path: DesiredPath
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
    super(listMistakes(mistakes.map(({ path, message }) => `${path.join('.')}: ${message}`)))
    this.mistakes = mistakes
  }
}
