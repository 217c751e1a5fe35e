import { type Command, Option } from 'commander'
import {
  type BrokerConfig,
  ConfigError,
  loadConfig,
  readConfigFile,
  SETTINGS,
  type Setting,
} from '../platform/config/index.ts'
import type { Environment } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'

/** Gives a command `--config` and the flags of the settings: of those in `only`, or of all. */
export function addSettings(command: Command, only?: readonly string[]): void {
  command.option('--config <FILE>', 'a configuration file, YAML or JSON; environment and flags win over it')
  for (const setting of SETTINGS) {
    if (only === undefined || only.includes(setting.flag)) command.addOption(optionOf(setting))
  }
}

/**
 * The configuration out of file, environment and flags.
 * @throws {@link CliError} naming every problem at once
 */
export async function loadSettings(command: Command, environment: Environment): Promise<BrokerConfig> {
  const { config } = command.opts<{ config?: string }>()
  const flags: Record<string, unknown> = {}
  for (const setting of SETTINGS) flags[setting.flag] = command.getOptionValue(optionOf(setting).attributeName())
  try {
    return loadConfig({ file: config === undefined ? undefined : await readConfigFile(config), environment, flags })
  } catch (error) {
    throw error instanceof ConfigError ? new CliError(error.message, { status: WRONG_USAGE, cause: error }) : error
  }
}

function optionOf({ flag, takes, repeatable, help, environment }: Setting): Option {
  const value = takes === undefined ? '' : ` <${takes}>`
  const option = new Option(`--${flag}${value}`, `${help}${repeatable ? '; may be repeated' : ''} [${environment}]`)
  return repeatable ? option.argParser((given: string, before: string[] = []) => [...before, given]) : option
}
