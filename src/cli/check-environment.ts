import { devNull } from 'node:os'
import { pastProxies } from '../model/index.ts'
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

/** Where SDKs ask for the credentials of a machine. */
const ASKED_FOR_CREDENTIALS = [
  'AWS_EC2_METADATA_SERVICE_ENDPOINT',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
]

/** The settings by which a profile gives credentials. */
const GIVES_CREDENTIALS = /^(?:aws_access_key_id|role_arn|credential_process|sso_session|sso_start_url|login_session)$/

/** All of AWS's requests here are plain HTTP, or go to a public name. */
const PROXIES = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY']

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
  problems.push(...(await checkMachine(environment)), ...checkProxy(environment, [api.href, endpoint ?? api.href]))
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

/** What makes SDKs take other credentials than those of the machine that this environment says it is. */
async function checkMachine(environment: Environment): Promise<readonly Finding[]> {
  const asked = ASKED_FOR_CREDENTIALS.find((name) => environment[name])
  if (asked === undefined) return []
  if (environment['AWS_ACCESS_KEY_ID']) {
    const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']
    return [unset(`AWS_ACCESS_KEY_ID comes before the credentials of ${asked}`, names.join(' '))]
  }
  const name = environment['AWS_PROFILE'] || 'default'
  const { profile = {} } = await loadProfile(name, environment)
  const source = Object.keys(profile).find((key) => GIVES_CREDENTIALS.test(key))
  if (source === undefined) return []
  const advice = environment['AWS_PROFILE']
    ? 'unset AWS_PROFILE'
    : `export AWS_CONFIG_FILE=${devNull} AWS_SHARED_CREDENTIALS_FILE=${devNull}, or again: eval "$(rolecall env ...)"`
  return [problem(CHECK, `the profile ${name} (${source}) comes before the credentials of ${asked}`, advice)]
}

/** What sends requests for this machine to a proxy, which cannot reach it. */
function checkProxy(environment: Environment, urls: readonly string[]): readonly Finding[] {
  const proxy = PROXIES.find((name) => environment[name])
  if (proxy === undefined) return []
  const metadata = ASKED_FOR_CREDENTIALS.map((name) => environment[name] ?? '').filter((url) => URL.canParse(url))
  const { NO_PROXY = '' } = pastProxies([...urls.filter((url) => URL.canParse(url)), ...metadata])
  // Clients that read both take the one in lower case.
  const kept = (environment['no_proxy'] || environment['NO_PROXY'] || '').split(',').map((host) => host.trim())
  const missing = NO_PROXY.split(',').filter((host) => !kept.includes(host) && !kept.includes('*'))
  if (missing.length === 0 || NO_PROXY === '') return []
  const list = [...kept, ...missing].filter(Boolean).join(',')
  return [
    problem(
      CHECK,
      `${proxy} sends requests for ${missing.join(' and ')} to a proxy`,
      `export NO_PROXY=${list} no_proxy=${list}`,
    ),
  ]
}

/** Whether two addresses are the same listener's, as far as their texts tell. */
function isAt(endpoint: string, api: URL): boolean {
  const byAddress = ({ origin }: URL): string => origin.replace('//localhost', '//127.0.0.1')
  const url = URL.parse(endpoint)
  return url !== null && byAddress(url) === byAddress(api)
}
