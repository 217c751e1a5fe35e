import { readFile } from 'node:fs/promises'
import { Command, CommanderError } from 'commander'
import type { CliCommand } from './cli-command.ts'
import type { CliContext } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { textAt } from './json-members.ts'

interface CommandEntry {
  readonly name: string
  readonly summary: string
  load(): Promise<CliCommand>
}

const COMMANDS: readonly CommandEntry[] = [
  { name: 'serve', summary: 'run the broker', load: async () => (await import('./serve.ts')).serve },
  {
    name: 'init',
    summary: 'make the data folder, the key ring and the first administrator',
    load: async () => (await import('./init.ts')).init,
  },
  {
    name: 'apply',
    summary: 'make the directory hold what files say, or tell what that would change',
    load: async () => (await import('./apply.ts')).apply,
  },
  {
    name: 'accounts',
    summary: 'create, list and close accounts',
    load: async () => (await import('./accounts.ts')).accounts,
  },
  {
    name: 'env',
    summary: "a user's or a root's access key as environment variables, or as an AWS profile",
    load: async () => (await import('./env.ts')).env,
  },
  {
    name: 'whoami',
    summary: 'whom the broker takes the credentials of this environment for',
    load: async () => (await import('./whoami.ts')).whoami,
  },
  {
    name: 'exec',
    summary: 'assume a role and run a command as it',
    load: async () => (await import('./exec.ts')).exec,
  },
  {
    name: 'mfa',
    summary: 'enroll, list and remove MFA devices',
    load: async () => (await import('./mfa.ts')).mfa,
  },
  {
    name: 'login',
    summary: "sign in at an OpenID Connect provider and get credentials of a role, for AWS's clients too",
    load: async () => (await import('./login.ts')).login,
  },
  {
    name: 'logout',
    summary: 'forget what login keeps',
    load: async () => (await import('./logout.ts')).logout,
  },
  {
    name: 'can',
    summary: 'whether a principal may do something, and why or why not',
    load: async () => (await import('./can.ts')).can,
  },
  {
    name: 'explain',
    summary: 'why access was denied, and what would have to change',
    load: async () => (await import('./explain.ts')).explain,
  },
  {
    name: 'events',
    summary: 'what was granted and what was refused, and to whom',
    load: async () => (await import('./events.ts')).events,
  },
  {
    name: 'lint',
    summary: 'what AWS would refuse in policies, and what to look at before saving them',
    load: async () => (await import('./lint.ts')).lint,
  },
  {
    name: 'keys',
    summary: 'which keys the broker seals with, and replacing them',
    load: async () => (await import('./keys.ts')).keys,
  },
  {
    name: 'revoke',
    summary: 'take back credentials before they expire',
    load: async () => (await import('./revoke.ts')).revoke,
  },
  {
    name: 'instance',
    summary: 'steer what an instance, a task or a pod is answered, in development',
    load: async () => (await import('./instance.ts')).instance,
  },
  {
    name: 'doctor',
    summary: 'look for what keeps clients from working with the broker',
    load: async () => (await import('./doctor.ts')).doctor,
  },
]

/**
 * Runs the command that the arguments name, and tells a person in one sentence when it cannot be done.
 * @param args - without the executable's own name
 * @returns the exit status: 2 when it was used wrongly
 */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  let status = 0
  const program = new Command('rolecall')
    .description("A security token service that speaks AWS's own wire protocols.")
    .version(await packageVersion())
    .showHelpAfterError('(--help says more)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      outputError: (text, write) => write(`rolecall: ${text.replace(/^error: /, '')}`),
    })
  try {
    for (const { name, summary, load } of COMMANDS) {
      const command = program.command(name).summary(summary).description(sentence(summary))
      // Also in second place, for `rolecall help serve`.
      if (!args.slice(0, 2).includes(name)) continue
      const { configure, run } = await load()
      configure(command)
      command.action(async () => {
        status = await run(command, context)
      })
    }
    await program.parseAsync(args, { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE
    context.stderr.write(`rolecall: ${error instanceof Error ? error.message : String(error)}\n`)
    return error instanceof CliError ? error.status : 1
  }
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
}

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  return textAt(JSON.parse(text), 'version') ?? ''
}
