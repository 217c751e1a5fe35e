import type { AccountId } from './account-id.ts'
import type { EpochMillis } from './epoch-millis.ts'
import type { Tag } from './tag.ts'

/** A private key that opens assertions, sealed under an `at-rest` key. */
export interface SamlPrivateKey {
  readonly id: string
  readonly sealed: string
  readonly createdAt: EpochMillis
}

/**
 * A SAML provider that an account knows: roles of that account, and no others, may trust its assertions.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml.html
 */
export interface SamlProvider {
  readonly account: AccountId
  readonly name: string
  readonly arn: string
  /** `SAMLSP...` */
  readonly uniqueId: string
  /** The document as it was given. */
  readonly metadata: string
  readonly createdAt: EpochMillis
  /** As the metadata says, or a hundred years after it was made. */
  readonly validUntil: EpochMillis
  readonly tags: readonly Tag[]
  /** Whether assertions have to be encrypted, or may be; `undefined`: nothing was said. */
  readonly encryption?: 'Required' | 'Allowed' | undefined
  readonly privateKeys: readonly SamlPrivateKey[]
  /** Whether an assertion can be exchanged once in all, and not once for each role. */
  readonly singleUse: boolean
  /** Whether only answers to sign-ins that were asked for here are taken. */
  readonly spInitiatedOnly: boolean
}

/** The ARN of the SAML provider of that name. */
export function samlProviderArn(partition: string, account: string, name: string): string {
  return `arn:${partition}:iam::${account}:saml-provider/${name}`
}
