import { isAbsolute, resolve } from 'node:path'
import { isOnThisMachine } from '../platform/this-machine.ts'
import { resolveTarget } from './aws-settings.ts'
import type { Environment } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'

/** The flags that say who signs in where, to become what. */
export interface LoginFlags {
  readonly saml?: string
  readonly provider?: string
  readonly clientId?: string
  readonly role: string
  readonly clientSecretFile?: string
  readonly scope?: string
  readonly redirectUri?: string
  readonly sessionName: string
  readonly duration?: string
  readonly endpoint?: string
}

/** The same, checked. What is kept of a sign-in is kept for exactly this, so each member is a text or not there. */
export type LoginSettings = OidcSettings | SamlSettings

interface SharedSettings {
  readonly role: string
  /** The origin and path of the API. */
  readonly endpoint: string
}

/** Of a sign-in at a SAML provider, by the broker's pages. */
export interface SamlSettings extends SharedSettings {
  /** The account, by number or alias, and the name of the provider there: `ACCOUNT/PROVIDER`. */
  readonly saml: string
}

/** Of a sign-in at an OpenID Connect provider. */
export interface OidcSettings extends SharedSettings {
  readonly saml?: undefined
  readonly provider: string
  readonly clientId: string
  readonly sessionName: string
  readonly duration: string | undefined
  readonly scope: string | undefined
  /** Absolute: other programs call this one from anywhere. */
  readonly clientSecretFile: string | undefined
}

const SAML = /^[A-Za-z0-9-]{1,63}\/[\w.-]{1,128}$/

/** Checks the flags, and finds the API where other commands find it. @throws {@link CliError} of wrong usage */
export async function loginSettings(
  flags: LoginFlags,
  environment: Environment,
): Promise<{ readonly login: LoginSettings; readonly region: string }> {
  const { saml, role } = flags
  const { endpoint: api, region } = await resolveTarget(flags, environment)
  // Whoever sees the ID token or the code on its way gets the same credentials.
  if (api.protocol !== 'https:' && !isOnThisMachine(api)) {
    const what = saml === undefined ? 'the ID token' : 'the code for your credentials'
    throw wrongUsage(`${api.origin} would be sent ${what} in clear: the endpoint has to be https`)
  }
  const endpoint = api.href.replace(/\/$/, '')
  if (saml === undefined) return { login: oidcSettings(flags, endpoint), region }
  if (!SAML.test(saml)) throw wrongUsage('--saml has to be ACCOUNT/PROVIDER: the number or alias, and the name there')
  if (!/^[\x21-\x7e]+$/.test(role)) throw wrongUsage('--role has to be the ARN of a role')
  return { login: { saml, role, endpoint }, region }
}

function oidcSettings(flags: LoginFlags, endpoint: string): OidcSettings {
  const { provider, clientId, role, sessionName, duration, scope, clientSecretFile } = flags
  if (provider === undefined || clientId === undefined) {
    throw wrongUsage('Say where to sign in: --provider URL and --client-id ID, or --saml ACCOUNT/PROVIDER')
  }
  const url = URL.parse(provider)
  if (url === null || !(url.protocol === 'https:' || isOnThisMachine(url))) {
    throw wrongUsage('--provider has to be an https address (http on this machine only), as its tokens have it in iss')
  }
  for (const [name, text] of Object.entries({ 'client-id': clientId, role, scope, 'session-name': sessionName })) {
    if (text !== undefined && !/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text)) {
      throw wrongUsage(`--${name} has characters that no provider takes`)
    }
  }
  const secret =
    clientSecretFile === undefined || isAbsolute(clientSecretFile) ? clientSecretFile : resolve(clientSecretFile)
  return { provider, clientId, role, endpoint, sessionName, duration, scope, clientSecretFile: secret }
}

function wrongUsage(message: string): CliError {
  return new CliError(message, { status: WRONG_USAGE })
}
