import { defineRead } from '../define.ts'
import { answeredTags } from '../tags.ts'
import { existingProvider, onProvider, providerArn } from './oidc-providers.ts'

/**
 * Tells of an OpenID Connect provider. Its URL is told without the scheme, as it stands in its ARN.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOpenIDConnectProvider.html
 */
export const getOpenIDConnectProvider = defineRead({
  action: 'iam:GetOpenIDConnectProvider',
  parse: (params) =>
    params.collect({ openIDConnectProviderArn: params.required('OpenIDConnectProviderArn', providerArn) }),
  requires: ({ openIDConnectProviderArn: arn }, _caller, directory) =>
    onProvider('iam:GetOpenIDConnectProvider', arn, directory),

  async read({ input: { openIDConnectProviderArn: arn }, account }, directory) {
    const { url, clientIds, thumbprints, createdAt, tags } = await existingProvider(directory.records, account, arn)
    return {
      Url: url,
      ClientIDList: clientIds,
      ThumbprintList: thumbprints,
      CreateDate: new Date(createdAt),
      Tags: answeredTags(tags),
    }
  },
})
