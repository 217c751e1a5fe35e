/**
 * The executable: hands the arguments to a command in `cli` and ends with its status. The only reader of this process's
 * arguments and environment.
 * @module
 */
import process from 'node:process'
import { runCli } from './cli/index.ts'

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
  signals: process,
  nodeVersion: process.versions.node,
})
// Ends now whatever is still under way, a stop that takes too long included, but not before everything is written.
process.stdout.write('', () => process.exit(status))
