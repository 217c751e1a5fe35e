import { join } from 'node:path'
import type { RunningNode } from '../compose/index.ts'
import { type BrokerConfig, isInMemory } from '../platform/config/index.ts'
import { adminRows } from './admin-rows.ts'
import { align } from './align.ts'
import type { CliCommand } from './cli-command.ts'
import type { Output, Signals } from './cli-context.ts'
import { DEFAULTS } from './defaults.ts'
import { addSettings, loadSettings } from './node-settings.ts'

const EXAMPLE = `
Examples:
  rolecall serve
  rolecall serve --data :memory: --directory accounts.yaml --ready-file ready.json`

const CUT_SHORT = 1

/** `rolecall serve`: runs a node until it is told to stop. A signal during the start, or a second one, waits for nothing. */
export const serve: CliCommand = {
  configure(command) {
    addSettings(command)
    command.addHelpText('after', EXAMPLE)
  },

  async run(command, { environment, stdout, signals }) {
    const config = await loadSettings(command, environment)
    const { startNode } = await import('../compose/index.ts')
    const node = await startNode(config)
    // Not before the start: until here the system's own answer to a signal ends the process at once, even while it
    // hangs in a system call, where no listener would run and `process.exit` would wait.
    const { first, second } = stopSignals(signals)
    stdout.write(describeNode(node, config, stdout))
    const stopped = first.then(() => node.stop()).then(() => 0)
    return await Promise.race([stopped, second.then(() => CUT_SHORT)])
  },
}

function stopSignals(signals: Signals): { readonly first: Promise<void>; readonly second: Promise<void> } {
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  let told = false
  const listener = (): void => {
    if (told) second.resolve()
    told = true
    first.resolve()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) signals.on(signal, listener)
  return { first: first.promise, second: second.promise }
}

function describeNode(node: RunningNode, config: BrokerConfig, stdout: Output): string {
  const { addresses, firstAdmin } = node
  const keyFile = isInMemory(config) ? undefined : join(config.data, 'initial-admin.json')
  const rows = [
    ['API', addresses.api],
    ['metadata', addresses.metadata],
    ['admin', addresses.admin],
    ...node.containerAddresses.map((address) => ['containers', address]),
    [
      'data',
      isInMemory(config) ? 'in memory, gone when the broker stops' : `in ${config.data}, its keys in ${config.keys}`,
    ],
    ...(firstAdmin === undefined ? [] : adminRows(firstAdmin, keyFile, stdout, 'first admin')),
    ...(config.dev
      ? [['--dev', 'adds a clock to move, a reset and steering of instances on the admin listener, for its operator']]
      : []),
  ]
  return `Rolecall is ready.\n${align(rows, '  ')}${stdout.isTTY ? `\n${nextSteps(node, config)}` : ''}`
}

function nextSteps({ addresses, firstAdmin }: RunningNode, config: BrokerConfig): string {
  const principal = firstAdmin === undefined ? 'ALIAS/USER' : `${firstAdmin.account}/admin`
  const location = locationFlags(addresses.admin, config)
  if (location === undefined) return 'Start it with --ready-file FILE, so that "rolecall env" can find it.\n'
  return `In another terminal:\n  eval "$(rolecall env ${principal}${location})"\n  rolecall whoami\n`
}

/** What other commands have to be told to find this node; `undefined` when nothing would do. */
function locationFlags(admin: string, config: BrokerConfig): string | undefined {
  if (config.readyFile !== undefined) return ` --ready-file ${config.readyFile}`
  if (isInMemory(config)) return undefined
  return (
    (admin === DEFAULTS.admin ? '' : ` --admin ${admin}`) +
    (config.data === DEFAULTS.data ? '' : ` --data ${config.data}`)
  )
}
