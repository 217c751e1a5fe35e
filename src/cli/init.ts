import { isInMemory } from '../platform/config/index.ts'
import { align } from './align.ts'
import type { CliCommand } from './cli-command.ts'
import { CliError } from './cli-error.ts'
import { firstAdminRows } from './first-admin-rows.ts'
import { addSettings, loadSettings } from './node-settings.ts'

const EXAMPLE = `
Example:
  rolecall init --data data --keys keys`

/** `rolecall init`: what the first `serve` would make, without serving. Changes nothing where accounts are. */
export const init: CliCommand = {
  configure(command) {
    addSettings(command, ['data', 'keys', 'partition', 'log-level'])
    command.addHelpText('after', EXAMPLE)
  },

  async run(command, { environment, stdout }) {
    const config = await loadSettings(command, environment)
    if (isInMemory(config)) throw new CliError('Data in :memory: does not last: name a folder with --data')
    const { prepareNode } = await import('../compose/index.ts')
    // Directory files are for serve: with one there would be no first administrator.
    const node = await prepareNode({ ...config, directory: [] })
    await node.stop()
    if (node.firstAdmin === undefined) {
      throw new CliError(`The data folder ${config.data} has accounts already; name another with --data`)
    }
    stdout.write(`Made the data folder ${config.data} and the key ring in ${config.keys}.\n`)
    stdout.write(align(firstAdminRows(node.firstAdmin, config, stdout), '  '))
    return 0
  },
}
