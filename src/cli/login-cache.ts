import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, stat, unlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { Secret } from '../model/index.ts'
import { writePrivateFile } from '../platform/private-file.ts'
import { waitForProcessLock } from '../platform/process-lock.ts'
import type { Environment } from './cli-context.ts'
import { CliError } from './cli-error.ts'
import { memberAt, parseJson, textAt } from './json-members.ts'
import type { LoginSettings } from './login-settings.ts'

/** Credentials of a session, as programs that AWS's clients call print them. */
export interface SessionCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly sessionToken: Secret
  /** As in `Date.toISOString`. */
  readonly expiration: string
}

/** What is kept of a sign-in. */
export interface KeptLogin {
  readonly login: LoginSettings
  /** Who signed in, as the provider calls them. */
  readonly subject: string
  readonly refreshToken: Secret | undefined
  readonly credentials: SessionCredentials | undefined
}

const OTHERS = 0o077
/** By everybody: there are systems that give each user a group of their own. */
const WRITABLE = 0o002
const STICKY = 0o1000
const MOST_BYTES = 262_144
const VERSION = 1
const KEPT = /^[0-9a-f]{64}\.json$/
const DRAFT = /^[0-9a-f]{64}\.json\.[0-9a-f]{24}\.tmp$/

/**
 * Sign-ins that are kept for whoever signed in: a file (0600) each, in a folder (0700) below the cache folder.
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
export class LoginCache {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Makes the folder where it is missing. @throws {@link CliError} when it is not this user's alone */
  static async open(environment: Environment): Promise<LoginCache> {
    const { XDG_CACHE_HOME: chosen = '', HOME: home } = environment
    // A relative one is to be ignored, says the specification.
    const base = isAbsolute(chosen) ? chosen : join(home || homedir(), '.cache')
    const folder = join(base, 'rolecall', 'logins')
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
    } catch (cause) {
      const why = textAt(cause, 'code')
      throw new CliError(`${folder} cannot be made (${why}): name another place with XDG_CACHE_HOME`, { cause })
    }
    for (const upper of [base, join(base, 'rolecall')]) {
      if (!isSafe(await stat(upper))) {
        throw new CliError(
          `${upper} can be changed by others: have it for yourself, or name another with XDG_CACHE_HOME`,
        )
      }
    }
    const found = await lstat(folder)
    if (!found.isDirectory() || !isOwn(found)) {
      throw new CliError(`${folder} is not for you alone: remove it, or run chmod 700 on it if it is yours`)
    }
    return new LoginCache(folder)
  }

  /** What is kept of a sign-in; `undefined` when nothing is, or nothing that this user alone can have written. */
  async read(login: LoginSettings): Promise<KeptLogin | undefined> {
    const kept = await readKept(this.#file(login))
    return kept !== undefined && keyOf(kept.login) === keyOf(login) ? kept : undefined
  }

  /** Keeps a sign-in in place of what was kept of it. */
  async write({ login, subject, refreshToken, credentials }: KeptLogin): Promise<void> {
    const text = JSON.stringify({
      version: VERSION,
      login,
      subject,
      refreshToken: refreshToken?.reveal(),
      credentials: credentials && {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: credentials.secretAccessKey.reveal(),
        sessionToken: credentials.sessionToken.reveal(),
        expiration: credentials.expiration,
      },
    })
    await writePrivateFile(this.#file(login), text)
  }

  /** Everything that is kept, in the order of its files. */
  async all(): Promise<readonly KeptLogin[]> {
    const names = (await readdir(this.#folder)).filter((name) => KEPT.test(name)).sort()
    const all = await Promise.all(names.map((name) => readKept(join(this.#folder, name))))
    return all.filter((kept) => kept !== undefined)
  }

  /** Files that are none that this class reads, or that are left of one that was being written. */
  async unread(): Promise<readonly string[]> {
    const found: string[] = []
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name)
      if (DRAFT.test(name) || (KEPT.test(name) && (await readKept(path)) === undefined)) found.push(path)
    }
    return found
  }

  /** Removes one of them. */
  async discard(path: string): Promise<void> {
    await unlink(path)
  }

  /** Forgets a sign-in. */
  async remove(login: LoginSettings): Promise<void> {
    await unlink(this.#file(login)).catch((error: unknown) => {
      if (textAt(error, 'code') !== 'ENOENT') throw error
    })
  }

  /** Waits until no other process works on this sign-in. @returns what lets the next one @throws when `signal` ends it */
  async lock(login: LoginSettings, signal: AbortSignal): Promise<() => void> {
    return await waitForProcessLock(this.#file(login).replace(/json$/, 'lock'), signal)
  }

  #file(login: LoginSettings): string {
    return join(this.#folder, `${createHash('sha256').update(keyOf(login)).digest('hex')}.json`)
  }
}

/** What tells sign-ins apart. The secret is the client's, wherever it lies. */
function keyOf(login: LoginSettings): string {
  const { role, endpoint } = login
  if (login.saml !== undefined) return JSON.stringify(['saml', login.saml, role, endpoint])
  const { provider, clientId, sessionName, duration, scope } = login
  return JSON.stringify([provider, clientId, role, endpoint, sessionName, duration ?? null, scope ?? null])
}

function isOwn({ uid, mode }: { readonly uid: number; readonly mode: number }): boolean {
  const self = process.getuid?.()
  return self === undefined || (uid === self && (mode & OTHERS) === 0)
}

/** A folder in which nobody but its owner, this user or root, replaces what is somebody's own. */
function isSafe({ uid, mode }: { readonly uid: number; readonly mode: number }): boolean {
  const self = process.getuid?.()
  return self === undefined || ((uid === self || uid === 0) && ((mode & WRITABLE) === 0 || (mode & STICKY) !== 0))
}

async function readKept(path: string): Promise<KeptLogin | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    const found = await file.stat()
    if (!found.isFile() || !isOwn(found) || found.size > MOST_BYTES) return undefined
    return parseKept(parseJson(await file.readFile('utf8')))
  } catch {
    // What cannot be read is replaced by the next sign-in.
    return undefined
  }
}

function parseKept(json: unknown): KeptLogin | undefined {
  const login = loginIn(memberAt(json, 'login'))
  if (memberAt(json, 'version') !== VERSION || login === undefined) return undefined
  const refreshToken = textAt(json, 'refreshToken')
  return {
    login,
    subject: textAt(json, 'subject') ?? '',
    refreshToken: refreshToken ? new Secret(refreshToken) : undefined,
    credentials: credentialsIn(memberAt(json, 'credentials')),
  }
}

function loginIn(json: unknown): LoginSettings | undefined {
  const text = (name: string): string | undefined => textAt(json, name)
  const [saml, provider, clientId, role] = [text('saml'), text('provider'), text('clientId'), text('role')]
  const [endpoint, sessionName] = [text('endpoint'), text('sessionName')]
  if (!role || !endpoint) return undefined
  if (saml) return { saml, role, endpoint }
  if (!provider || !clientId || !sessionName) return undefined
  const optional = { duration: text('duration'), scope: text('scope'), clientSecretFile: text('clientSecretFile') }
  return { provider, clientId, role, endpoint, sessionName, ...optional }
}

function credentialsIn(json: unknown): SessionCredentials | undefined {
  const [accessKeyId, expiration] = [textAt(json, 'accessKeyId'), textAt(json, 'expiration')]
  const [secret, token] = [textAt(json, 'secretAccessKey'), textAt(json, 'sessionToken')]
  if (!accessKeyId || !secret || !token || !expiration || Number.isNaN(Date.parse(expiration))) return undefined
  return { accessKeyId, secretAccessKey: new Secret(secret), sessionToken: new Secret(token), expiration }
}
