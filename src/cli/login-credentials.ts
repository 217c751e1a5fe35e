import { systemClock } from '../platform/clock.ts'
import { CliError } from './cli-error.ts'
import type { KeptLogin, LoginCache, SessionCredentials } from './login-cache.ts'
import type { LoginSettings } from './login-settings.ts'
import type { SignInContext, SignInWay } from './sign-in.ts'

/** Credentials that end sooner are not handed out: whoever gets them has to have the time to use them. */
const MARGIN_MS = 300_000
/** Longer than anybody has to sign in. */
const LOCKED_MS = 960_000
const HINT_MS = 2000

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
  const patience = AbortSignal.timeout(LOCKED_MS)
  const hint = setTimeout(
    () => context.stderr.write('Another rolecall is signing in for this: waiting for it.\n'),
    HINT_MS,
  )
  const release = await cache.lock(login, patience).catch((cause: unknown) => {
    if (!patience.aborted) throw cause
    throw new CliError('Another rolecall has been signing in for too long: end it, or wait for it', { cause })
  })
  clearTimeout(hint)
  try {
    const found = await cache.read(login)
    const fresh = usable(found)
    if (fresh !== undefined) return fresh
    // Loaded for this only: most calls find credentials that are kept, and AWS's clients wait for each.
    if (login.saml !== undefined) {
      const { samlCredentials } = await import('./saml-credentials.ts')
      return await samlCredentials(login, cache, way, context)
    }
    const { renewedCredentials } = await import('./renewed-credentials.ts')
    return await renewedCredentials(login, found, cache, way, context)
  } finally {
    release()
  }
}

function usable(kept: KeptLogin | undefined): SessionCredentials | undefined {
  const credentials = kept?.credentials
  return credentials && Date.parse(credentials.expiration) - systemClock.now() > MARGIN_MS ? credentials : undefined
}
