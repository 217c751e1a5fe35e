import type { Command } from 'commander'
import type { CliContext } from './cli-context.ts'

/** One command: what it takes, and what it does. */
export interface CliCommand {
  /** Adds arguments, options and an example to a command that has its name and summary. */
  configure(command: Command): void
  /**
   * Runs with what was parsed into `command`.
   * @returns the exit status
   * @throws {@link CliError}, or any error whose message is a sentence for whoever typed the command
   */
  run(command: Command, context: CliContext): Promise<number>
}
