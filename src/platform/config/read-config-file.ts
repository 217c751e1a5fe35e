import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConfigError } from './config-error.ts'
import type { ConfigFile } from './load-config.ts'

/**
 * Reads a configuration file, YAML or JSON. What it says is for `loadConfig` to check.
 * @throws {@link ConfigError} when it cannot be read, or is no YAML: with line and column
 */
export async function readConfigFile(name: string): Promise<ConfigFile> {
  const { parseDocument } = await import('yaml')
  const text = await readFile(name, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new ConfigError([`${name}: cannot be read (${cause.code})`])
  })
  const document = bounded(name, () => parseDocument(text))
  if (document.errors.length > 0) {
    throw new ConfigError(document.errors.map(({ message }) => `${name}: ${message.split('\n', 1)[0]}`))
  }
  return { name, folder: dirname(name), content: bounded(name, () => document.toJS()) ?? {} }
}

/** Runs a step of the parser, which throws at nesting that the stack cannot hold and at aliases that lead nowhere or too far. */
function bounded<Result>(name: string, step: () => Result): Result {
  try {
    return step()
  } catch (cause) {
    throw new ConfigError([`${name}: ${String(cause)}`])
  }
}
