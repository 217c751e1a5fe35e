import { createPrivateKey } from 'node:crypto'
import {
  type Directory,
  type Edit,
  type OpenSamlKey,
  openSamlKeys,
  type Records,
  samlProviderKey,
  samlSealOf,
  sealSamlKeys,
} from '../../../domain/directory/index.ts'
import { oneOf, text } from '../../../engines/wire/index.ts'
import {
  type AccountId,
  type EpochMillis,
  NoSuchEntity,
  parseArn,
  type SamlProvider,
  Secret,
  uniqueId,
  ValidationError,
  Violation,
} from '../../../model/index.ts'
import type { Access } from '../../../pipeline/authorization/index.ts'
import type { BrokerParts } from '../../../pipeline/index.ts'
import { InvalidInput, LimitExceeded } from '../iam-faults.ts'
import { arnText } from '../iam-types.ts'

/** `SAMLMetadataDocument`. AWS takes ten million characters; of those that are read here there are fewer. */
export const metadataDocument = text({ min: 1000, max: 10_000_000 })

/** `AssertionEncryptionMode`. */
export const encryptionMode = oneOf(['Required', 'Allowed'])

/** `AddPrivateKey`. */
export const privateKeyText = text({ min: 1, max: 16_384, pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+' })

/** `RemovePrivateKey`. */
export const privateKeyId = text({ min: 22, max: 64, pattern: '[A-Z0-9]+' })

const MOST_KEYS = 2
const RSA_BITS = { min: 2048, max: 8192 }

/** `SAMLProviderArn`. @throws {@link ValidationError} for a text that is the ARN of nothing */
export function providerArn(value: string): string | Violation {
  const arn = arnText(value)
  if (arn instanceof Violation) return arn
  const { service, region, resource } = parseArn(arn) ?? {}
  if (service !== 'iam' || region !== '' || !/^saml-provider\/.+$/.test(resource ?? '')) {
    throw new ValidationError(`Invalid ARN: ${arn}`)
  }
  return arn
}

/** The provider with exactly that ARN, of the account itself. @throws {@link NoSuchEntity} when there is none */
export async function existingProvider(records: Records, account: AccountId, arn: string): Promise<SamlProvider> {
  const provider = await records.stored('saml-provider', samlProviderKey(arn))
  if (provider?.arn !== arn || provider.account !== account) {
    throw new NoSuchEntity(`Manifest not found for arn ${arn}`)
  }
  return provider
}

/** Stores a provider as it is from now on. */
export function putProvider(edit: Edit, provider: SamlProvider): void {
  edit.put('saml-provider', samlProviderKey(provider.arn), provider.account, provider, samlSealOf(provider))
}

/** The access that an action on a provider needs. */
export async function onProvider(
  action: string,
  arn: string,
  directory: Directory,
  context: NonNullable<Access['context']> = new Map(),
): Promise<readonly Access[]> {
  const provider = await directory.samlProvider(arn)
  return [{ action, resource: arn, resourceTags: provider?.tags ?? [], context }]
}

/**
 * A private key that is to be added, read from PEM.
 * @throws {@link InvalidInput} when it is none that could open an assertion
 */
export function newPrivateKey(pem: Secret, account: AccountId, now: EpochMillis, { random }: BrokerParts): OpenSamlKey {
  const secret = new Secret(readPrivateKey(pem.reveal()))
  // As long as AWS's model has ids of keys.
  return { id: uniqueId('SAMLSP', account, random.bytes(6)), createdAt: now, secret }
}

/** The same provider with these private keys. @throws {@link LimitExceeded} */
export function withPrivateKeys(
  provider: SamlProvider,
  keys: readonly OpenSamlKey[],
  { keyring, random }: BrokerParts,
): SamlProvider {
  if (keys.length > MOST_KEYS) throw new LimitExceeded(`Private key limit of ${MOST_KEYS} is reached.`)
  return { ...provider, privateKeys: sealSamlKeys(provider.uniqueId, keys, keyring, random).privateKeys }
}

/** The private keys of a provider in the open. */
export function privateKeysOf(provider: SamlProvider, { keyring }: BrokerParts): readonly OpenSamlKey[] {
  return openSamlKeys(provider, keyring)
}

/** Checks that assertions that have to be encrypted could be opened. @throws {@link InvalidInput} */
export function checkEncryption({ encryption, privateKeys }: SamlProvider): void {
  if (encryption === 'Required' && privateKeys.length === 0) {
    throw new InvalidInput('Unable to set assertion encryption mode to Required because no private key is provided.')
  }
}

/** What AWS says of metadata that is not taken, whatever the reason: that stands in the log. */
export function notMetadata(detail: string): InvalidInput {
  return new InvalidInput('Could not parse metadata.', { detail })
}

function readPrivateKey(pem: string): string {
  try {
    const key = createPrivateKey(pem)
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
    if (key.asymmetricKeyType === 'rsa' && bits >= RSA_BITS.min && bits <= RSA_BITS.max) {
      return key.export({ type: 'pkcs8', format: 'pem' }).toString()
    }
  } catch {
    // What is wrong with it might repeat what it is.
  }
  throw new InvalidInput('Invalid private key.')
}
