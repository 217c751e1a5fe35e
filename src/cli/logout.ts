import { oneLine } from './ask.ts'
import type { CliCommand } from './cli-command.ts'
import type { Output } from './cli-context.ts'
import { type KeptLogin, LoginCache } from './login-cache.ts'

const EXAMPLE = `
Examples:
  rolecall logout
  rolecall logout --provider https://idp.example.com --role arn:aws:iam::111111111111:role/Engineer`

interface LogoutFlags {
  readonly saml?: string
  readonly provider?: string
  readonly clientId?: string
  readonly role?: string
}

/** How long a sign-in that is under way is waited for. */
const LOCKED_MS = 5000

/** `rolecall logout`: forgets what `rolecall login` keeps, and has the providers forget it. */
export const logout: CliCommand = {
  configure(command) {
    command
      .option('--provider <URL>', 'only what is kept of this provider')
      .option('--client-id <ID>', 'only what is kept of this client')
      .option('--saml <ACCOUNT/PROVIDER>', 'only what is kept of this SAML provider')
      .option('--role <ARN>', 'only what is kept of this role')
      .addHelpText('after', EXAMPLE)
  },

  async run(command, { environment, stderr }) {
    const { saml, provider, clientId, role } = command.opts<LogoutFlags>()
    const cache = await LoginCache.open(environment)
    const meant = ({ login }: KeptLogin): boolean => {
      const of = login.saml === undefined ? login : { saml: login.saml, provider: undefined, clientId: undefined }
      return (
        (saml ?? of.saml) === of.saml &&
        (provider ?? of.provider) === of.provider &&
        (clientId ?? of.clientId) === of.clientId &&
        (role ?? login.role) === login.role
      )
    }
    const all = (await cache.all()).filter(meant)
    const unread = await cache.unread()
    const isAll = [saml, provider, clientId, role].every((named) => named === undefined)
    if (all.length === 0 && !(isAll && unread.length > 0)) stderr.write('Nothing is kept of such a sign-in.\n')
    for (const { login } of all) {
      const release = await cache.lock(login, AbortSignal.timeout(LOCKED_MS)).catch(() => undefined)
      // As it is now: another process may have refreshed it.
      const kept = await cache.read(login)
      await cache.remove(login)
      release?.()
      if (release === undefined) stderr.write('Another rolecall is signing in for this, and may keep it anew.\n')
      stderr.write(`Forgot the sign-in at ${oneLine(login.saml ?? login.provider)} for ${oneLine(login.role)}.\n`)
      if (kept !== undefined) await takeBack(kept, stderr)
    }
    if (unread.length === 0) return 0
    const files = unread.length === 1 ? '1 file' : `${unread.length} files`
    if (!isAll) {
      stderr.write(`${files} cannot be read: rolecall logout without options removes them.\n`)
      return 0
    }
    for (const path of unread) await cache.discard(path)
    stderr.write(
      `Removed ${files} that cannot be read: where a sign-in was kept in them, the provider may still know its refresh token.\n`,
    )
    return 0
  },
}

/** Tells what goes on although it is forgotten here. */
async function takeBack({ login, refreshToken, credentials }: KeptLogin, stderr: Output): Promise<void> {
  if (refreshToken !== undefined && login.saml === undefined) {
    const { openOidcLogin } = await import('./open-oidc-login.ts')
    const gone = await openOidcLogin(login)
      .then((oidc) => oidc.revoke(refreshToken))
      .catch((error: unknown) => oneLine(error instanceof Error ? error.message : String(error)))
    if (gone !== true) stderr.write(`  The provider may still know its refresh token${gone ? ` (${gone})` : ''}.\n`)
  }
  if (credentials !== undefined) stderr.write(`  Credentials handed out before work until ${credentials.expiration}.\n`)
}
