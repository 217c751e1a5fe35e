import { defineRead } from '../define.ts'
import { answeredTags } from '../tags.ts'
import { existingProvider, onProvider, providerArn } from './saml-providers.ts'

/**
 * Tells of a SAML provider. Private keys are told of by their ids.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetSAMLProvider.html
 */
export const getSAMLProvider = defineRead({
  action: 'iam:GetSAMLProvider',
  parse: (params) => params.collect({ sAMLProviderArn: params.required('SAMLProviderArn', providerArn) }),
  requires: ({ sAMLProviderArn }, _caller, directory) => onProvider('iam:GetSAMLProvider', sAMLProviderArn, directory),

  async read({ input: { sAMLProviderArn }, account }, directory) {
    const provider = await existingProvider(directory.records, account, sAMLProviderArn)
    const { privateKeys } = provider
    return {
      SAMLProviderUUID: provider.uniqueId,
      SAMLMetadataDocument: provider.metadata,
      CreateDate: new Date(provider.createdAt),
      ValidUntil: new Date(provider.validUntil),
      Tags: answeredTags(provider.tags),
      AssertionEncryptionMode: provider.encryption,
      PrivateKeyList:
        privateKeys.length === 0
          ? undefined
          : privateKeys.map(({ id, createdAt }) => ({ KeyId: id, Timestamp: new Date(createdAt) })),
    }
  },
})
