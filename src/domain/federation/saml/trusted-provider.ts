import { type AccountId, type EpochMillis, InvalidIdentityToken, type Secret } from '../../../model/index.ts'

/** A provider whose assertions are trusted. */
export interface TrustedProvider {
  readonly account: AccountId
  readonly name: string
  readonly arn: string
  readonly uniqueId: string
  readonly entityId: string
  readonly signingCertificates: readonly string[]
  readonly validUntil: EpochMillis
  /** Whether assertions have to be encrypted. */
  readonly requiresEncryption: boolean
  readonly privateKeys: readonly Secret[]
  /** Whether only answers to sign-ins that were asked for here are taken. */
  readonly spInitiatedOnly: boolean
  /** Where browsers are sent to sign in; `undefined` when the metadata has no such place. */
  readonly signOnUrl: string | undefined
}

/** What a provider asks of a response, before anything in it is looked at. */
export interface Arrival {
  readonly isEncrypted: boolean
  /** The request that it has to answer; `undefined`: it may answer none. */
  readonly answers: string | undefined
  readonly now: EpochMillis
}

/** Checks whether a provider is good for a response that arrives so. @throws {@link InvalidIdentityToken} */
export function checkProvider(provider: TrustedProvider, { isEncrypted, answers, now }: Arrival): void {
  if (provider.validUntil <= now) {
    throw new InvalidIdentityToken('The metadata of the specified provider is not valid any more.')
  }
  if (provider.requiresEncryption && !isEncrypted) {
    throw new InvalidIdentityToken('The specified provider requires encrypted assertions.')
  }
  if (provider.spInitiatedOnly && answers === undefined) {
    throw new InvalidIdentityToken('The specified provider takes answers to sign-ins that began here only.')
  }
}
