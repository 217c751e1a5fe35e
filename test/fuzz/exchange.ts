import { connect } from 'node:net'
import { type RawAnswer, readAnswers } from './read-answers.ts'
import type { Reading } from './request-reader.ts'

/** The time in which every answer has to arrive. */
export const PATIENCE_MS = 2000

/**
 * Sends bytes on a connection of their own, and takes the answers that there have to be.
 * @param reading - what the bytes mean
 * @throws {Error} when an answer is missing, or late
 */
export async function exchange(
  port: number,
  bytes: Buffer,
  { requests, answers: expected, broken }: Reading,
): Promise<readonly RawAnswer[]> {
  const methods = requests.map(({ method }) => method)
  const received: Buffer[] = []
  const { promise, resolve, reject } = Promise.withResolvers<readonly RawAnswer[]>()
  const answersSoFar = (closed: boolean) => readAnswers(Buffer.concat(received), methods, closed)
  const settle = (closed: boolean): void => {
    try {
      const answers = answersSoFar(closed)
      if (answers.length >= expected) resolve(answers)
      else if (!closed) return
      // A connection that is closed on bytes nobody read is reset, and answers may be lost of it.
      else if (answers.length > 0 || broken) resolve(answers)
      else reject(new Error('the connection was closed without an answer'))
    } catch (error) {
      reject(error)
    }
  }

  const socket = connect(port, '127.0.0.1', () => {
    socket.write(bytes, () => settle(false))
  })
  const timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS} ms`)), PATIENCE_MS)
  socket.on('data', (chunk) => {
    received.push(chunk)
    settle(false)
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED') reject(error)
  })
  socket.on('close', () => settle(true))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}
