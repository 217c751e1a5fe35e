import type { LoginFailure, LoginProof, LoginTokens, OidcLogin } from '../domain/login/index.ts'
import { Overloaded, type Secret } from '../model/index.ts'
import type { Clock } from '../platform/clock.ts'
import { type BrokerConfig, ConfigError, type LoginDoor } from '../platform/config/index.ts'
import { type OutboundHttp, outboundHttp } from '../platform/outbound-http.ts'
import { readSecretFile } from '../platform/secret-file.ts'

/** How long is believed what a provider said of itself: sign-ins that begin in the meantime do not ask for it anew. */
const KNOWN_MS = 60_000
/** That are finished at one provider: more are only when it hangs, and each holds a connection to it. */
const MOST_UNDER_WAY = 100

interface LoginProviderParts {
  readonly door: LoginDoor
  readonly clientSecret: Secret | undefined
  readonly outbound: Pick<OutboundHttp, 'send'>
  /** Real time. */
  readonly clock: Clock
}

/** Why a provider let nobody in. */
export interface LoginRefusal {
  readonly failure: LoginFailure
  /** A sentence without any token or secret. */
  readonly message: string
}

/** An OpenID Connect provider at which people sign in to the pages, as one client. What it takes to ask it is loaded then. */
export class LoginProvider {
  readonly door: LoginDoor
  readonly #parts: LoginProviderParts
  #known: { readonly login: OidcLogin; readonly at: number } | undefined
  #asked: Promise<OidcLogin> | undefined
  #underWay = 0

  constructor(parts: LoginProviderParts) {
    this.door = parts.door
    this.#parts = parts
  }

  /** Begins a sign-in. Whoever does at the same time waits for one answer of the provider. */
  async begin(redirectUri: string): Promise<Awaited<ReturnType<OidcLogin['begin']>> | LoginRefusal> {
    return await orRefusal(async () => (await this.#current()).begin(redirectUri))
  }

  /** Finishes it. The provider is asked anew for its keys: they may be others than when it was begun. @throws Overloaded when too many do */
  async finish(query: string, proof: LoginProof): Promise<LoginTokens | LoginRefusal> {
    return await this.#among(async () => (await this.#ask()).finish(query, proof))
  }

  async #among<Result>(ask: () => Promise<Result>): Promise<Result | LoginRefusal> {
    if (this.#underWay >= MOST_UNDER_WAY) throw new Overloaded()
    this.#underWay++
    try {
      return await orRefusal(ask)
    } finally {
      this.#underWay--
    }
  }

  async #current(): Promise<OidcLogin> {
    if (this.#known !== undefined && this.#parts.clock.now() - this.#known.at < KNOWN_MS) return this.#known.login
    return await this.#ask()
  }

  /** Whoever asks while the provider is asked waits for the same answer. */
  async #ask(): Promise<OidcLogin> {
    this.#asked ??= this.#discover().finally(() => {
      this.#asked = undefined
    })
    const login = await this.#asked
    this.#known = { login, at: this.#parts.clock.now() }
    return login
  }

  async #discover(): Promise<OidcLogin> {
    const { door, clientSecret, outbound } = this.#parts
    const { issuer, clientId, scopes } = door
    const { OidcLogin } = await import('../domain/login/index.ts')
    return await OidcLogin.discover({ issuer, clientId, clientSecret, scope: scopes.join(' ') }, outbound)
  }
}

/**
 * The providers that the configuration names, by the names of their doors.
 * @throws ConfigError naming every file that holds no secret
 */
export async function loginProviders(
  { login, federation }: Pick<BrokerConfig, 'login' | 'federation'>,
  clock: Clock,
): Promise<ReadonlyMap<string, LoginProvider>> {
  const outbound = outboundHttp(federation)
  const providers = new Map<string, LoginProvider>()
  const problems: string[] = []
  for (const [name, door] of Object.entries(login)) {
    const { clientSecretFile: file } = door
    try {
      const clientSecret = file === undefined ? undefined : await readSecretFile(file)
      providers.set(name, new LoginProvider({ door, clientSecret, outbound, clock }))
    } catch (error) {
      problems.push(`login.${name}.clientSecretFile: ${error instanceof Error ? error.message : 'cannot be read'}`)
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return providers
}

async function orRefusal<Result>(ask: () => Promise<Result>): Promise<Result | LoginRefusal> {
  try {
    return await ask()
  } catch (error) {
    const { LoginError } = await import('../domain/login/index.ts')
    if (error instanceof LoginError) return { failure: error.failure, message: error.message }
    throw error
  }
}
