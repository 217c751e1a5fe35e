import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'
import { replaceUnseen, type Secret } from '../../model/index.ts'
import { OutboundError } from '../../platform/outbound-exchange.ts'

/**
 * `unreachable`: no answer from the provider, or none in time; it may be better later. `unusable`: it answers something
 * that is not taken. `refused`: it says no. `mismatch`: an answer that is none to this sign-in, or proves nothing.
 * `unfinished`: nobody signed in while there was time.
 */
export type LoginFailure = 'unreachable' | 'unusable' | 'refused' | 'mismatch' | 'unfinished'

/** Why nobody is signed in. The message is a sentence for whoever signs in, in one line, without any token or secret. */
export class LoginError extends Error {
  readonly failure: LoginFailure

  constructor(failure: LoginFailure, message: string) {
    super(message)
    this.failure = failure
  }
}

const LONGEST_TOLD = 200
const MISMATCHES: ReadonlySet<string> = new Set([
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_KEY_SELECTION_FAILED',
])
/** Errors of the provider's own. @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 */
const PASSING: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable'])
const REASONS = {
  forbidden: 'names an address that is neither https nor allowed here',
  certificate: 'shows a certificate that nobody vouches for here (a private CA: NODE_EXTRA_CA_CERTS)',
  unreachable: 'does not answer as it should',
  refused: 'leads elsewhere, and redirects are not followed',
} as const

/**
 * Words for whatever went wrong with a provider. Nothing that the library remembers of it is kept, for that holds whole
 * answers, tokens included; and nothing is told that contains one of the secrets.
 */
export function loginError(error: unknown, issuer: string, secrets: readonly (Secret | undefined)[]): LoginError {
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    if ((error instanceof ResponseBodyError && isBusy(error.status)) || PASSING.has(error.error)) {
      return new LoginError('unreachable', `${issuer} cannot do it right now: ${shown(error.error, secrets)}`)
    }
    const told = [error.error, error.error_description]
      .map((text) => shown(text, secrets))
      .filter((text) => text !== '')
    return new LoginError('refused', `${issuer} refused: ${told.join(': ') || 'it does not say why'}`)
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    return new LoginError('refused', `${issuer} refused: it does not know this client, or not by this secret`)
  }
  const cause = error instanceof ClientError ? error.cause : error
  if (cause instanceof LoginError) return cause
  if (cause instanceof OutboundError) {
    const failure = cause.failure === 'unreachable' ? 'unreachable' : 'unusable'
    return new LoginError(failure, `${issuer} ${REASONS[cause.failure]} (${shown(cause.message, secrets)})`)
  }
  if (cause instanceof Response) {
    const failure = isBusy(cause.status) ? 'unreachable' : 'unusable'
    return new LoginError(failure, `${issuer} answered ${cause.status}, and nothing that the standard knows`)
  }
  // Some errors of the library come wrapped, some do not; the inner one has the same code and says more.
  const code = codeOf(error)
  if (code === undefined || !(error instanceof Error))
    return new LoginError('unusable', `${issuer} sent what cannot be read`)
  if (code === 'OAUTH_TIMEOUT') return new LoginError('unreachable', `${issuer} did not answer in time`)
  const words = cause instanceof Error && codeOf(cause) === code ? cause.message : error.message
  // Constant words of the library, but for the names of claims.
  return new LoginError(
    MISMATCHES.has(code) ? 'mismatch' : 'unusable',
    `What ${issuer} answered is not taken: ${shown(words, [])}`,
  )
}

/** Whatever it was asked for, it may get an answer later. */
function isBusy(status: number | undefined): boolean {
  return status !== undefined && (status >= 500 || status === 408 || status === 429)
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && code.startsWith('OAUTH_') ? code : undefined
}

/** Text of somebody else's in one line, not too long; none at all when a secret stands in it. */
function shown(text: unknown, secrets: readonly (Secret | undefined)[]): string {
  if (typeof text !== 'string' || secrets.some((secret) => secret && text.includes(secret.reveal()))) return ''
  return replaceUnseen(text, () => ' ').slice(0, LONGEST_TOLD)
}
