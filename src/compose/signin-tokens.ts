import type { BrowserHandles } from '../domain/browser/index.ts'
import type { SigninTokens } from '../doors/console/index.ts'
import { ExpiredToken, epochMillis, InvalidClientTokenId, ServiceUnavailable } from '../model/index.ts'
import { getSigninToken } from '../operations/signin/index.ts'
import { byShownCredentials, sessionThatCounts } from '../pipeline/authentication/index.ts'
import { type BrokerParts, submit } from '../pipeline/index.ts'
import { placesOf } from './places-of.ts'

interface SigninTokenParts {
  readonly broker: BrokerParts
  readonly states: BrowserHandles
  readonly region: string
}

/** Links to the console: what programs get for the credentials of a session, and what it is good for. */
export function signinTokens({ broker, states, region }: SigninTokenParts): SigninTokens {
  return {
    async issue(shown, sessionDuration, facts) {
      if (!broker.directory.isCurrent()) throw new ServiceUnavailable('the change log cannot be followed')
      let share: ReturnType<typeof placesOf> | undefined
      const prove = async () => {
        try {
          const proven = await byShownCredentials(shown, region, facts.now, broker)
          share = placesOf(proven.caller)
          return proven
        } catch (error) {
          // Nobody learns whether they ever were any.
          if (error instanceof ExpiredToken) throw new InvalidClientTokenId('the session is over')
          throw error
        }
      }
      const input = () => ({ sessionDuration })
      const { durationMs } = await submit(getSigninToken, { facts, prove, input }, broker)
      const state = { sessionToken: shown.sessionToken.reveal(), durationMs }
      return await states.keep('signin-token', state, facts.now, undefined, share)
    },

    async take(token, { now }) {
      const state = await states.take('signin-token', token, now)
      if (state === undefined) return undefined
      const { sessionToken, durationMs } = state
      if ((await sessionThatCounts(sessionToken, now, broker)) === undefined) return undefined
      return { sessionToken, until: durationMs === undefined ? undefined : epochMillis(now + durationMs) }
    },
  }
}
