import { foldCase } from '../../../model/index.ts'
import { accountOf } from '../principal-forms.ts'
import { providersOf } from './federation.ts'
import { quote } from './finding.ts'
import { pins } from './pinning.ts'
import { hasWildcards, type PrincipalView, type StatementCheck, type StatementView } from './policy-view.ts'
import { SOURCE_KEYS } from './principals.ts'

/** A check of what a role's trust policy allows. */
function ofTrust(check: StatementCheck): StatementCheck {
  return (statement, report, policy) => {
    if (policy.kind === 'trust' && statement.effect === 'Allow') check(statement, report, policy)
  }
}

const ORGANIZATION_KEYS = /^aws:principalorg(?:id|paths)$/
const CALLER_KEYS = /^aws:(?:principal(?:orgid|orgpaths|arn|account)|userid)$/

const anybody = ofTrust(({ principals, conditions }, report) => {
  const star = principals.find(({ type, value }) => type === 'AWS' && value === '*')
  if (star === undefined || conditions.some((each) => CALLER_KEYS.test(each.name) && pins(each))) return
  const what = 'Everybody on AWS may assume the role: name principals, or pin aws:PrincipalOrgID or aws:PrincipalArn.'
  report('SECURITY_WARNING', 'trust-star', what, star)
})

const accounts = ofTrust(({ principals, conditions }, report) => {
  if (conditions.length > 0) return
  for (const principal of principals) {
    if (principal.type !== 'AWS' || accountOf(principal.value) === undefined) continue
    const what = `Whoever an administrator of ${quote(principal.value)} lets may assume the role: name users or roles if you know them.`
    report('SUGGESTION', 'trust-account-root', what, principal)
  }
})

const strangers = ofTrust(({ principals, conditions }, report, { ownAccounts }) => {
  if (ownAccounts === undefined) return
  if (conditions.some((each) => pins(each) && (each.name === 'sts:externalid' || isOrganization(each.name)))) return
  for (const principal of principals) {
    const account = principal.type === 'AWS' ? accountIn(principal) : undefined
    if (account === undefined || ownAccounts.has(account)) continue
    const what = `${account} is not one of your accounts and may be asked by others to use this role: demand an sts:ExternalId.`
    report('SECURITY_WARNING', 'trust-third-party-no-externalid', what, principal)
  }
})

function isOrganization(name: string): boolean {
  return ORGANIZATION_KEYS.test(name)
}

function accountIn({ value }: PrincipalView): string | undefined {
  return accountOf(value) ?? /^arn:[^:]+:(?:iam|sts)::([0-9]{12}):/.exec(value)?.[1]
}

const SHORTEST_EXTERNAL_ID = 6

const externalIds = ofTrust(({ conditions }, report) => {
  for (const condition of conditions) {
    if (condition.name !== 'sts:externalid' || condition.form.negated || condition.form.family === null) continue
    if (condition.form.ifExists) {
      const what = 'With IfExists whoever passes no sts:ExternalId is let in: remove the suffix.'
      report('WARNING', 'externalid-weak', what, condition.operator)
    }
    for (const text of condition.values) {
      const guessable = text.value.length < SHORTEST_EXTERNAL_ID
      if (!guessable && !(hasWildcards(condition) && /[*?]/.test(text.value))) continue
      const why = guessable ? 'is short enough to be guessed' : 'takes in ids of others'
      report('WARNING', 'externalid-weak', `The value of sts:ExternalId ${why}: use one long, exact id.`, text)
    }
  }
})

/** Services that say for which resource they assume a role, as their pages on the confused deputy tell. */
const SAYS_SOURCE = new Set([
  'bedrock.amazonaws.com',
  'codebuild.amazonaws.com',
  'ecs-tasks.amazonaws.com',
  'pipes.amazonaws.com',
  'scheduler.amazonaws.com',
  'ssm.amazonaws.com',
  'states.amazonaws.com',
])

const services = ofTrust(({ principals, conditions }, report) => {
  if (conditions.some((each) => SOURCE_KEYS.has(each.name) && pins(each))) return
  for (const principal of principals) {
    if (principal.type !== 'Service' || !SAYS_SOURCE.has(principal.value)) continue
    const what = `${quote(principal.value)} says for which resource it assumes the role: ask for aws:SourceArn or aws:SourceAccount.`
    report('WARNING', 'trust-service-no-source', what, principal)
  }
})

const samlAudience = ofTrust((statement, report) => {
  if (statement.conditions.some((each) => each.name === 'saml:aud' && pins(each))) return
  for (const { kind, principal } of providersOf(statement)) {
    if (kind !== 'saml') continue
    const what = 'Assertions made for other service providers are taken too: ask for SAML:aud.'
    report('WARNING', 'saml-no-aud', what, principal)
  }
})

const ASSUMES: ReadonlyMap<string, 'role' | 'saml' | 'oidc'> = new Map([
  ['sts:assumerole', 'role'],
  ['sts:assumerolewithsaml', 'saml'],
  ['sts:assumerolewithwebidentity', 'oidc'],
])

const mismatches = ofTrust((statement, report) => {
  const { principals, action } = statement
  const kinds = new Set<string>(providersOf(statement).map(({ kind }) => kind))
  if (principals.some(({ type }) => type !== 'Federated')) kinds.add('role')
  if (kinds.size === 0 || principals.some(({ value }) => value === '*')) return
  for (const text of action?.texts ?? []) {
    const wanted = ASSUMES.get(foldCase(text.value))
    if (wanted === undefined || kinds.has(wanted)) continue
    const what = `None of the principals can call ${quote(text.value)}: web identities, SAML assertions and all others have an action each.`
    report('ERROR', 'MISMATCHED_ACTION_FOR_PRINCIPAL', what, text)
  }
})

const SESSION = /^arn:([^:]+):sts::([0-9]{12}):assumed-role\/([^/]+)\//
const ROLE = /^arn:([^:]+):iam::([0-9]{12}):role\/(?:.*\/)?([^/]+)$/

const sessions: StatementCheck = ({ principals }, report, { kind }) => {
  if (kind !== 'trust') return
  const roles = new Set(principals.map(({ value }) => ROLE.exec(value)?.slice(1).join(':')))
  for (const principal of principals) {
    const role = SESSION.exec(principal.value)?.slice(1).join(':')
    if (role === undefined || !roles.has(role)) continue
    const what = `The role of the session ${quote(principal.value)} is a principal as well, with all its sessions: remove one.`
    report('SUGGESTION', 'REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY', what, principal)
  }
}

const duration: StatementCheck = ({ conditions }: StatementView, report, { kind }) => {
  if (kind !== 'trust') return
  for (const { name, key } of conditions) {
    if (name !== 'sts:durationseconds') continue
    const what = 'Requests to assume a role never carry sts:DurationSeconds: set the MaxSessionDuration of the role.'
    report('ERROR', 'trust-duration', what, key)
  }
}

/** Whom a role trusts, and with what. */
export const trustChecks: readonly StatementCheck[] = [
  anybody,
  accounts,
  strangers,
  externalIds,
  services,
  samlAudience,
  mismatches,
  sessions,
  duration,
]
