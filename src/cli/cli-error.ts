/** Exit status of a command that was used wrongly. */
export const WRONG_USAGE = 2

/** Why a command ends without having done what it was asked: a sentence for a person, and the exit status. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly status: number

  constructor(message: string, { status = 1, cause }: { status?: number; cause?: unknown } = {}) {
    super(message, { cause })
    this.status = status
  }
}
