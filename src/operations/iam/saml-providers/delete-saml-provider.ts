import { samlProviderKey } from '../../../domain/directory/index.ts'
import { defineChange } from '../define.ts'
import { existingProvider, onProvider, providerArn } from './saml-providers.ts'

/**
 * Deletes a SAML provider. Roles that trust it stay, and cannot be assumed with its assertions.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteSAMLProvider.html
 */
export const deleteSAMLProvider = defineChange({
  action: 'iam:DeleteSAMLProvider',
  parse: (params) => params.collect({ sAMLProviderArn: params.required('SAMLProviderArn', providerArn) }),
  requires: ({ sAMLProviderArn }, _caller, directory) =>
    onProvider('iam:DeleteSAMLProvider', sAMLProviderArn, directory),

  async change({ input: { sAMLProviderArn }, account }, edit) {
    const { arn } = await existingProvider(edit, account, sAMLProviderArn)
    edit.remove({ kind: 'saml-provider', key: samlProviderKey(arn), account })
    return undefined
  },
})
