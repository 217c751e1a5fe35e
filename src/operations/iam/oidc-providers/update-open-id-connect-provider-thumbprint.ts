import { defineChange } from '../define.ts'
import {
  checkedThumbprints,
  existingProvider,
  onProvider,
  providerArn,
  putProvider,
  thumbprint,
} from './oidc-providers.ts'

/**
 * Replaces the thumbprints of a provider, all of them.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateOpenIDConnectProviderThumbprint.html
 */
export const updateOpenIDConnectProviderThumbprint = defineChange({
  action: 'iam:UpdateOpenIDConnectProviderThumbprint',

  parse: (params) =>
    params.collect({
      openIDConnectProviderArn: params.required('OpenIDConnectProviderArn', providerArn),
      thumbprintList: params.texts('ThumbprintList', thumbprint, { required: true }),
    }),

  requires: ({ openIDConnectProviderArn: arn }, _caller, directory) =>
    onProvider('iam:UpdateOpenIDConnectProviderThumbprint', arn, directory),

  async change({ input: { openIDConnectProviderArn: arn, thumbprintList }, account }, edit) {
    const provider = await existingProvider(edit, account, arn)
    putProvider(edit, { ...provider, thumbprints: checkedThumbprints(thumbprintList) })
    return undefined
  },
})
