import type { AccountCaller } from '../../model/index.ts'

const ONE_HOUR = 3600
const TWELVE_HOURS = 43_200

/** `DurationSeconds` of GetSessionToken and GetFederationToken: a quarter of an hour to a day and a half. */
export const LONG_LIFETIME = { min: 900, max: 129_600 }

/**
 * How long the credentials live that a user or the root user asks for themselves. For root an hour is the most: a longer
 * request is cut without a word, as at AWS.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html#API_GetSessionToken_RequestParameters
 */
export function lifetimeMs(durationSeconds: number | undefined, { kind }: AccountCaller): number {
  const seconds = durationSeconds ?? TWELVE_HOURS
  return (kind === 'root' ? Math.min(seconds, ONE_HOUR) : seconds) * 1000
}
