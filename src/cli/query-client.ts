import { signRequest } from '../engines/sigv4/index.ts'
import { systemClock } from '../platform/clock.ts'
import { ask, refusal } from './ask.ts'
import type { AwsSettings } from './aws-settings.ts'
import { memberAt } from './json-members.ts'

const CONTENT_TYPE = 'application/x-www-form-urlencoded; charset=utf-8'

/** A service of the Query protocol. */
interface QueryService {
  /** The signing name. */
  readonly service: 'sts' | 'iam'
  readonly version: string
  /** Whether some of its actions have no result. */
  readonly answersNothing?: boolean
}

/**
 * Calls an action, signed where there are credentials, and asks for the answer in JSON.
 * @returns the members of the action's result, unchecked
 * @throws {@link CliError} with AWS's code and message when it is refused
 */
export async function callQuery(
  { service, version, answersNothing = false }: QueryService,
  action: string,
  parameters: Readonly<Record<string, string>>,
  settings: AwsSettings | Pick<AwsSettings, 'endpoint'>,
): Promise<unknown> {
  const { endpoint } = settings
  const body = new URLSearchParams({ Action: action, Version: version, ...parameters }).toString()
  const request = {
    method: 'POST',
    target: `${endpoint.pathname}${endpoint.search}`,
    rawHeaders: ['Host', endpoint.host, 'Content-Type', CONTENT_TYPE],
    body: Buffer.from(body),
  } as const
  const signature =
    'credentials' in settings
      ? signRequest(request, { ...settings.credentials, region: settings.region, service }, systemClock.now())
      : undefined
  const headers = { ...signature, 'Content-Type': CONTENT_TYPE, Accept: 'application/json' }
  const answer = await ask(endpoint, { method: 'POST', headers, body })
  const response = memberAt(answer.json, `${action}Response`)
  const result = memberAt(response, `${action}Result`)
  const isAnswered = result !== undefined || (answersNothing && response !== undefined)
  if (answer.status !== 200 || !isAnswered) throw refusal(answer, endpoint)
  return result
}
