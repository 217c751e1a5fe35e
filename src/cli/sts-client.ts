import type { AwsSettings } from './aws-settings.ts'
import { callQuery } from './query-client.ts'

/**
 * Calls an action of STS.
 * @returns the members of the action's result, unchecked
 * @throws {@link CliError} with AWS's code and message when it is refused
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/CommonParameters.html
 */
export async function callSts(
  action: string,
  parameters: Readonly<Record<string, string>>,
  settings: AwsSettings,
): Promise<unknown> {
  return await callQuery({ service: 'sts', version: '2011-06-15' }, action, parameters, settings)
}
