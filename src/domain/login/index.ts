/**
 * Signs people in at OpenID Connect providers, as a client that is registered there, and gets the ID token that says who
 * they are. What that is worth decides whoever is shown the token: nobody is trusted here. Takes a while to load, so
 * import it when somebody signs in. @module
 */
export { LoginError, type LoginFailure } from './login-error.ts'
export type { LoginTokens } from './login-tokens.ts'
export { type LoginProof, OidcLogin } from './oidc-login.ts'
