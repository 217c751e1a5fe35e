import type { AwsSettings } from './aws-settings.ts'
import { callQuery } from './query-client.ts'

/**
 * Calls an action of IAM, where STS is.
 * @returns the members of the action's result, unchecked; `undefined` of an action that has none
 * @throws {@link CliError} with AWS's code and message when it is refused
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/CommonParameters.html
 */
export async function callIam(
  action: string,
  parameters: Readonly<Record<string, string>>,
  settings: AwsSettings,
): Promise<unknown> {
  return await callQuery({ service: 'iam', version: '2010-05-08', answersNothing: true }, action, parameters, settings)
}
