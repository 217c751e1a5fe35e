import { Option } from 'commander'
import { type ClientSettings, clientEnvironment } from '../model/index.ts'
import type { CliCommand } from './cli-command.ts'
import { addBrokerFlags, type BrokerFlags, findBroker, getAccessKey } from './running-broker.ts'

const EXAMPLE = `
Examples:
  eval "$(rolecall env source/alice)"
  rolecall env arn:aws:iam::111111111111:user/alice --profile alice`

interface EnvFlags extends BrokerFlags {
  readonly json?: true
  readonly profile?: string
}

/** `rolecall env`: hands the operator what a client needs to sign as a user or an account's root. */
export const env: CliCommand = {
  configure(command) {
    command
      .argument('<PRINCIPAL>', 'an ARN, or ALIAS/NAME or ACCOUNT/NAME for a user')
      .addOption(new Option('--shell', 'lines for sh to evaluate (the default)').conflicts(['json', 'profile']))
      .addOption(new Option('--json', 'an object of environment variables').conflicts('profile'))
      .option('--profile <NAME>', "write them as a profile into AWS's shared files instead")
      .addHelpText('after', EXAMPLE)
    addBrokerFlags(command)
  },

  async run(command, { environment, stdout, stderr }) {
    const { json, profile, ...flags } = command.opts<EnvFlags>()
    const [principal = ''] = command.args
    const settings = await getAccessKey(principal, await findBroker(flags, environment))
    if (profile !== undefined) {
      const { writeProfile } = await import('./write-profile.ts')
      const files = await writeProfile(profile, settings, environment)
      stderr.write(`Wrote the profile ${profile} to ${files.credentials} and ${files.config}.\n`)
      stdout.write(`aws --profile ${profile} sts get-caller-identity\n`)
    } else if (json) {
      stdout.write(`${JSON.stringify(clientEnvironment(settings), undefined, 2)}\n`)
    } else {
      stdout.write(shellLines(settings))
    }
    return 0
  },
}

function shellLines(settings: ClientSettings): string {
  const lines = Object.entries(clientEnvironment(settings)).map(([name, value]) => `export ${name}=${quote(value)}\n`)
  // Some SDKs take a profile's key before the one in the environment.
  return `${lines.join('')}unset AWS_PROFILE\n`
}

/** One word for sh, whatever is in it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
