import { MetadataRefused, readMetadata } from '../../engines/saml/index.ts'
import type { AccountId, EpochMillis, SamlProvider, Secret, Tag } from '../../model/index.ts'
import type { KeyRing } from '../../platform/keyring/index.ts'
import { openSamlKeys } from './saml-keys.ts'

/** A SAML provider as assertions are judged by it. */
export interface SamlProviderView {
  readonly account: AccountId
  readonly name: string
  readonly arn: string
  readonly uniqueId: string
  readonly validUntil: EpochMillis
  readonly tags: readonly Tag[]
  /** What its assertions call their issuer. */
  readonly entityId: string
  /** Certificates as base64 of their DER. */
  readonly signingCertificates: readonly string[]
  readonly requiresEncryption: boolean
  readonly privateKeys: readonly Secret[]
  readonly singleUse: boolean
  readonly spInitiatedOnly: boolean
  /** Where browsers are sent to sign in; `undefined` when the metadata has no such place. */
  readonly signOnUrl: string | undefined
}

/** Reads what a stored provider says. One whose metadata is not taken any more vouches for nobody. */
export function viewSamlProvider(body: SamlProvider, keyring: KeyRing): SamlProviderView {
  const { account, name, arn, uniqueId, validUntil, tags, encryption, singleUse, spInitiatedOnly } = body
  const { entityId, signingCertificates, signOnUrl } = usable(body.metadata)
  const requiresEncryption = encryption === 'Required'
  const privateKeys = openSamlKeys(body, keyring).map(({ secret }) => secret)
  return {
    account,
    name,
    arn,
    uniqueId,
    validUntil,
    tags,
    entityId,
    signingCertificates,
    requiresEncryption,
    privateKeys,
    singleUse,
    spInitiatedOnly,
    signOnUrl,
  }
}

function usable(metadata: string): Pick<SamlProviderView, 'entityId' | 'signingCertificates' | 'signOnUrl'> {
  try {
    return readMetadata(metadata)
  } catch (error) {
    if (!(error instanceof MetadataRefused)) throw error
    return { entityId: '', signingCertificates: [], signOnUrl: undefined }
  }
}
