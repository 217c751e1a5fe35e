import type { DestinationStream } from 'pino'

const MAX_WAITING_BYTES = 1_048_576

/**
 * Standard error for lines. A line is in the pipe when `write` returns, so that the last ones before a crash are read.
 * When the pipe is full, a megabyte waits for its reader, and the process for nobody: lines beyond are dropped, and
 * counted in a line of their own as soon as there is room.
 */
export function standardError(): DestinationStream {
  const stderr = process.stderr
  // A reader that went away is no reason to stop. The executable has its own opinion of other errors.
  if (stderr.listenerCount('error') === 0) stderr.on('error', () => undefined)
  let dropped = 0
  return {
    write(line) {
      if (stderr.writableLength > MAX_WAITING_BYTES) {
        dropped++
        return
      }
      if (dropped > 0) stderr.write(droppedLine(dropped))
      dropped = 0
      stderr.write(line)
    },
  }
}

function droppedLine(lines: number): string {
  return `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), lines, event: 'log.dropped' })}\n`
}
