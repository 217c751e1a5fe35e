import { type AccountId, oidcProviderArn } from '../../model/index.ts'
import type { DesiredOidcProvider } from './desired-directory.ts'
import type { DesiredPath } from './mistakes.ts'
import { faultsOfKeys } from './oidc-provider-keys.ts'
import { OIDC_QUOTAS, OIDC_RULES, readProviderUrl } from './oidc-provider-rules.ts'
import type { Plan } from './plan.ts'
import { planTags } from './plan-policies.ts'
import { oidcProviderKey } from './record-keys.ts'
import type { NameRule } from './rules.ts'

/** Plans the OpenID Connect providers of an account; when each was made is kept. */
export async function planOidcProviders(
  plan: Plan,
  at: DesiredPath,
  account: AccountId,
  providers: readonly DesiredOidcProvider[],
): Promise<void> {
  const { oidcProvidersPerAccount } = plan.parts.directory.quotas
  if (providers.length > oidcProvidersPerAccount) plan.mistake(at, `an account has at most ${oidcProvidersPerAccount}`)
  for (const [index, desired] of providers.entries()) await planOidcProvider(plan, [...at, index], account, desired)
}

async function planOidcProvider(
  plan: Plan,
  at: DesiredPath,
  account: AccountId,
  desired: DesiredOidcProvider,
): Promise<void> {
  const { directory } = plan.parts
  const read = readProviderUrl(desired.Url, directory.nearbyIssuers)
  if (typeof read === 'string') return plan.mistake([...at, 'Url'], `"${desired.Url}" ${read}`)
  const { issuer, url } = read
  const key = oidcProviderKey(account, url)
  if (!plan.claim('oidc-provider', key)) plan.mistake([...at, 'Url'], `"${desired.Url}" stands here twice`)
  const { ClientIdList: clientIds, ThumbprintList: thumbprints, Jwks: jwks } = desired
  checkList(plan, [...at, 'ClientIdList'], clientIds, OIDC_RULES.clientId, OIDC_QUOTAS.clientIds)
  checkList(plan, [...at, 'ThumbprintList'], thumbprints, OIDC_RULES.thumbprint, OIDC_QUOTAS.thumbprints)
  for (const fault of jwks === undefined ? [] : faultsOfKeys(jwks)) plan.mistake([...at, 'Jwks'], fault)
  const tags = planTags(plan, [...at, 'Tags'], desired.Tags)
  const arn = oidcProviderArn(directory.partition, account, url)
  const existing = await plan.stored('oidc-provider', key)
  const createdAt = existing?.createdAt ?? plan.parts.now
  plan.put('oidc-provider', key, account, { account, url, issuer, arn, clientIds, thumbprints, tags, createdAt, jwks })
}

function checkList(plan: Plan, at: DesiredPath, entries: readonly string[], rule: NameRule, most: number): void {
  const seen = new Set<string>()
  for (const [index, entry] of entries.entries()) {
    plan.check([...at, index], entry, rule)
    if (seen.has(entry)) plan.mistake([...at, index], `"${entry}" stands here twice`)
    seen.add(entry)
  }
  if (entries.length > most) plan.mistake(at, `at most ${most} entries`)
}
