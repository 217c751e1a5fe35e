/**
 * The executable: hands the arguments to a command in `cli` and ends with its status. The only reader of this process's
 * arguments and environment.
 * @module
 */
import { constants } from 'node:os'
import process from 'node:process'
import { runCli } from './cli/index.ts'

// The kernel spares the first process of a container every signal that nobody listens to: here it ends as any other
// process would, until a command listens itself.
if (process.pid === 1) {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (process.listenerCount(signal) > 1) return
      // `exit` would wait for a system call that hangs in another thread; becoming another program does not.
      const script = `process.exit(${128 + constants.signals[signal]})`
      process.execve?.(process.execPath, [process.execPath, '--eval', script])
    })
  }
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever was reading went away, as in `rolecall --help | head -1`.
    if (error.code !== 'EPIPE') throw error
  })
}

const status = await runCli(process.argv.slice(2), {
  environment: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  terminal: '/dev/tty',
  signals: process,
  nodeVersion: process.versions.node,
})
// Ends now whatever is still under way, a stop that takes too long included, but not before everything is written.
process.stdout.write('', () => process.exit(status))
