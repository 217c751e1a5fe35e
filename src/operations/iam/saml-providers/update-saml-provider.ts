import { validityOf } from '../../../domain/directory/index.ts'
import { type EpochMillis, type SamlProvider, Secret } from '../../../model/index.ts'
import type { BrokerParts } from '../../../pipeline/index.ts'
import { defineChange } from '../define.ts'
import { InvalidInput } from '../iam-faults.ts'
import {
  checkEncryption,
  encryptionMode,
  existingProvider,
  metadataDocument,
  newPrivateKey,
  notMetadata,
  onProvider,
  privateKeyId,
  privateKeysOf,
  privateKeyText,
  providerArn,
  putProvider,
  withPrivateKeys,
} from './saml-providers.ts'

/**
 * Changes the metadata of a SAML provider, its private keys, or whether assertions have to be encrypted. A private key is
 * exchanged by adding the new one, and removing the old one later.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateSAMLProvider.html
 */
export const updateSAMLProvider = defineChange({
  action: 'iam:UpdateSAMLProvider',

  parse(params) {
    const { addPrivateKey, ...input } = params.collect({
      sAMLMetadataDocument: params.optional('SAMLMetadataDocument', metadataDocument, undefined),
      sAMLProviderArn: params.required('SAMLProviderArn', providerArn),
      assertionEncryptionMode: params.optional('AssertionEncryptionMode', encryptionMode, undefined),
      addPrivateKey: params.optional('AddPrivateKey', privateKeyText, undefined),
      removePrivateKey: params.optional('RemovePrivateKey', privateKeyId, undefined),
    })
    return { ...input, addPrivateKey: addPrivateKey === undefined ? undefined : new Secret(addPrivateKey) }
  },

  requires: ({ sAMLProviderArn }, _caller, directory) =>
    onProvider('iam:UpdateSAMLProvider', sAMLProviderArn, directory),

  async change({ input, account, now }, edit, broker) {
    const { sAMLProviderArn, sAMLMetadataDocument, assertionEncryptionMode, addPrivateKey, removePrivateKey } = input
    if ((sAMLMetadataDocument ?? assertionEncryptionMode ?? addPrivateKey ?? removePrivateKey) === undefined) {
      throw new InvalidInput(
        'Unable to update identity provider. No updates are defined for metadata or encryption assertion.',
      )
    }
    if (addPrivateKey !== undefined && removePrivateKey !== undefined) {
      throw new InvalidInput(
        'Unable to add and remove private keys in the same request. Set a value for only one of the two parameters.',
      )
    }
    let provider = await existingProvider(edit, account, sAMLProviderArn)
    if (sAMLMetadataDocument !== undefined) provider = withMetadata(provider, sAMLMetadataDocument, now)
    if (assertionEncryptionMode !== undefined) provider = { ...provider, encryption: assertionEncryptionMode }
    if (addPrivateKey !== undefined) {
      const key = newPrivateKey(addPrivateKey, account, now, broker)
      provider = withPrivateKeys(provider, [...privateKeysOf(provider, broker), key], broker)
    }
    if (removePrivateKey !== undefined) provider = withoutKey(provider, removePrivateKey, broker)
    checkEncryption(provider)
    putProvider(edit, provider)
    return { SAMLProviderArn: provider.arn }
  },
})

function withMetadata(provider: SamlProvider, metadata: string, now: EpochMillis): SamlProvider {
  const validUntil = validityOf(metadata, now)
  if (typeof validUntil === 'string') throw notMetadata(validUntil)
  return { ...provider, metadata, validUntil }
}

function withoutKey(provider: SamlProvider, id: string, broker: BrokerParts): SamlProvider {
  const keys = privateKeysOf(provider, broker)
  const kept = keys.filter((key) => key.id !== id)
  if (kept.length === keys.length) {
    throw new InvalidInput('Failed to remove private key because the Key ID does not match a private key.')
  }
  // Assertions that have to be encrypted could not be opened by anything any more.
  if (kept.length === 0 && provider.encryption === 'Required') throw new InvalidInput('Failed to remove private key.')
  return withPrivateKeys(provider, kept, broker)
}
