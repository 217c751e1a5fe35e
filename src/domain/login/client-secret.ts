import { type ClientAuth, ClientSecretBasic, ClientSecretPost } from 'openid-client'
import { Secret } from '../../model/index.ts'
import { LoginError } from './login-error.ts'

/** How a secret stands in the header that shows it: who repeats that has repeated the secret. */
export function basicCredentials(clientId: string, secret: Secret): Secret {
  const headers = new Headers()
  ClientSecretBasic(secret.reveal())({ issuer: '' }, { client_id: clientId }, new URLSearchParams(), headers)
  return new Secret((headers.get('authorization') ?? '').replace('Basic ', ''))
}

/**
 * Shows a client's secret as the provider takes it: in a header, which every one has to know, unless it takes them in
 * the body only.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
 */
export function byClientSecret(secret: Secret): ClientAuth {
  return (provider, client, body, headers) => {
    const methods = provider.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    if (methods.includes('client_secret_basic')) {
      ClientSecretBasic(secret.reveal())(provider, client, body, headers)
    } else if (methods.includes('client_secret_post')) {
      ClientSecretPost(secret.reveal())(provider, client, body, headers)
    } else {
      throw new LoginError('unusable', `${provider.issuer} takes no client secret, only proofs that are not known here`)
    }
  }
}
