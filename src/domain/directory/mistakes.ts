import { Fault } from '../../model/index.ts'

/** Where in a desired directory something is wrong: property names and list positions from its root. */
export type DesiredPath = readonly (string | number)[]

/** One thing that is wrong in a desired directory. */
export interface Mistake {
  readonly path: DesiredPath
  readonly message: string
}

/** A desired directory cannot be applied; every mistake in it is listed, and nothing was changed. */
export class DirectoryMistakes extends Fault {
  override readonly code = 'InvalidDirectory'
  override readonly httpStatus = 400
  readonly mistakes: readonly Mistake[]

  constructor(mistakes: readonly Mistake[]) {
    super(mistakes.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'))
    this.mistakes = mistakes
  }
}
