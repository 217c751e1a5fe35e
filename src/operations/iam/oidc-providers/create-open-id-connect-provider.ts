import { type Directory, oidcProviderKey, readProviderUrl } from '../../../domain/directory/index.ts'
import { text } from '../../../engines/wire/index.ts'
import { EntityAlreadyExists, type OidcProvider, oidcProviderArn, ValidationError } from '../../../model/index.ts'
import { requestTags } from '../../../pipeline/authorization/index.ts'
import { defineChange } from '../define.ts'
import { InvalidInput } from '../iam-faults.ts'
import { checkQuota } from '../quotas.ts'
import { answeredTags, checkTags, readTags } from '../tags.ts'
import { checkedClientIds, checkedThumbprints, clientId, putProvider, thumbprint } from './oidc-providers.ts'

/** `Url`. */
const url = text({ min: 1, max: 255 })

/**
 * Lets roles of the account trust the tokens of an OpenID Connect issuer. Where no thumbprints are given there are none:
 * none is fetched, because the certificate of whoever answers first proves nothing. Whether an issuer's certificate is
 * trusted is decided when its keys are fetched, by the authorities that the system trusts.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
 */
export const createOpenIDConnectProvider = defineChange({
  action: 'iam:CreateOpenIDConnectProvider',

  parse(params) {
    const input = params.collect({
      url: params.required('Url', url),
      clientIDList: params.texts('ClientIDList', clientId),
      thumbprintList: params.texts('ThumbprintList', thumbprint),
      tags: readTags(params),
    })
    checkTags(input.tags, 'exact')
    return input
  },

  requires({ url, tags }, { account }, directory) {
    // What is no issuer has no ARN that a policy could allow.
    const resource = oidcProviderArn(directory.partition, account, readUrl(url, directory).url)
    return [{ action: 'iam:CreateOpenIDConnectProvider', resource, context: requestTags(tags) }]
  },

  async change({ input, account, partition, now }, edit, { directory }) {
    const { url, issuer } = readUrl(input.url, directory)
    const thumbprints = checkedThumbprints(input.thumbprintList)
    const clientIds = checkedClientIds(input.clientIDList)
    if ((await edit.stored('oidc-provider', oidcProviderKey(account, url))) !== undefined) {
      throw new EntityAlreadyExists(`Provider with url ${issuer} already exists.`)
    }
    const { oidcProvidersPerAccount } = directory.quotas
    checkQuota('OpenIdConnectProvidersPerAccount', await edit.count('oidc-provider', account), oidcProvidersPerAccount)
    const arn = oidcProviderArn(partition, account, url)
    const { tags } = input
    putProvider(edit, { account, url, issuer, arn, clientIds, thumbprints, tags, createdAt: now, jwks: undefined })
    return { OpenIDConnectProviderArn: arn, Tags: answeredTags(tags) }
  },
})

function readUrl(text: string, { nearbyIssuers }: Directory): Pick<OidcProvider, 'issuer' | 'url'> {
  const read = readProviderUrl(text, nearbyIssuers)
  if (typeof read !== 'string') return read
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(text)) throw new ValidationError('Invalid Open ID Connect Provider URL')
  throw new InvalidInput(`Invalid Open ID Connect Provider URL. The URL ${read}.`)
}
