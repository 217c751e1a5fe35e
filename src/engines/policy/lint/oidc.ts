import { foldCase } from '../../../model/index.ts'
import { GITHUB, readOidcKey } from '../condition-keys.ts'
import { SHARED_OIDC_PROVIDERS } from '../validation/shared-oidc-providers.ts'
import { type Provider, providersOf } from './federation.ts'
import { quote, type Report } from './finding.ts'
import { narrows } from './pinning.ts'
import type { ConditionView, StatementCheck, StatementView } from './policy-view.ts'

type OidcProvider = Provider & { readonly kind: 'oidc' }

/** Claims that say for whom the provider speaks: a subject, or the tenant it belongs to. */
const TENANT = /^(?:sub|repository|job_workflow_ref|organization_slug|[a-z_]+_id|id)$/
const AUDIENCE = /^(?:aud|oaud|app_id)$/

const providers: StatementCheck = (statement, report, { kind }) => {
  if (kind !== 'trust' || statement.effect !== 'Allow') return
  const trusted = new Map<string, OidcProvider>()
  for (const provider of providersOf(statement)) if (provider.kind === 'oidc') trusted.set(provider.url, provider)
  if (trusted.size === 0) return
  const asked = conditionsByProvider(statement)
  for (const [url, provider] of trusted) checkProvider(provider, asked.get(url) ?? [], statement, report)
  checkKeys(statement, trusted, report)
}

interface Asked {
  readonly claim: string
  readonly condition: ConditionView
}

function conditionsByProvider({ conditions }: StatementView): ReadonlyMap<string, readonly Asked[]> {
  const asked = new Map<string, Asked[]>()
  for (const condition of conditions) {
    const key = readOidcKey(condition.name)
    if (key === undefined || condition.form.family === null) continue
    const list = asked.get(key.provider) ?? []
    list.push({ claim: key.claim, condition })
    asked.set(key.provider, list)
  }
  return asked
}

function checkProvider(
  { principal, url, builtIn }: OidcProvider,
  asked: readonly Asked[],
  statement: StatementView,
  report: Report,
): void {
  const warn = (code: string, details: string): void => report('SECURITY_WARNING', code, details, principal)
  const keys = new Set((SHARED_OIDC_PROVIDERS.get(url) ?? []).map(foldCase))
  const narrowed = keys.size > 0 && statement.conditions.some((each) => keys.has(each.name) && narrows(each))
  if (asked.length === 0 && !narrowed) {
    const why = `Any user and any client of ${quote(url)} may assume the role: ask for its sub and aud.`
    warn('MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL', why)
    return
  }
  if (asked.length > 0 && asked.every(({ condition }) => condition.form.negated)) {
    const why = `Saying only who may not lets all others of ${quote(url)} in: say who may.`
    warn('oidc-negated-only', why)
    return
  }
  if (!builtIn && !narrowed && !asked.some(({ claim, condition }) => TENANT.test(claim) && narrows(condition))) {
    if (GITHUB.test(url)) {
      const why = 'Workflows of every repository on GitHub may assume the role: ask for the sub claim.'
      warn('MISSING_GITHUB_REPO_CONDITION_KEY', why)
    } else {
      warn('oidc-no-sub', `Every user of ${quote(url)} may assume the role: ask for the sub claim.`)
    }
  }
  if (!asked.some(({ claim, condition }) => AUDIENCE.test(claim) && narrows(condition))) {
    const why = `Tokens of ${quote(url)} for other audiences are taken too: ask for the aud claim.`
    warn('oidc-no-aud', why)
  }
}

function checkKeys({ conditions }: StatementView, trusted: ReadonlyMap<string, OidcProvider>, report: Report): void {
  for (const { key, name, known, form, operator } of conditions) {
    const claim = readOidcKey(name)
    const withScheme = /^https?:\/\//.test(name)
    if (claim === undefined && !withScheme) continue
    if (claim === undefined || !trusted.has(claim.provider)) {
      const why = `${quote(key.value)} is of no provider of this statement, so it is never there: begin it with the provider's URL, without https:// and final slash.`
      report('ERROR', 'oidc-wrong-prefix', why, key)
      continue
    }
    if (known === undefined) {
      const why = `AWS makes no condition key of ${quote(key.value)}: use a claim that it does.`
      report('WARNING', 'oidc-unmapped-claim', why, key)
    }
    if (claim.claim !== 'sub' && claim.claim !== 'aud') continue
    if (form.ifExists) {
      const why = `With IfExists a token without ${quote(claim.claim)} is let in: remove the suffix.`
      report('SECURITY_WARNING', 'oidc-ifexists', why, operator)
    }
    if (form.quantifier === 'some' && claim.claim === 'aud') {
      const why =
        'One audience of several is enough, though the token was made for others as well: remove ForAnyValue:.'
      report('SECURITY_WARNING', 'FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE', why, key)
    }
  }
}

/** Trust in OIDC providers: which of their users, with tokens for whom. */
export const oidcChecks: readonly StatementCheck[] = [providers]
