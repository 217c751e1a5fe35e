import { type ClientSettings, clientEnvironment } from '../model/index.ts'
import type { DirectoryInput } from '../operations/loading/index.ts'
import { type BrokerSettings, loadConfig } from '../platform/config/index.ts'
import type { Addresses } from './node-files.ts'
import { type RunningNode, startNode } from './start-node.ts'

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
  /**
   * Environment variables with which a program gets its credentials by itself, as on EC2, ECS or EKS: put them into a
   * child process. The shared files of AWS are put aside for it, and the broker's hosts are asked past every proxy. An
   * access key or a profile of the environment would still come first: give the child none (`AWS_ACCESS_KEY_ID`,
   * `AWS_PROFILE`), nor another `NO_PROXY`.
   * @param name - `i-...` for an instance, `task/ID` or `task/ID/CONTAINER` for a task of ECS,
   *   `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT` for a new pod of EKS: its token is good for 24 hours; with
   *   `ACCOUNT/REGION/` before the cluster where several have its name
   * @param options - with `irsa` a pod shows STS a token of its cluster instead, as with IAM roles for service accounts;
   *   that is in a file, which is written anew while the broker runs
   * @throws NoSuchEntity when the directory has no such thing
   */
  env(name: string, options?: { readonly irsa?: boolean }): Promise<Readonly<Record<string, string>>>
  stop(): Promise<void>
}

/** Where a broker inside a program listens when it is not told: its program asks it where it is. */
const FREE_PORTS = { api: '127.0.0.1:0', metadata: '127.0.0.1:0', admin: '127.0.0.1:0' }

/**
 * Starts a broker in this process. Without a data folder everything is in memory and gone when it stops.
 * @throws ConfigError, DirectoryFileError and other errors with a sentence that says what to do
 */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { broker } = await startInProcess({ data: ':memory:', logLevel: 'error', ...options }, 'startBroker')
  return broker
}

/**
 * Starts a broker in this process and gives the node beside it.
 * @param caller - what to call the options in errors
 */
export async function startInProcess(
  { directory = [], listen, ...settings }: BrokerOptions,
  caller: string,
): Promise<{ readonly broker: Broker; readonly node: RunningNode }> {
  const inputs = Array.isArray(directory) ? directory : [directory]
  const content = {
    ...settings,
    listen: { ...FREE_PORTS, ...listen },
    directory: inputs.filter((input) => typeof input === 'string'),
  }
  const config = loadConfig({ file: { name: caller, content } })
  const node = await startNode(config, { directories: inputs.filter((input) => typeof input !== 'string') })
  const { addresses, operatorToken } = node
  const broker: Broker = {
    endpoint: config.publicUrl ?? addresses.api,
    addresses,
    operatorToken: operatorToken.reveal(),
    async as(principal) {
      const client = await node.clientSettings(principal)
      return { ...client, env: clientEnvironment(client) }
    },
    env: (name, options) => node.environmentOf(name, options),
    stop: () => node.stop(),
    [Symbol.asyncDispose]: () => node.stop(),
  }
  return { broker, node }
}
