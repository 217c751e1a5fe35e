import { oidcProviderKey } from '../../../domain/directory/index.ts'
import { defineChange } from '../define.ts'
import { findProvider, onProvider, providerArn } from './oidc-providers.ts'

/**
 * Deletes an OpenID Connect provider, if there is one. Roles that trust it stay, and cannot be assumed with its tokens.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteOpenIDConnectProvider.html
 */
export const deleteOpenIDConnectProvider = defineChange({
  action: 'iam:DeleteOpenIDConnectProvider',
  parse: (params) =>
    params.collect({ openIDConnectProviderArn: params.required('OpenIDConnectProviderArn', providerArn) }),
  requires: ({ openIDConnectProviderArn: arn }, _caller, directory) =>
    onProvider('iam:DeleteOpenIDConnectProvider', arn, directory),

  async change({ input: { openIDConnectProviderArn: arn }, account }, edit) {
    const provider = await findProvider(edit, account, arn)
    if (provider !== undefined) {
      edit.remove({ kind: 'oidc-provider', key: oidcProviderKey(account, provider.url), account })
    }
    return undefined
  },
})
