import type { ErrorRequestHandler, Response } from 'express'
import { DirectoryMistakes } from '../../domain/directory/index.ts'
import { toFault } from '../../model/index.ts'
import type { Logger } from '../../platform/telemetry/index.ts'

const MOST_MISTAKES = 10_000

/** What a body or a path can do wrong before an operation sees it, by the status that Express gives it. */
const MISTAKES: ReadonlyMap<unknown, string> = new Map([
  [400, 'The body is not JSON, or the path is badly escaped.'],
  [413, 'The body is too large.'],
  [415, 'The body has an encoding that is not taken.'],
])

/** Answers whatever a route threw: a fault in its own words, a bug as `InternalFailure`; bugs go to the log. */
export function answerError(logger: Logger): ErrorRequestHandler {
  // Express tells error handlers by their four parameters.
  return (error, _request, response, _next) => {
    const mistake = MISTAKES.get(error?.status)
    if (mistake !== undefined) return refuse(response, error.status, 'BadRequest', mistake)
    const fault = toFault(error)
    if (fault.httpStatus >= 500) {
      logger.error('operator.failed', { code: fault.code, detail: fault.detail, error: fault.cause })
    }
    // Whoever has the file knows where in it a path leads.
    const Mistakes = fault instanceof DirectoryMistakes ? fault.mistakes.slice(0, MOST_MISTAKES) : undefined
    return refuse(response, fault.httpStatus, fault.code, fault.message, { Mistakes })
  }
}

/** Answers with an error as AWS's JSON has them. */
export function refuse(response: Response, status: number, code: string, message: string, more: object = {}): void {
  response.status(status).json({ Error: { Code: code, Message: message, ...more } })
}
