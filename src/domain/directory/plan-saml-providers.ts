import { type AccountId, samlProviderArn, uniqueId } from '../../model/index.ts'
import type { DesiredSamlProvider } from './desired-directory.ts'
import type { DesiredPath } from './mistakes.ts'
import type { Plan } from './plan.ts'
import { planTags } from './plan-policies.ts'
import { nameKey } from './record-keys.ts'
import { samlSealOf } from './saml-keys.ts'
import { SAML_RULES, validityOf } from './saml-provider-rules.ts'

/** Plans the SAML providers of an account. What a file cannot say of one, its private keys for example, is kept. */
export async function planSamlProviders(
  plan: Plan,
  at: DesiredPath,
  account: AccountId,
  providers: readonly DesiredSamlProvider[],
): Promise<void> {
  const { samlProvidersPerAccount } = plan.parts.directory.quotas
  if (providers.length > samlProvidersPerAccount) plan.mistake(at, `an account has at most ${samlProvidersPerAccount}`)
  for (const [index, desired] of providers.entries()) await planSamlProvider(plan, [...at, index], account, desired)
}

async function planSamlProvider(
  plan: Plan,
  at: DesiredPath,
  account: AccountId,
  desired: DesiredSamlProvider,
): Promise<void> {
  const { directory, random, now } = plan.parts
  const { Name: name, SamlMetadataDocument: metadata, SingleUse: singleUse, SpInitiatedOnly: spInitiatedOnly } = desired
  plan.check([...at, 'Name'], name, SAML_RULES.name)
  const key = nameKey(account, name)
  if (!plan.claim('saml-provider', key)) plan.mistake([...at, 'Name'], `"${name}" stands here twice`)
  const existing = await plan.stored('saml-provider', key)
  const createdAt = existing?.createdAt ?? now
  // What it said when it was made holds: another time of reading is no other metadata.
  const validUntil = existing?.metadata === metadata ? existing.validUntil : validityOf(metadata, now)
  if (typeof validUntil === 'string') return plan.mistake([...at, 'SamlMetadataDocument'], validUntil)
  const tags = planTags(plan, [...at, 'Tags'], desired.Tags)
  const arn = samlProviderArn(directory.partition, account, name)
  const id = existing?.uniqueId ?? uniqueId('SAMLSP', account, random.bytes(6))
  const kept = { encryption: existing?.encryption, privateKeys: existing?.privateKeys ?? [] }
  const uses = { singleUse, spInitiatedOnly }
  const body = { account, name, arn, uniqueId: id, metadata, createdAt, validUntil, tags, ...uses, ...kept }
  plan.put('saml-provider', key, account, body, samlSealOf(body))
}
