import type { RunningBroker } from './running-broker.ts'
import { callOperator, strangeAnswer } from './running-broker.ts'

/** Where SDKs find what a container shows for its credentials. */
export const TOKEN = 'AWS_CONTAINER_AUTHORIZATION_TOKEN'
/** The file where they find it otherwise. */
export const TOKEN_FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'

/** What would keep SDKs from asking the metadata service, or a container's endpoint, for credentials. */
export const OVERRULING: readonly string[] = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  TOKEN,
  TOKEN_FILE,
]

/** Whether a name is the one of an instance, a task or a pod. Users are named by an account and one name. */
export function isMachine(name: string): boolean {
  return /^(?:i-[0-9a-f]+$|task\/[0-9a-f]{32}(?:\/|$)|pod\/(?:[^/]+\/[^/]+\/)?[^/]+\/[^/]+\/[^/]+$)/.test(name)
}

/**
 * Asks the broker's operator door for the environment of an instance, a task or a pod.
 * @throws {@link CliError} as `callOperator`
 */
export async function getMachineEnvironment(
  name: string,
  broker: RunningBroker,
  { irsa = false }: { readonly irsa?: boolean } = {},
): Promise<Readonly<Record<string, string>>> {
  const answer = await callOperator('GetEnvironment', irsa ? { name, irsa } : { name }, broker)
  if (typeof answer !== 'object' || answer === null) throw strangeAnswer(broker)
  const variables: Record<string, string> = {}
  for (const [variable, value] of Object.entries(answer)) {
    // They become lines that a shell evaluates. Some clients know hosts without a proxy by the lower-case name alone.
    if (!/^(?:[A-Z][A-Z0-9_]*|no_proxy)$/.test(variable) || typeof value !== 'string') throw strangeAnswer(broker)
    variables[variable] = value
  }
  return variables
}
