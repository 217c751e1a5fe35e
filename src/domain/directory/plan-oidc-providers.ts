import { type AccountId, oidcProviderArn } from '../../model/index.ts'
import type { DesiredOidcProvider } from './desired-directory.ts'
import type { DesiredPath } from './mistakes.ts'
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
  if (jwks !== undefined) checkKeys(plan, [...at, 'Jwks'], jwks)
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

/** What can be said of keys without using them: a key that is private, or that no token can name, is no use here. */
function checkKeys(plan: Plan, at: DesiredPath, text: string): void {
  const keys = keysIn(text)
  if (keys === undefined || keys.length === 0) {
    plan.mistake(at, 'must be a JSON Web Key Set: { "keys": [...] } with at least one key')
  }
  for (const [index, key] of (keys ?? []).entries()) {
    const { kty, kid, d } = typeof key === 'object' && key !== null ? { kty: '', kid: '', d: undefined, ...key } : {}
    const where = `keys.${index}`
    if (d !== undefined) plan.mistake(at, `${where} is a private key: only its public part belongs here`)
    else if (kty !== 'RSA' && kty !== 'EC') plan.mistake(at, `${where} must be an RSA or EC key`)
    else if (typeof kid !== 'string' || kid === '')
      plan.mistake(at, `${where} needs a kid: tokens name their key by it`)
  }
}

function keysIn(text: string): readonly unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || !('keys' in parsed)) return undefined
    return Array.isArray(parsed.keys) ? parsed.keys : undefined
  } catch {
    return undefined
  }
}
