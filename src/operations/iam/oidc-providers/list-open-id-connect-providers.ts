import { defineRead } from '../define.ts'

/** What a list holds at most: a directory file may have made more than the quota. */
const MOST_LISTED = 1000

/**
 * Lists the ARNs of the account's OpenID Connect providers. AWS has no pages here.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOpenIDConnectProviders.html
 */
export const listOpenIDConnectProviders = defineRead({
  action: 'iam:ListOpenIDConnectProviders',
  parse: (params) => params.collect({}),
  requires: () => [{ action: 'iam:ListOpenIDConnectProviders', resource: '*' }],

  async read({ account }, directory) {
    const providers = await directory.records.page('oidc-provider', account, { limit: MOST_LISTED })
    return { OpenIDConnectProviderList: providers.map(({ arn }) => ({ Arn: arn })) }
  },
})
