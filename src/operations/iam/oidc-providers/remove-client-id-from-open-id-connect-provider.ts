import { defineChange } from '../define.ts'
import { clientId, existingProvider, onProvider, providerArn, putProvider } from './oidc-providers.ts'

/**
 * Takes an audience from a provider; one that it has not is no mistake.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveClientIDFromOpenIDConnectProvider.html
 */
export const removeClientIDFromOpenIDConnectProvider = defineChange({
  action: 'iam:RemoveClientIDFromOpenIDConnectProvider',

  parse: (params) =>
    params.collect({
      openIDConnectProviderArn: params.required('OpenIDConnectProviderArn', providerArn),
      clientID: params.required('ClientID', clientId),
    }),

  requires: ({ openIDConnectProviderArn: arn }, _caller, directory) =>
    onProvider('iam:RemoveClientIDFromOpenIDConnectProvider', arn, directory),

  async change({ input: { openIDConnectProviderArn: arn, clientID }, account }, edit) {
    const provider = await existingProvider(edit, account, arn)
    putProvider(edit, { ...provider, clientIds: provider.clientIds.filter((each) => each !== clientID) })
    return undefined
  },
})
