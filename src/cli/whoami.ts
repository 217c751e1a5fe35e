import { align } from './align.ts'
import { type AwsFlags, addAwsFlags, resolveAwsSettings } from './aws-settings.ts'
import type { CliCommand } from './cli-command.ts'
import { textAt } from './json-members.ts'
import { callSts } from './sts-client.ts'

const EXAMPLE = `
Example:
  rolecall whoami --profile alice`

/** `rolecall whoami`: GetCallerIdentity with the credentials of the environment. */
export const whoami: CliCommand = {
  configure(command) {
    addAwsFlags(command)
    command.option('--json', 'as JSON').addHelpText('after', EXAMPLE)
  },

  async run(command, { environment, stdout }) {
    const { json, ...flags } = command.opts<AwsFlags & { readonly json?: true }>()
    const result = await callSts('GetCallerIdentity', {}, await resolveAwsSettings(flags, environment))
    const identity = ['Account', 'Arn', 'UserId'].map((name) => [name, textAt(result, name) ?? ''])
    stdout.write(json ? `${JSON.stringify(Object.fromEntries(identity), undefined, 2)}\n` : align(identity))
    return 0
  },
}
