import { join } from 'node:path'
import { type BrokerConfig, isInMemory } from '../platform/config/index.ts'
import { writePrivateFile } from '../platform/private-file.ts'
import { adminRows } from './admin-rows.ts'
import { align } from './align.ts'
import type { CliCommand } from './cli-command.ts'
import type { CliContext } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { addSettings, loadSettings } from './node-settings.ts'
import { asOperator } from './operator-call.ts'
import { adminFile, readAdmin } from './read-admin.ts'

const EXAMPLE = `
--recover makes a new administrator in an account whose keys are all lost, in a data folder that no broker serves, or
with --admin by asking the broker that serves it. It changes nothing else, and it is recorded.

Examples:
  rolecall init --data data --keys keys
  rolecall init --recover --account shop`

interface InitFlags {
  readonly recover?: true
  readonly account?: string
  readonly admin?: string
}

/** `rolecall init`: what the first `serve` would make, without serving. Changes nothing where accounts are. */
export const init: CliCommand = {
  configure(command) {
    addSettings(command, ['data', 'keys', 'partition', 'log-level'])
    command
      .option('--recover', 'make a new administrator where accounts are')
      .option('--account <ACCOUNT>', 'with --recover: number or alias, where there are several')
      .option('--admin <URL>', 'with --recover: the admin listener of the broker that serves the data folder')
      .addHelpText('after', EXAMPLE)
  },

  async run(command, context) {
    const config = await loadSettings(command, context.environment)
    if (isInMemory(config)) throw new CliError('Data in :memory: does not last: name a folder with --data')
    const { recover, ...flags } = command.opts<InitFlags>()
    if (recover) return await recoverAdmin(flags, config, context)
    if (flags.account !== undefined || flags.admin !== undefined) {
      throw new CliError('--account and --admin are for --recover', { status: WRONG_USAGE })
    }
    return await makeFirst(config, context)
  },
}

async function makeFirst(config: BrokerConfig, { stdout }: CliContext): Promise<number> {
  const { prepareNode } = await import('../compose/index.ts')
  // Directory files are for serve: with one there would be no first administrator.
  const node = await prepareNode({ ...config, directory: [] })
  await node.stop()
  if (node.firstAdmin === undefined) {
    throw new CliError(
      `The data folder ${config.data} has accounts already; name another with --data, or make a new administrator with --recover`,
    )
  }
  stdout.write(`Made the data folder ${config.data} and the key ring in ${config.keys}.\n`)
  stdout.write(align(adminRows(node.firstAdmin, join(config.data, 'initial-admin.json'), stdout, 'first admin'), '  '))
  return 0
}

async function recoverAdmin(
  { account, admin: url }: Omit<InitFlags, 'recover'>,
  { data, keys, partition }: BrokerConfig,
  { environment, stdout }: CliContext,
): Promise<number> {
  const flags = url === undefined ? { data, keys } : { data, admin: url }
  const admin = await asOperator(
    flags,
    { ...environment, ROLECALL_READY_FILE: undefined, ROLECALL_PARTITION: partition },
    async (call) => readAdmin(await call('RecoverAdministrator', { account })),
    'name its admin listener with --admin URL',
  )
  const file = join(data, 'recovered-admin.json')
  await writePrivateFile(file, adminFile(admin))
  stdout.write(`Made a new administrator in account ${admin.account}; delete it when you have your own keys again.\n`)
  stdout.write(align(adminRows(admin, file, stdout), '  '))
  return 0
}
