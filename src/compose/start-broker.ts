import { type ClientSettings, clientEnvironment } from '../model/index.ts'
import type { DirectoryInput } from '../operations/loading/index.ts'
import { type BrokerSettings, loadConfig } from '../platform/config/index.ts'
import type { Addresses } from './node-files.ts'
import { startNode } from './start-node.ts'

/** How to start a broker inside another program: the settings of a configuration file, with a directory as an object too. */
export interface BrokerOptions extends Omit<BrokerSettings, 'directory'> {
  /** A directory file, a directory written as an object in the same shape, or several of them. */
  readonly directory?: string | DirectoryInput | readonly (string | DirectoryInput)[]
}

/** Everything a program needs to act as one principal: for an SDK client, and for a child process. */
export interface BrokerClient extends ClientSettings {
  /** The same as environment variables. */
  readonly env: Readonly<Record<string, string>>
}

/** A broker that runs inside this process. Stops when it goes out of scope: `await using`. */
export interface Broker extends AsyncDisposable {
  /** Where AWS clients send their requests. */
  readonly endpoint: string
  /** The origins that the listeners really have. */
  readonly addresses: Addresses
  /** Opens the operator's calls on the admin listener: `Authorization: Bearer ...`. */
  readonly operatorToken: string
  /**
   * What an SDK client takes to sign as a user or an account's root.
   * @param principal - an ARN, or `ALIAS/NAME` or `ACCOUNT/NAME` for a user
   * @throws NoSuchEntity when there is no such principal, or it has no active access key
   */
  as(principal: string): Promise<BrokerClient>
  stop(): Promise<void>
}

/** Three free ports and little talk: a program that starts a broker asks it where it is. */
const IN_PROCESS: BrokerSettings = {
  listen: { api: '127.0.0.1:0', metadata: '127.0.0.1:0', admin: '127.0.0.1:0' },
  logLevel: 'error',
}

/**
 * Starts a broker in this process. Without a data folder everything is in memory and gone when it stops.
 * @throws ConfigError, DirectoryFileError and other errors with a sentence that says what to do
 */
export async function startBroker({ directory = [], ...settings }: BrokerOptions = {}): Promise<Broker> {
  const inputs = Array.isArray(directory) ? directory : [directory]
  const content = {
    ...IN_PROCESS,
    data: ':memory:',
    ...settings,
    listen: { ...IN_PROCESS.listen, ...settings.listen },
    directory: inputs.filter((input) => typeof input === 'string'),
  }
  const config = loadConfig({ file: { name: 'startBroker', content } })
  const node = await startNode(config, { directories: inputs.filter((input) => typeof input !== 'string') })
  const { addresses, operatorToken } = node
  return {
    endpoint: config.publicUrl ?? addresses.api,
    addresses,
    operatorToken: operatorToken.reveal(),
    async as(principal) {
      const settings = await node.clientSettings(principal)
      return { ...settings, env: clientEnvironment(settings) }
    },
    stop: () => node.stop(),
    [Symbol.asyncDispose]: () => node.stop(),
  }
}
