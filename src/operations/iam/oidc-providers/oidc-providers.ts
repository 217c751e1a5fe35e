import {
  type Directory,
  type Edit,
  keeps,
  OIDC_QUOTAS,
  OIDC_RULES,
  oidcProviderKey,
  type Records,
} from '../../../domain/directory/index.ts'
import { text } from '../../../engines/wire/index.ts'
import {
  type AccountId,
  accountId,
  NoSuchEntity,
  type OidcProvider,
  parseArn,
  ValidationError,
  Violation,
} from '../../../model/index.ts'
import type { Access } from '../../../pipeline/authorization/index.ts'
import { InvalidInput, LimitExceeded } from '../iam-faults.ts'
import { arnText } from '../iam-types.ts'

/** `ClientID`, and the entries of `ClientIDList`. */
export const clientId = text({ min: 1, max: 255 })

/** The entries of `ThumbprintList`. */
export const thumbprint = text({ min: 40, max: 40 })

/** `OpenIDConnectProviderArn`. @throws {@link ValidationError} for a text that is the ARN of nothing */
export function providerArn(value: string): string | Violation {
  const arn = arnText(value)
  if (arn instanceof Violation) return arn
  if (urlIn(arn) === undefined) throw new ValidationError(`Invalid ARN: ${arn}`)
  return arn
}

/** What the ARN of a provider ends in; `undefined` when it is the ARN of something else. */
function urlIn(arn: string): string | undefined {
  const { service, region, resource } = parseArn(arn) ?? {}
  const [, url] = /^oidc-provider\/(.+)$/.exec(resource ?? '') ?? []
  return service === 'iam' && region === '' ? url : undefined
}

/** The provider with exactly that ARN, of the account itself; `undefined` when there is none. */
export async function findProvider(
  records: Records,
  account: AccountId,
  arn: string,
): Promise<OidcProvider | undefined> {
  const provider = await records.stored('oidc-provider', oidcProviderKey(account, urlIn(arn) ?? ''))
  return provider?.arn === arn ? provider : undefined
}

/** The same. @throws {@link NoSuchEntity} when there is none */
export async function existingProvider(records: Records, account: AccountId, arn: string): Promise<OidcProvider> {
  const provider = await findProvider(records, account, arn)
  if (provider === undefined) throw new NoSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`)
  return provider
}

/** Stores a provider as it is from now on. */
export function putProvider(edit: Edit, provider: OidcProvider): void {
  const { account, url } = provider
  edit.put('oidc-provider', oidcProviderKey(account, url), account, provider)
}

/** The access that an action on a provider needs. */
export async function onProvider(
  action: string,
  arn: string,
  directory: Directory,
  context: NonNullable<Access['context']> = new Map(),
): Promise<readonly Access[]> {
  const account = accountId(parseArn(arn)?.account ?? '')
  const provider = account instanceof Violation ? undefined : await directory.oidcProvider(account, urlIn(arn) ?? '')
  return [{ action, resource: arn, resourceTags: provider?.tags ?? [], context }]
}

/** Checks client IDs, each of which counts once. @throws {@link InvalidInput}, {@link LimitExceeded} */
export function checkedClientIds(given: readonly string[]): readonly string[] {
  const clientIds = [...new Set(given)]
  for (const each of clientIds) {
    if (!keeps(each, OIDC_RULES.clientId)) throw new InvalidInput('A client ID may hold no control characters.')
  }
  if (clientIds.length > OIDC_QUOTAS.clientIds) {
    throw new LimitExceeded(`Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${OIDC_QUOTAS.clientIds}`)
  }
  return clientIds
}

/** Checks thumbprints, each of which counts once. @throws {@link InvalidInput} */
export function checkedThumbprints(given: readonly string[]): readonly string[] {
  const thumbprints = [...new Set(given)]
  for (const each of thumbprints) {
    // Whether AWS looks at more than the length is not documented.
    if (!keeps(each, OIDC_RULES.thumbprint)) {
      throw new InvalidInput(`Thumbprint ${each} ${OIDC_RULES.thumbprint.says}.`)
    }
  }
  if (thumbprints.length > OIDC_QUOTAS.thumbprints) {
    // In AWS's words, which mean that there may be five.
    throw new InvalidInput(`Thumbprint list must contain fewer than ${OIDC_QUOTAS.thumbprints} entries.`)
  }
  return thumbprints
}
