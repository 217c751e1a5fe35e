import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client'
import { Secret } from '../../model/index.ts'
import { LoginError } from './login-error.ts'

/** What a provider says of who signed in. */
export interface LoginTokens {
  /** Its signature and its claims were checked; how far it gets anybody decides whoever it is shown to. */
  readonly idToken: Secret
  readonly refreshToken: Secret | undefined
  readonly subject: string
}

/** The tokens of an answer that the library has checked. @throws {@link LoginError} when it says of nobody who that is */
export function tokensOf(answer: TokenEndpointResponse & TokenEndpointResponseHelpers): LoginTokens {
  const { id_token: idToken, refresh_token: refreshToken } = answer
  const subject = answer.claims()?.sub
  if (idToken === undefined || subject === undefined) {
    throw new LoginError('unusable', 'The provider gave no ID token: the client has to be one of OpenID Connect')
  }
  return { idToken: new Secret(idToken), refreshToken: refreshToken ? new Secret(refreshToken) : undefined, subject }
}
