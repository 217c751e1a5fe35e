import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  refreshTokenGrant,
  tokenRevocation,
} from 'openid-client'
import { Secret } from '../../model/index.ts'
import type { OutboundHttp } from '../../platform/outbound-http.ts'
import { basicCredentials, byClientSecret } from './client-secret.ts'
import { beginDeviceLogin, type DeviceLogin } from './device-login.ts'
import { LoginError, loginError } from './login-error.ts'
import { type LoginTokens, tokensOf } from './login-tokens.ts'
import { providerFetch, TIMEOUT_S } from './provider-fetch.ts'

/** A client as it is registered at a provider. */
interface LoginClient {
  /** As tokens have it in `iss`, letter by letter. */
  readonly issuer: string
  readonly clientId: string
  /** Of a client that keeps one; public clients prove themselves by PKCE alone. */
  readonly clientSecret: Secret | undefined
  /** What is asked for: `openid`, and a refresh token where the provider offers one, when `undefined`. */
  readonly scope: string | undefined
}

/** What ties an answer to the sign-in that was begun. Nobody but who began it may see it. */
export interface LoginProof {
  readonly redirectUri: string
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

/** What clients ask for that want a refresh token. */
const REFRESHABLE = 'offline_access'

/**
 * Sign-ins at one provider, of which the discovery document was read. Each is begun and finished apart, so that whoever
 * signs in can do it elsewhere.
 * @see https://openid.net/specs/openid-connect-core-1_0.html
 */
export class OidcLogin {
  readonly #client: LoginClient
  readonly #configuration: Configuration

  private constructor(client: LoginClient, configuration: Configuration) {
    this.#client = client
    this.#configuration = configuration
  }

  /**
   * Reads what the provider says of itself.
   * @param outbound - which addresses may be asked, of those that the provider names too
   * @throws {@link LoginError}
   */
  static async discover(client: LoginClient, outbound: Pick<OutboundHttp, 'send'>): Promise<OidcLogin> {
    const { issuer, clientId, clientSecret } = client
    const url = URL.parse(issuer)
    // The library would fetch what is a document itself as it is, and compare nothing.
    const isIssuer = url !== null && !/[?#\s]|\/\.well-known\//.test(issuer)
    if (!isIssuer) throw new LoginError('unusable', `${issuer} is no issuer: it is what its tokens have in iss`)
    const options = {
      [customFetch]: providerFetch(outbound, url),
      timeout: TIMEOUT_S,
      // Signatures are checked though TLS would do: the broker's own door is not the first to look at the token.
      execute: [enableNonRepudiationChecks, ...(url.protocol === 'http:' ? [allowInsecureRequests] : [])],
    }
    try {
      const authentication = clientSecret === undefined ? None() : byClientSecret(clientSecret)
      const configuration = await discovery(url, clientId, undefined, authentication, options)
      // Letter by letter, as tokens are compared later: the library lets a slash at the end pass, and some hosts wholly.
      if (configuration.serverMetadata().issuer !== issuer) {
        throw new LoginError(
          'mismatch',
          `The provider calls itself something other than ${issuer}: mind a slash at the end`,
        )
      }
      return new OidcLogin(client, configuration)
    } catch (error) {
      throw loginError(error, issuer, [clientSecret])
    }
  }

  /**
   * Begins a sign-in in a browser: by code, with PKCE, state and nonce.
   * @param redirectUri - where the provider sends the browser back to
   * @throws {@link LoginError} when the provider cannot do it
   */
  async begin(redirectUri: string): Promise<{ readonly url: URL; readonly proof: LoginProof }> {
    const [state, nonce, codeVerifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()]
    const scope = this.#scope()
    try {
      const url = buildAuthorizationUrl(this.#configuration, {
        redirect_uri: redirectUri,
        scope,
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        // Without it the standard lets providers give no refresh token.
        ...(scope.split(' ').includes(REFRESHABLE) && { prompt: 'consent' }),
      })
      return { url: this.#opened(url.href), proof: { redirectUri, state, nonce, codeVerifier } }
    } catch (error) {
      throw this.#worded(error)
    }
  }

  /**
   * Finishes it, with what the browser brought back.
   * @param query - of the URL that it came to
   * @throws {@link LoginError} also when the query is no answer to this sign-in
   */
  async finish(query: string, { redirectUri, state, nonce, codeVerifier }: LoginProof): Promise<LoginTokens> {
    const url = new URL(redirectUri)
    url.search = query
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true }
    const code = url.searchParams.get('code')
    try {
      return tokensOf(await authorizationCodeGrant(this.#configuration, url, checks))
    } catch (error) {
      throw this.#worded(error, new Secret(codeVerifier), code ? new Secret(code) : undefined)
    }
  }

  /** Begins a sign-in on another device, for whoever has no browser here. @throws {@link LoginError} */
  async beginDevice(): Promise<DeviceLogin> {
    const { clientSecret: secret } = this.#client
    if (this.#configuration.serverMetadata().device_authorization_endpoint === undefined) {
      throw new LoginError('unusable', `${this.#client.issuer} offers no sign-in on another device`)
    }
    try {
      const opened = (address: string) => this.#opened(address)
      return await beginDeviceLogin(this.#configuration, { scope: this.#scope(), secret, opened })
    } catch (error) {
      throw this.#worded(error)
    }
  }

  /**
   * Gets new tokens for a refresh token.
   * @param subject - whose it is: a provider that answers with somebody else's tokens is not believed
   * @throws {@link LoginError}
   */
  async refresh(refreshToken: Secret, subject: string): Promise<LoginTokens> {
    try {
      const tokens = tokensOf(await refreshTokenGrant(this.#configuration, refreshToken.reveal()))
      if (tokens.subject !== subject)
        throw new LoginError('mismatch', `${this.#client.issuer} answered for somebody else`)
      return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken }
    } catch (error) {
      throw this.#worded(error, refreshToken)
    }
  }

  /** Asks the provider to forget a refresh token. False when it knows no such request. @throws {@link LoginError} */
  async revoke(refreshToken: Secret): Promise<boolean> {
    if (this.#configuration.serverMetadata().revocation_endpoint === undefined) return false
    try {
      await tokenRevocation(this.#configuration, refreshToken.reveal(), { token_type_hint: 'refresh_token' })
      return true
    } catch (error) {
      throw this.#worded(error, refreshToken)
    }
  }
  #scope(): string {
    const { scopes_supported: offered } = this.#configuration.serverMetadata()
    return this.#client.scope ?? (offered?.includes(REFRESHABLE) ? `openid ${REFRESHABLE}` : 'openid')
  }

  /** An address of the provider's that a person's browser is sent to, and nothing else that a system opens. */
  #opened(address: string): URL {
    const { issuer } = this.#client
    const url = URL.parse(address)
    const provider = new URL(issuer)
    // As far as the provider itself was let: in plain http it is on this machine, or was named as local.
    const isLocal = provider.protocol === 'http:' && url?.protocol === 'http:' && url.hostname === provider.hostname
    const isPlain = url !== null && url.username === '' && url.password === ''
    if (isPlain && (url.protocol === 'https:' || isLocal)) return url
    throw new LoginError('unusable', `${issuer} sends people to an address that is not https`)
  }

  #worded(error: unknown, ...secrets: readonly (Secret | undefined)[]): LoginError {
    const { issuer, clientId, clientSecret } = this.#client
    const inHeader = clientSecret && basicCredentials(clientId, clientSecret)
    return loginError(error, issuer, [clientSecret, inHeader, ...secrets])
  }
}
