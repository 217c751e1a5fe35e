import type { AwsSettings } from './aws-settings.ts'
import { CliError } from './cli-error.ts'
import { textAt } from './json-members.ts'
import { callQuery } from './query-client.ts'

const STS = { service: 'sts', version: '2011-06-15' } as const

/**
 * Calls an action of STS; unsigned without credentials, for what proves itself by its parameters.
 * @returns the members of the action's result, unchecked
 * @throws {@link CliError} with AWS's code and message when it is refused
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/CommonParameters.html
 */
export async function callSts(
  action: string,
  parameters: Readonly<Record<string, string>>,
  settings: AwsSettings | Pick<AwsSettings, 'endpoint'>,
): Promise<unknown> {
  return await callQuery(STS, action, parameters, settings)
}

/** The temporary credentials in a result. @throws {@link CliError} when there are none */
export function credentialsOf(result: unknown, action: string, { origin }: URL) {
  const accessKeyId = textAt(result, 'Credentials', 'AccessKeyId')
  const secretAccessKey = textAt(result, 'Credentials', 'SecretAccessKey')
  const sessionToken = textAt(result, 'Credentials', 'SessionToken')
  if (!accessKeyId || !secretAccessKey || !sessionToken) {
    throw new CliError(`${origin} answered ${action} without credentials`)
  }
  return { accessKeyId, secretAccessKey, sessionToken }
}
