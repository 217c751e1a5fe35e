import { type Command, Option } from 'commander'
import { oneLine } from './ask.ts'
import type { Environment } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { DEFAULTS } from './defaults.ts'
import { addBrokerFlags, type BrokerFlags, callOperator, findBroker } from './running-broker.ts'

/** The flags that say whom the operator asks. */
export interface OperatorFlags extends BrokerFlags {
  /** Given: a data folder that nobody serves, with these keys. */
  readonly keys?: string
}

/** Asks for an operator's operation by name; its answer is unchecked. */
export type OperatorCall = (operation: string, input: unknown) => Promise<unknown>

/** Gives a command the flags that say whom the operator asks: a running broker, or a data folder that nobody serves. */
export function addOperatorFlags(command: Command): void {
  addBrokerFlags(command)
  command.addOption(
    new Option(
      '--keys <FOLDER>',
      'work on a data folder that no broker serves, with the key ring in this folder',
    ).conflicts(['readyFile', 'admin', 'operatorTokenFile']),
  )
}

/**
 * Runs `work` with somebody to ask: the running broker, or with `--keys` a node that lives for this and listens nowhere.
 * @param served - what to do instead when a broker serves the data folder
 * @throws {@link CliError} with the words of whoever refused; `DirectoryMistakes` as they are
 */
export async function asOperator<Result>(
  { keys, ...flags }: OperatorFlags,
  environment: Environment,
  work: (call: OperatorCall) => Promise<Result>,
  served = 'leave --keys out to ask the broker that serves it',
): Promise<Result> {
  if (keys !== undefined) return await onFolder(flags.data, keys, environment, work, served)
  const broker = await findBroker(flags, environment)
  return await work((operation, input) => callOperator(operation, input, broker))
}

async function onFolder<Result>(
  data: string | undefined,
  keys: string,
  environment: Environment,
  work: (call: OperatorCall) => Promise<Result>,
  served: string,
): Promise<Result> {
  const [{ operatorCalls, prepareNode }, { isInMemory, loadConfig }, { Fault }, { DirectoryMistakes }] =
    await Promise.all([
      import('../compose/index.ts'),
      import('../platform/config/index.ts'),
      import('../model/index.ts'),
      import('../domain/directory/index.ts'),
    ])
  // Of the environment only what says where the data is and what is in it: the rest configures a broker that serves.
  const { ROLECALL_PARTITION, ROLECALL_DATA } = environment
  const config = loadConfig({
    environment: { ROLECALL_PARTITION },
    flags: { data: data ?? (ROLECALL_DATA || DEFAULTS.data), keys, 'log-level': 'silent' },
  })
  if (isInMemory(config)) throw new CliError('Data in :memory: is gone with its broker: name a folder with --data')
  const node = await prepareNode(config, { asItIs: true }).catch((error: unknown) => {
    const isServed = error instanceof Error && /^Another process is using/.test(error.message)
    throw isServed ? new CliError(`${error.message} If it is a broker, ${served}.`, { cause: error }) : error
  })
  try {
    const calls = operatorCalls(node)
    return await work(async (operation, input) => await calls.get(operation)?.(input))
  } catch (error) {
    if (!(error instanceof Fault) || error instanceof DirectoryMistakes) throw error
    const status = error.httpStatus === 400 ? WRONG_USAGE : 1
    throw new CliError(oneLine(`${error.code}: ${error.message}`), { status, cause: error })
  } finally {
    await node.stop()
  }
}
