import { isAbsolute, resolve } from 'node:path'
import { isOnThisMachine } from '../platform/this-machine.ts'
import { resolveTarget } from './aws-settings.ts'
import type { Environment } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'

/** The flags that say who signs in where, to become what. */
export interface LoginFlags {
  readonly provider: string
  readonly clientId: string
  readonly role: string
  readonly clientSecretFile?: string
  readonly scope?: string
  readonly redirectUri?: string
  readonly sessionName: string
  readonly duration?: string
  readonly endpoint?: string
}

/** The same, checked. What is kept of a sign-in is kept for exactly this, so each member is a text or not there. */
export interface LoginSettings {
  readonly provider: string
  readonly clientId: string
  readonly role: string
  /** The origin and path of the API. */
  readonly endpoint: string
  readonly sessionName: string
  readonly duration: string | undefined
  readonly scope: string | undefined
  /** Absolute: other programs call this one from anywhere. */
  readonly clientSecretFile: string | undefined
}

/** Checks the flags, and finds the API where other commands find it. @throws {@link CliError} of wrong usage */
export async function loginSettings(
  flags: LoginFlags,
  environment: Environment,
): Promise<{ readonly login: LoginSettings; readonly region: string }> {
  const { provider, clientId, role, sessionName, duration, scope, clientSecretFile } = flags
  const url = URL.parse(provider)
  if (url === null || !(url.protocol === 'https:' || isOnThisMachine(url))) {
    throw wrongUsage('--provider has to be an https address (http on this machine only), as its tokens have it in iss')
  }
  for (const [name, text] of Object.entries({ 'client-id': clientId, role, scope, 'session-name': sessionName })) {
    if (text !== undefined && !/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text)) {
      throw wrongUsage(`--${name} has characters that no provider takes`)
    }
  }
  const { endpoint, region } = await resolveTarget(flags, environment)
  // Whoever sees the ID token on its way gets the same credentials.
  if (endpoint.protocol !== 'https:' && !isOnThisMachine(endpoint)) {
    throw wrongUsage(`${endpoint.origin} would be sent the ID token in clear: the endpoint has to be https`)
  }
  const secret =
    clientSecretFile === undefined || isAbsolute(clientSecretFile) ? clientSecretFile : resolve(clientSecretFile)
  const login = {
    ...{ provider, clientId, role, endpoint: endpoint.href.replace(/\/$/, ''), sessionName },
    ...{ duration, scope, clientSecretFile: secret },
  }
  return { login, region }
}

function wrongUsage(message: string): CliError {
  return new CliError(message, { status: WRONG_USAGE })
}
