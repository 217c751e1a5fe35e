import { signRequest } from '../engines/sigv4/index.ts'
import { systemClock } from '../platform/clock.ts'
import { ask, refusal } from './ask.ts'
import type { AwsSettings } from './aws-settings.ts'
import { memberAt } from './json-members.ts'

const CONTENT_TYPE = 'application/x-www-form-urlencoded; charset=utf-8'

/**
 * Calls an action of STS, signed, and asks for the answer in JSON.
 * @returns the members of the action's result, unchecked
 * @throws {@link CliError} with AWS's code and message when it is refused
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/CommonParameters.html
 */
export async function callSts(
  action: string,
  parameters: Readonly<Record<string, string>>,
  { endpoint, region, credentials }: AwsSettings,
): Promise<unknown> {
  const body = new URLSearchParams({ Action: action, Version: '2011-06-15', ...parameters }).toString()
  const request = {
    method: 'POST',
    target: `${endpoint.pathname}${endpoint.search}`,
    rawHeaders: ['Host', endpoint.host, 'Content-Type', CONTENT_TYPE],
    body: Buffer.from(body),
  } as const
  const signature = signRequest(request, { ...credentials, region, service: 'sts' }, systemClock.now())
  const headers = { ...signature, 'Content-Type': CONTENT_TYPE, Accept: 'application/json' }
  const answer = await ask(endpoint, { method: 'POST', headers, body })
  const result = memberAt(answer.json, `${action}Response`, `${action}Result`)
  if (answer.status !== 200 || result === undefined) throw refusal(answer, endpoint)
  return result
}
