import { defineRead } from '../define.ts'

/** What a list holds at most: a directory file may have made more than the quota. */
const MOST_LISTED = 1000

/**
 * Lists the account's SAML providers. AWS has no pages here.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSAMLProviders.html
 */
export const listSAMLProviders = defineRead({
  action: 'iam:ListSAMLProviders',
  parse: (params) => params.collect({}),
  requires: () => [{ action: 'iam:ListSAMLProviders', resource: '*' }],

  async read({ account }, directory) {
    const providers = await directory.records.page('saml-provider', account, { limit: MOST_LISTED })
    return {
      SAMLProviderList: providers.map(({ arn, validUntil, createdAt }) => {
        return { Arn: arn, ValidUntil: new Date(validUntil), CreateDate: new Date(createdAt) }
      }),
    }
  },
})
