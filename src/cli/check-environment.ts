import { environmentEndpoint, loadProfile } from './aws-settings.ts'
import type { Environment } from './cli-context.ts'
import { type Finding, fine, problem } from './finding.ts'

const CHECK = 'environment'
const START_OVER = 'eval "$(rolecall env PRINCIPAL)"'

/** Variables that keep SDKs from an endpoint of one's own, when they are `true`. */
const AGAINST_OWN_ENDPOINTS = [
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
]

/** What in the environment would send an SDK elsewhere, or with other credentials than one thinks. */
export async function checkEnvironment(environment: Environment, api: URL): Promise<readonly Finding[]> {
  const problems: Finding[] = []
  for (const name of AGAINST_OWN_ENDPOINTS) {
    if (environment[name]?.toLowerCase() === 'true') problems.push(unset(`${name} keeps SDKs from this API`, name))
  }
  const variable = environment['AWS_ENDPOINT_URL_STS'] ? 'AWS_ENDPOINT_URL_STS' : 'AWS_ENDPOINT_URL'
  const endpoint = environmentEndpoint(environment)
  if (endpoint !== undefined && !isAt(endpoint, api)) {
    problems.push(problem(CHECK, `${variable} leads elsewhere than to ${api.origin}`, START_OVER))
  }
  problems.push(...checkCredentials(environment), ...(await checkProfile(environment, api)))
  if (problems.length > 0) return problems
  return [
    fine(CHECK, endpoint === undefined ? `SDKs go to AWS itself until ${START_OVER}` : `SDKs go to ${api.origin}`),
  ]
}

function checkCredentials(environment: Environment): readonly Finding[] {
  const keyId = environment['AWS_ACCESS_KEY_ID'] ?? ''
  const hasToken = Boolean(environment['AWS_SESSION_TOKEN'])
  if (hasToken && keyId.startsWith('AKIA')) {
    return [unset('AWS_SESSION_TOKEN is set, and AWS_ACCESS_KEY_ID is a long-term key', 'AWS_SESSION_TOKEN')]
  }
  if (hasToken || !keyId.startsWith('ASIA')) return []
  return [problem(CHECK, 'AWS_ACCESS_KEY_ID is temporary, and AWS_SESSION_TOKEN is not set', START_OVER)]
}

async function checkProfile(environment: Environment, api: URL): Promise<readonly Finding[]> {
  const name = environment['AWS_PROFILE']
  if (!name) return []
  if (environment['AWS_ACCESS_KEY_ID']) {
    return [unset('AWS_PROFILE and AWS_ACCESS_KEY_ID are both set, and SDKs differ in which they take', 'AWS_PROFILE')]
  }
  const { endpoint } = await loadProfile(name, environment)
  if (isAt(environmentEndpoint(environment) ?? endpoint ?? '', api)) return []
  return [unset(`the profile ${name} of AWS_PROFILE does not lead to ${api.origin}`, 'AWS_PROFILE')]
}

function unset(found: string, name: string): Finding {
  return problem(CHECK, found, `unset ${name}`)
}

/** Whether two addresses are the same listener's, as far as their texts tell. */
function isAt(endpoint: string, api: URL): boolean {
  const byAddress = ({ origin }: URL): string => origin.replace('//localhost', '//127.0.0.1')
  const url = URL.parse(endpoint)
  return url !== null && byAddress(url) === byAddress(api)
}
