/** Exit status of a command that was used wrongly. */
export const WRONG_USAGE = 2

/** Why a command ends without having done what it was asked: a sentence for a person, and the exit status. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly status: number
  /** AWS's, where a service refused. */
  readonly code: string | undefined

  constructor(message: string, { status = 1, code, cause }: { status?: number; code?: string; cause?: unknown } = {}) {
    super(message, { cause })
    this.status = status
    this.code = code
  }
}
