import { samlProviderKey, validityOf } from '../../../domain/directory/index.ts'
import { text } from '../../../engines/wire/index.ts'
import { EntityAlreadyExists, Secret, samlProviderArn, uniqueId } from '../../../model/index.ts'
import { requestTags } from '../../../pipeline/authorization/index.ts'
import { defineChange } from '../define.ts'
import { checkQuota } from '../quotas.ts'
import { answeredTags, checkTags, readTags } from '../tags.ts'
import {
  checkEncryption,
  encryptionMode,
  metadataDocument,
  newPrivateKey,
  notMetadata,
  privateKeyText,
  putProvider,
  withPrivateKeys,
} from './saml-providers.ts'

/** `Name`. */
const name = text({ min: 1, max: 128, pattern: '[\\w._-]+' })

/**
 * Lets roles of the account trust the assertions of a SAML identity provider.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateSAMLProvider.html
 */
export const createSAMLProvider = defineChange({
  action: 'iam:CreateSAMLProvider',

  parse(params) {
    const { addPrivateKey, ...input } = params.collect({
      sAMLMetadataDocument: params.required('SAMLMetadataDocument', metadataDocument),
      name: params.required('Name', name),
      tags: readTags(params),
      assertionEncryptionMode: params.optional('AssertionEncryptionMode', encryptionMode, undefined),
      addPrivateKey: params.optional('AddPrivateKey', privateKeyText, undefined),
    })
    checkTags(input.tags, 'exact')
    return { ...input, addPrivateKey: addPrivateKey === undefined ? undefined : new Secret(addPrivateKey) }
  },

  requires({ name, tags }, { account }, { partition }) {
    const resource = samlProviderArn(partition, account, name)
    return [{ action: 'iam:CreateSAMLProvider', resource, context: requestTags(tags) }]
  },

  async change({ input, account, partition, now }, edit, broker) {
    const { sAMLMetadataDocument: metadata, name, tags, addPrivateKey } = input
    const { directory, random } = broker
    const validUntil = validityOf(metadata, now)
    if (typeof validUntil === 'string') throw notMetadata(validUntil)
    const arn = samlProviderArn(partition, account, name)
    if ((await edit.stored('saml-provider', samlProviderKey(arn))) !== undefined) {
      throw new EntityAlreadyExists(`A SAML provider with the name ${name} already exists.`)
    }
    const { samlProvidersPerAccount } = directory.quotas
    checkQuota('SAMLProvidersPerAccount', await edit.count('saml-provider', account), samlProvidersPerAccount)
    const keys = addPrivateKey === undefined ? [] : [newPrivateKey(addPrivateKey, account, now, broker)]
    const provider = withPrivateKeys(
      {
        account,
        name,
        arn,
        uniqueId: uniqueId('SAMLSP', account, random.bytes(6)),
        metadata,
        createdAt: now,
        validUntil,
        tags,
        encryption: input.assertionEncryptionMode,
        privateKeys: [],
        singleUse: false,
        spInitiatedOnly: false,
      },
      keys,
      broker,
    )
    checkEncryption(provider)
    putProvider(edit, provider)
    return { SAMLProviderArn: arn, Tags: answeredTags(tags) }
  },
})
