import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { clientEnvironment } from '../model/index.ts'
import { type AwsFlags, type AwsSettings, addAwsFlags, resolveAwsSettings } from './aws-settings.ts'
import type { CliCommand } from './cli-command.ts'
import type { CliContext, Environment } from './cli-context.ts'
import { keepNoProxy } from './keep-no-proxy.ts'
import { callSts, credentialsOf } from './sts-client.ts'

const EXAMPLE = `
Example:
  rolecall exec --role arn:aws:iam::222222222222:role/Deployer -- aws sts get-caller-identity`

const FORWARDED = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const
const NOT_FOUND = 127
const NOT_EXECUTABLE = 126

/** What would keep a client from using the session's variables. */
const OVERRULING = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']

interface ExecFlags extends AwsFlags {
  readonly role: string
  readonly externalId?: string
  readonly sessionName: string
  readonly duration?: string
}

/** `rolecall exec`: runs a command whose environment has a session of a role, and ends as the command does. */
export const exec: CliCommand = {
  configure(command) {
    command
      .argument('<COMMAND...>', 'what to run, after --')
      .requiredOption('--role <ARN>', 'the role to assume')
      .option('--external-id <ID>', "the ExternalId that the role's trust policy asks for")
      .option('--session-name <NAME>', 'how the session is called in logs', 'rolecall-exec')
      .option('--duration <SECONDS>', "how long the session lasts (default the API's: 3600)")
      .addHelpText('after', EXAMPLE)
    addAwsFlags(command)
  },

  async run(command, context) {
    const flags = command.opts<ExecFlags>()
    const session = await assumeRole(flags, await resolveAwsSettings(flags, context.environment))
    const environment: Record<string, string | undefined> = {
      ...context.environment,
      ...keepNoProxy(session, context.environment),
    }
    for (const name of OVERRULING) delete environment[name]
    const [program = '', ...args] = command.args
    return await runToEnd(program, args, environment, context)
  },
}

async function assumeRole(flags: ExecFlags, settings: AwsSettings): Promise<Record<string, string>> {
  const parameters = {
    RoleArn: flags.role,
    RoleSessionName: flags.sessionName,
    ...(flags.externalId !== undefined && { ExternalId: flags.externalId }),
    ...(flags.duration !== undefined && { DurationSeconds: flags.duration }),
  }
  const result = await callSts('AssumeRole', parameters, settings)
  const endpoint = settings.endpoint.href.replace(/\/$/, '')
  return clientEnvironment({
    endpoint,
    region: settings.region,
    credentials: credentialsOf(result, 'AssumeRole', settings.endpoint),
  })
}

/** Runs a program on this process's own streams. @returns its status, as a shell would give it */
function runToEnd(
  program: string,
  args: readonly string[],
  env: Environment,
  { signals, stdin, stderr }: CliContext,
): Promise<number> {
  const child = spawn(program, args, { env, stdio: 'inherit' })
  const forward = (signal: NodeJS.Signals): void => {
    // What is typed at a terminal already went to every program in its foreground, the child included.
    const typed = stdin.isTTY === true && (signal === 'SIGINT' || signal === 'SIGQUIT')
    if (!typed) child.kill(signal)
  }
  for (const signal of FORWARDED) signals.on(signal, forward)
  return new Promise<number>((resolve) => {
    child.once('error', ({ code }: NodeJS.ErrnoException) => {
      stderr.write(`rolecall: ${program} cannot be run (${code})\n`)
      resolve(code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE)
    })
    child.once('exit', (status, signal) => resolve(signal === null ? (status ?? 1) : 128 + constants.signals[signal]))
  }).finally(() => {
    for (const signal of FORWARDED) signals.off(signal, forward)
  })
}
