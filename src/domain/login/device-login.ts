import { type Configuration, initiateDeviceAuthorization, pollDeviceAuthorizationGrant } from 'openid-client'
import { Secret } from '../../model/index.ts'
import { LoginError, loginError } from './login-error.ts'
import { type LoginTokens, tokensOf } from './login-tokens.ts'

/** A sign-in on another device. */
export interface DeviceLogin {
  /** Where to go there. */
  readonly address: string
  /** What to type there. */
  readonly code: string
  /** The same, with the code in it; `undefined` where the provider offers none. */
  readonly addressWithCode: string | undefined
  /** How long there is to sign in, at most. */
  readonly lifetimeMs: number
  /** Waits until somebody has signed in there. @throws {@link LoginError} */
  finish(): Promise<LoginTokens>
}

/** Whatever a provider says: how long is waited, and how long between two questions. */
const LONGEST_S = 900
const INTERVAL_S = { min: 1, standard: 5, max: 60 }

/**
 * Begins a sign-in on another device.
 * @param opened - what a person may be sent to
 * @throws what the library throws, and {@link LoginError}
 * @see https://www.rfc-editor.org/rfc/rfc8628
 */
export async function beginDeviceLogin(
  configuration: Configuration,
  { scope, secret, opened }: { scope: string; secret: Secret | undefined; opened: (address: string) => URL },
): Promise<DeviceLogin> {
  const { issuer } = configuration.serverMetadata()
  const answer = await initiateDeviceAuthorization(configuration, { scope })
  const { user_code: code, verification_uri: address, verification_uri_complete: complete } = answer
  // It is shown in a terminal, and typed.
  if (!/^[\x21-\x7e]{1,64}$/.test(code)) throw new LoginError('unusable', `${issuer} gave a code that nobody can type`)
  const lifetimeMs = Math.ceil(Math.min(answer.expires_in, LONGEST_S) * 1000)
  const interval = Math.min(Math.max(answer.interval ?? INTERVAL_S.standard, INTERVAL_S.min), INTERVAL_S.max)
  const deadline = AbortSignal.timeout(lifetimeMs)
  return {
    address: opened(address).href,
    code,
    addressWithCode: complete === undefined ? undefined : opened(complete).href,
    lifetimeMs,
    async finish() {
      try {
        const asked = { ...answer, interval }
        return tokensOf(await pollDeviceAuthorizationGrant(configuration, asked, undefined, { signal: deadline }))
      } catch (error) {
        if (deadline.aborted) throw new LoginError('unfinished', 'Nobody signed in while the code was good')
        throw loginError(error, issuer, [secret, new Secret(answer.device_code)])
      }
    },
  }
}
