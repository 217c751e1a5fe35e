import type { EpochMillis, SamlPrivateKey, SamlProvider, Secret } from '../../model/index.ts'
import type { KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'
import { openSecret, sealingKeyOf, sealSecret } from './sealed-secret.ts'

/** A private key of a SAML provider in the open. */
export interface OpenSamlKey {
  readonly id: string
  readonly createdAt: EpochMillis
  /** In PEM. */
  readonly secret: Secret
}

/** What the private key of a provider is called where it is sealed. */
export function samlKeyName(uniqueId: string, id: string): string {
  return `${uniqueId}/${id}`
}

/** Seals the private keys of a provider, all under the active key: a record tells of one that its secrets are under. */
export function sealSamlKeys(
  uniqueId: string,
  keys: readonly OpenSamlKey[],
  keyring: KeyRing,
  random: Random,
): { readonly privateKeys: readonly SamlPrivateKey[]; readonly keyId: string | undefined } {
  const privateKeys = keys.map(({ id, createdAt, secret }) => {
    return { id, createdAt, sealed: sealSecret(samlKeyName(uniqueId, id), secret, keyring, random).sealed }
  })
  return { privateKeys, keyId: privateKeys.length === 0 ? undefined : keyring.active('at-rest').id }
}

/** Opens the private keys of a provider. @throws Error when one does not open: an operator must look */
export function openSamlKeys(
  { uniqueId, privateKeys }: Pick<SamlProvider, 'uniqueId' | 'privateKeys'>,
  keyring: KeyRing,
): readonly OpenSamlKey[] {
  return privateKeys.map(({ id, createdAt, sealed }) => {
    return { id, createdAt, secret: openSecret(samlKeyName(uniqueId, id), sealed, keyring) }
  })
}

/** The id of the key that a provider's private keys are sealed under; `undefined` when it has none. */
export function samlSealOf({ privateKeys: [first] }: Pick<SamlProvider, 'privateKeys'>): string | undefined {
  return first && sealingKeyOf(first.sealed)
}
