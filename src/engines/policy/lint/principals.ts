import { listOf, memberOf } from '../policy-document.ts'
import { quote } from './finding.ts'
import { pins } from './pinning.ts'
import { demands, type StatementCheck } from './policy-view.ts'

/** The keys that say for whose resource a service calls, in lower case. */
export const SOURCE_KEYS: ReadonlySet<string> = new Set([
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
])

const federated: StatementCheck = ({ principals }, report, { kind }) => {
  if (kind !== 'resource') return
  for (const principal of principals) {
    if (principal.type !== 'Federated') continue
    const what = `Only a role trusts identity providers, so ${quote(principal.value)} matches nobody: name the role.`
    report('ERROR', 'FEDERATED_PRINCIPAL_NOT_SUPPORTED', what, principal)
  }
}

const emptiness: StatementCheck = ({ node }, report) => {
  const principal = memberOf(node, 'Principal')
  for (const { value } of principal?.type === 'object' ? principal.members : []) {
    if (listOf(value).length > 0) continue
    report('SUGGESTION', 'EMPTY_ARRAY_PRINCIPAL', 'An empty list names nobody: name somebody or remove it.', value)
  }
}

const services: StatementCheck = ({ effect, principals, conditions }, report, { kind }) => {
  if (kind !== 'resource' || effect !== 'Allow') return
  if (conditions.some((condition) => SOURCE_KEYS.has(condition.name) && pins(condition))) return
  for (const principal of principals) {
    if (principal.type !== 'Service') continue
    const what = `${quote(principal.value)} may come here on behalf of anybody: ask for aws:SourceArn or aws:SourceAccount.`
    report('SECURITY_WARNING', 'RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL', what, principal)
  }
}

const NEVER_OF_SERVICES = /^aws:(?:principalorgid|principalorgpaths|principaltag\/.*|username)$/s

const keysOfServices: StatementCheck = ({ effect, principals, conditions }, report) => {
  if (effect !== 'Allow' || principals.length === 0 || principals.some(({ type }) => type !== 'Service')) return
  for (const condition of conditions) {
    if (!NEVER_OF_SERVICES.test(condition.name) || !demands(condition)) continue
    const what = `A service has no ${quote(condition.key.value)}, so the statement allows nothing: ask for aws:SourceOrgID or the like.`
    report('ERROR', 'UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL', what, condition.key)
  }
}

/** Who is named, in resource policies and trust policies alike. */
export const principalChecks: readonly StatementCheck[] = [federated, emptiness, services, keysOfServices]
