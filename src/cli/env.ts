import { resolve } from 'node:path'
import { Option } from 'commander'
import { clientEnvironment } from '../model/index.ts'
import { writePrivateFile } from '../platform/private-file.ts'
import type { CliCommand } from './cli-command.ts'
import type { Environment } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { keepNoProxy } from './keep-no-proxy.ts'
import { getMachineEnvironment, isMachine, OVERRULING, TOKEN, TOKEN_FILE } from './machine-environment.ts'
import { addBrokerFlags, type BrokerFlags, findBroker, getAccessKey, type RunningBroker } from './running-broker.ts'

const EXAMPLE = `
Examples:
  eval "$(rolecall env source/alice)"
  rolecall env arn:aws:iam::111111111111:user/alice --profile alice
  eval "$(rolecall env i-0123456789abcdef0)"
  rolecall env pod/shop/default/web --token-file ./token --json
  eval "$(rolecall env pod/shop/default/web --irsa)"`

interface EnvFlags extends BrokerFlags {
  readonly json?: true
  readonly profile?: string
  readonly tokenFile?: string
  readonly irsa?: true
}

/**
 * `rolecall env`: hands the operator what a client needs to sign as a user or an account's root, or to be an instance, a
 * task or a pod.
 */
export const env: CliCommand = {
  configure(command) {
    command
      .argument(
        '<WHO>',
        'a user: an ARN, or ALIAS/NAME or ACCOUNT/NAME; a machine: i-..., task/ID[/CONTAINER] or pod/CLUSTER/NAMESPACE/SERVICEACCOUNT',
      )
      .addOption(new Option('--shell', 'lines for sh to evaluate (the default)').conflicts(['json', 'profile']))
      .addOption(new Option('--json', 'an object of environment variables').conflicts('profile'))
      .option('--profile <NAME>', "write a user's as a profile into AWS's shared files instead")
      .option('--token-file <FILE>', "write a task's or a pod's token into a file, which SDKs read each time")
      .addOption(
        new Option(
          '--irsa',
          "a pod's role by IAM roles for service accounts: the broker writes its token into a file, and renews it",
        ).conflicts('tokenFile'),
      )
      .addHelpText('after', EXAMPLE)
    addBrokerFlags(command)
  },

  async run(command, { environment, stdout, stderr }) {
    const { json, profile, tokenFile, irsa, ...flags } = command.opts<EnvFlags>()
    const [who = ''] = command.args
    const broker = await findBroker(flags, environment)
    if (isMachine(who)) {
      if (profile !== undefined) throw wrongUsage('--profile is for users: a machine has no access key to write down.')
      if (irsa && !who.startsWith('pod/')) throw wrongUsage('--irsa is for pods: pod/CLUSTER/NAMESPACE/SERVICEACCOUNT.')
      const given = irsa
        ? await getMachineEnvironment(who, broker, { irsa })
        : await machineVariables(who, tokenFile, broker)
      const variables = keepNoProxy(given, environment)
      const overruling = OVERRULING.filter((name) => variables[name] === undefined)
      stdout.write(json ? jsonLines(variables) : shellLines(variables, overruling))
      const left = overruling.filter((name) => environment[name])
      if (json && left.length > 0)
        stderr.write(`No object takes variables away. SDKs read these first: unset ${left.join(' ')}\n`)
      return 0
    }
    if (tokenFile !== undefined) throw wrongUsage('--token-file is for tasks and pods: a user has no token.')
    if (irsa) throw wrongUsage('--irsa is for pods: pod/CLUSTER/NAMESPACE/SERVICEACCOUNT.')
    const settings = await getAccessKey(who, broker)
    if (profile !== undefined) {
      const { writeProfile } = await import('./write-profile.ts')
      const files = await writeProfile(profile, settings, environment)
      stderr.write(`Wrote the profile ${profile} to ${files.credentials} and ${files.config}.\n`)
      stdout.write(`aws --profile ${profile} sts get-caller-identity\n`)
      return 0
    }
    const variables = keepNoProxy(clientEnvironment(settings), environment)
    // Some SDKs take a profile's key before the one in the environment.
    stdout.write(json ? jsonLines(variables) : shellLines(variables, ['AWS_PROFILE']))
    return 0
  },
}

/** With the token in a file, where one is named: nothing after it, because SDKs refuse line ends. */
async function machineVariables(
  name: string,
  tokenFile: string | undefined,
  broker: RunningBroker,
): Promise<Readonly<Record<string, string>>> {
  const { [TOKEN]: token, ...variables } = await getMachineEnvironment(name, broker)
  if (tokenFile === undefined) return token === undefined ? variables : { ...variables, [TOKEN]: token }
  if (token === undefined) throw wrongUsage('--token-file is for tasks and pods: an instance has no token.')
  const path = resolve(tokenFile)
  try {
    await writePrivateFile(path, token)
  } catch (cause) {
    throw new CliError(`${path} cannot be written: name another with --token-file`, { cause })
  }
  return { ...variables, [TOKEN_FILE]: path }
}

function wrongUsage(message: string): CliError {
  return new CliError(message, { status: WRONG_USAGE })
}

function jsonLines(variables: Environment): string {
  return `${JSON.stringify(variables, undefined, 2)}\n`
}

function shellLines(variables: Environment, unset: readonly string[]): string {
  const lines = Object.entries(variables).map(([name, value = '']) => `export ${name}=${quote(value)}\n`)
  return `${lines.join('')}unset ${unset.join(' ')}\n`
}

/** One word for sh, whatever is in it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
