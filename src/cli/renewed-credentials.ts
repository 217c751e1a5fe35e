import { LoginError, type LoginTokens, type OidcLogin } from '../domain/login/index.ts'
import { Secret } from '../model/index.ts'
import { oneLine } from './ask.ts'
import { CliError } from './cli-error.ts'
import { memberAt, textAt } from './json-members.ts'
import type { KeptLogin, LoginCache, SessionCredentials } from './login-cache.ts'
import type { OidcSettings } from './login-settings.ts'
import { openOidcLogin } from './open-oidc-login.ts'
import { type SignInContext, type SignInWay, signIn, type UsedSignIn } from './sign-in.ts'
import { callSts, credentialsOf } from './sts-client.ts'

const ACTION = 'AssumeRoleWithWebIdentity'

/**
 * Credentials of a sign-in for the refresh token that is kept, or of a new sign-in; keeps what comes of it.
 * @throws `LoginError` with the provider's words; {@link CliError} with the broker's
 */
export async function renewedCredentials(
  login: OidcSettings,
  kept: KeptLogin | undefined,
  cache: LoginCache,
  way: SignInWay,
  context: SignInContext,
): Promise<SessionCredentials> {
  const oidc = await openOidcLogin(login)
  const use = async ({ idToken, subject, refreshToken }: LoginTokens): Promise<UsedSignIn<SessionCredentials>> => {
    const { result: credentials, who = subject } = await exchange(login, idToken)
    await cache.write({ login, subject, refreshToken, credentials })
    return { result: credentials, who }
  }
  const refreshed = kept && (await refresh(oidc, kept, context))
  // Of a sign-in that leads nowhere nothing is kept: the next one may be another person's.
  if (refreshed === undefined) return await signIn(oidc, way, context, use)
  // At once: the provider may not take the one before it again.
  await cache.write({ login, ...refreshed, credentials: undefined })
  return (await use(refreshed)).result
}

/** New tokens without anybody signing in; `undefined` when the provider does not give them. */
async function refresh(
  oidc: OidcLogin,
  { refreshToken, subject }: KeptLogin,
  { stderr }: SignInContext,
): Promise<LoginTokens | undefined> {
  if (refreshToken === undefined) return undefined
  try {
    return await oidc.refresh(refreshToken, subject)
  } catch (error) {
    // Signing in would be as much in vain.
    if (!(error instanceof LoginError) || error.failure === 'unreachable') throw error
    stderr.write(`The sign-in before this one goes on no longer (${oneLine(error.message)}).\n`)
    return undefined
  }
}

async function exchange(login: OidcSettings, idToken: Secret): Promise<UsedSignIn<SessionCredentials>> {
  const endpoint = new URL(login.endpoint)
  const parameters = {
    RoleArn: login.role,
    RoleSessionName: login.sessionName,
    WebIdentityToken: idToken.reveal(),
    ...(login.duration !== undefined && { DurationSeconds: login.duration }),
  }
  const result = await callSts(ACTION, parameters, { endpoint })
  const { accessKeyId, secretAccessKey, sessionToken } = credentialsOf(result, ACTION, endpoint)
  const seconds = memberAt(result, 'Credentials', 'Expiration')
  const expiration = typeof seconds === 'number' ? new Date(seconds * 1000) : undefined
  if (expiration === undefined || Number.isNaN(expiration.getTime())) {
    throw new CliError(`${endpoint.origin} answered ${ACTION} without saying when the credentials end`)
  }
  const credentials = {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken),
    expiration: expiration.toISOString(),
  }
  return { result: credentials, who: textAt(result, 'SubjectFromWebIdentityToken') }
}
