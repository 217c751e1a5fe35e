/** The actions of IAM on OpenID Connect providers. @module */
import type { IamOperations } from '../define.ts'
import { tagActions } from '../tags.ts'
import { addClientIDToOpenIDConnectProvider } from './add-client-id-to-open-id-connect-provider.ts'
import { createOpenIDConnectProvider } from './create-open-id-connect-provider.ts'
import { deleteOpenIDConnectProvider } from './delete-open-id-connect-provider.ts'
import { getOpenIDConnectProvider } from './get-open-id-connect-provider.ts'
import { listOpenIDConnectProviders } from './list-open-id-connect-providers.ts'
import { existingProvider, onProvider, providerArn, putProvider } from './oidc-providers.ts'
import { removeClientIDFromOpenIDConnectProvider } from './remove-client-id-from-open-id-connect-provider.ts'
import { updateOpenIDConnectProviderThumbprint } from './update-open-id-connect-provider-thumbprint.ts'

/** What can be asked of OpenID Connect providers. */
export const OIDC_PROVIDER_ACTIONS: IamOperations = [
  ['CreateOpenIDConnectProvider', createOpenIDConnectProvider],
  ['GetOpenIDConnectProvider', getOpenIDConnectProvider],
  ['ListOpenIDConnectProviders', listOpenIDConnectProviders],
  ['DeleteOpenIDConnectProvider', deleteOpenIDConnectProvider],
  ['AddClientIDToOpenIDConnectProvider', addClientIDToOpenIDConnectProvider],
  ['RemoveClientIDFromOpenIDConnectProvider', removeClientIDFromOpenIDConnectProvider],
  ['UpdateOpenIDConnectProviderThumbprint', updateOpenIDConnectProviderThumbprint],
  ...tagActions({
    noun: 'OpenIDConnectProvider',
    parameter: 'OpenIDConnectProviderArn',
    parse: providerArn,
    tagCase: 'exact',
    find: existingProvider,
    put: putProvider,
    requires: (action, arn, _caller, directory, context) => onProvider(action, arn, directory, context),
  }),
]
