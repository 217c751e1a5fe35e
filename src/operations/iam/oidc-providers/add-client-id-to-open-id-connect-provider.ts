import { defineChange } from '../define.ts'
import { checkedClientIds, clientId, existingProvider, onProvider, providerArn, putProvider } from './oidc-providers.ts'

/**
 * Lets the tokens of a provider be for one more audience; one that it has stays.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddClientIDToOpenIDConnectProvider.html
 */
export const addClientIDToOpenIDConnectProvider = defineChange({
  action: 'iam:AddClientIDToOpenIDConnectProvider',

  parse: (params) =>
    params.collect({
      openIDConnectProviderArn: params.required('OpenIDConnectProviderArn', providerArn),
      clientID: params.required('ClientID', clientId),
    }),

  requires: ({ openIDConnectProviderArn: arn }, _caller, directory) =>
    onProvider('iam:AddClientIDToOpenIDConnectProvider', arn, directory),

  async change({ input: { openIDConnectProviderArn: arn, clientID }, account }, edit) {
    const provider = await existingProvider(edit, account, arn)
    putProvider(edit, { ...provider, clientIds: checkedClientIds([...provider.clientIds, clientID]) })
    return undefined
  },
})
