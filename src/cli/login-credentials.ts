import type { LoginTokens, OidcLogin } from '../domain/login/index.ts'
import { Secret } from '../model/index.ts'
import { systemClock } from '../platform/clock.ts'
import { oneLine } from './ask.ts'
import { CliError } from './cli-error.ts'
import { memberAt } from './json-members.ts'
import type { KeptLogin, LoginCache, SessionCredentials } from './login-cache.ts'
import type { LoginSettings } from './login-settings.ts'
import { openOidcLogin } from './open-oidc-login.ts'
import { type SignInContext, type SignInWay, signIn } from './sign-in.ts'
import { callSts, credentialsOf } from './sts-client.ts'

/** Credentials that end sooner are not handed out: whoever gets them has to have the time to use them. */
const MARGIN_MS = 300_000
/** Longer than anybody has to sign in. */
const LOCKED_MS = 960_000
const ACTION = 'AssumeRoleWithWebIdentity'

/**
 * The credentials of a sign-in: those that are kept, new ones for the refresh token that is kept, or new ones of a new
 * sign-in. Of several processes that want them at once one gets them, and the others take what it kept.
 * @throws {@link CliError} with the provider's words, or the broker's
 */
export async function loginCredentials(
  login: LoginSettings,
  cache: LoginCache,
  way: SignInWay,
  context: SignInContext,
): Promise<SessionCredentials> {
  const kept = usable(await cache.read(login))
  if (kept !== undefined) return kept
  const release = await cache.lock(login, AbortSignal.timeout(LOCKED_MS)).catch((cause: unknown) => {
    throw new CliError('Another rolecall has been signing in for too long: end it, or wait for it', { cause })
  })
  try {
    const found = await cache.read(login)
    return usable(found) ?? (await renewed(login, found, cache, way, context))
  } finally {
    release()
  }
}

async function renewed(
  login: LoginSettings,
  kept: KeptLogin | undefined,
  cache: LoginCache,
  way: SignInWay,
  context: SignInContext,
): Promise<SessionCredentials> {
  const oidc = await openOidcLogin(login)
  const use = async ({ idToken, subject, refreshToken }: LoginTokens): Promise<SessionCredentials> => {
    const credentials = await exchange(login, idToken)
    await cache.write({ login, subject, refreshToken, credentials })
    return credentials
  }
  const refreshed = kept && (await refresh(oidc, kept, context))
  // Of a sign-in that leads nowhere nothing is kept: the next one may be another person's.
  if (refreshed === undefined) return await signIn(oidc, way, context, use)
  // At once: the provider may not take the one before it again.
  await cache.write({ login, ...refreshed, credentials: undefined })
  return await use(refreshed)
}

/** New tokens without anybody signing in; `undefined` when the provider does not give them. */
async function refresh(
  oidc: OidcLogin,
  { refreshToken, subject }: KeptLogin,
  { stderr }: SignInContext,
): Promise<LoginTokens | undefined> {
  if (refreshToken === undefined) return undefined
  const { LoginError } = await import('../domain/login/index.ts')
  try {
    return await oidc.refresh(refreshToken, subject)
  } catch (error) {
    // Signing in would be as much in vain.
    if (!(error instanceof LoginError) || error.failure === 'unreachable') throw error
    stderr.write(`The sign-in before this one goes on no longer (${oneLine(error.message)}).\n`)
    return undefined
  }
}

async function exchange(login: LoginSettings, idToken: Secret): Promise<SessionCredentials> {
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
  return {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken),
    expiration: expiration.toISOString(),
  }
}

function usable(kept: KeptLogin | undefined): SessionCredentials | undefined {
  const credentials = kept?.credentials
  return credentials && Date.parse(credentials.expiration) - systemClock.now() > MARGIN_MS ? credentials : undefined
}
