import { readInstant } from '../conditions/date.ts'
import { PADDED_KINDS } from '../elements.ts'
import { ARN_COLONS } from '../matching/text-test.ts'
import { type JsonObject, listOf, memberOf, type PolicyKind, scalarOf } from '../policy-document.ts'
import { refuse } from './refuse.ts'
import { textsOf } from './statements.ts'

const PARTITION = /^aws(?:-[a-z]+)*$/
const IAM_PATHS = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
]
const FAILED_LEGACY_PARSING = 'The policy failed legacy parsing'

/**
 * What AWS finds out only after the syntax: an `Effect` in the wrong case, a date that is none, an ARN that lacks
 * parts. Resources are looked at only as long as none has a fault that `checkResources` names.
 */
export function checkLegacy(statements: readonly JsonObject[]): void {
  for (const statement of statements) {
    const effect = memberOf(statement, 'Effect')
    if (effect?.type === 'string' && effect.value !== 'Allow' && effect.value !== 'Deny') {
      refuse(FAILED_LEGACY_PARSING, effect)
    }
    checkDates(statement, FAILED_LEGACY_PARSING)
  }
  for (const resource of resourcesOf(statements)) {
    if (resourceFault(resource.value) !== undefined) return
    if (lacksParts(resource.value)) refuse(FAILED_LEGACY_PARSING, resource)
  }
}

/** Checks that every value of a Date operator is a date. */
export function checkDates(statement: JsonObject, message: string): void {
  const block = memberOf(statement, 'Condition')
  for (const { name, value: keys } of block?.type === 'object' ? block.members : []) {
    if (keys.type !== 'object' || !/^(?:[A-Za-z]+:)?Date/.test(name)) continue
    for (const item of keys.members.flatMap(({ value }) => listOf(value))) {
      if (readInstant(scalarOf(item) ?? '') === undefined) refuse(message, item)
    }
  }
}

/**
 * Checks that each resource is `*` or an ARN, as far as AWS looks; the first at fault is named. An ARN may stop early
 * only in policies attached to callers.
 */
export function checkResources(statements: readonly JsonObject[], kind: PolicyKind): void {
  for (const resource of resourcesOf(statements)) {
    const fault = resourceFault(resource.value)
    if (fault !== undefined) refuse(fault, resource)
    if (resource.value !== '*' && !PADDED_KINDS.has(kind) && resource.value.split(':').length <= ARN_COLONS) {
      refuse(notAnArn(resource.value), resource)
    }
  }
}

/** Checks that each statement names some resource. */
export function checkResourcesGiven(statements: readonly JsonObject[]): void {
  for (const statement of statements) {
    const given = memberOf(statement, 'Resource') ?? memberOf(statement, 'NotResource')
    if (given === undefined || listOf(given).length === 0) {
      refuse('Policy statement must contain resources.', given ?? statement)
    }
  }
}

function resourcesOf(
  statements: readonly JsonObject[],
): readonly { readonly value: string; readonly offset: number }[] {
  return statements.flatMap((statement) =>
    textsOf(memberOf(statement, 'Resource') ?? memberOf(statement, 'NotResource')),
  )
}

/** `arn:aws:s3::bucket` lacks a colon and `arn:aws:::x` a service, while `arn:aws:s3` stands for all of S3. */
function lacksParts(resource: string): boolean {
  const parts = resource.split(':')
  return resource !== '*' && (parts[2] === '' || (resource.includes('::') && parts.length <= ARN_COLONS))
}

function notAnArn(resource: string): string {
  return `Resource ${resource} must be in ARN format or "*".`
}

function resourceFault(resource: string): string | undefined {
  const [prefix, partition, service, region, , ...rest] = resource.split(':')
  if (resource === '*') return undefined
  if (partition === undefined) return notAnArn(resource)
  if (!PARTITION.test(partition)) {
    const [, , ...parts] = resource.split(':')
    while (parts.length < ARN_COLONS - 1) parts.push('*')
    const echo = `arn:${partition}:${parts.join(':')}`
    return `Partition "${partition}" is not valid for resource "${echo}".`
  }
  if (prefix !== 'arn') return notAnArn(resource)
  if (service === undefined || /[*?]/.test(service)) {
    return 'Resource vendor must be fully qualified and cannot contain regexes.'
  }
  const path = rest.length > 0 ? rest.join(':') : undefined
  if (service === 's3' && region && !path?.startsWith('accesspoint/')) {
    return `Resource ${resource} can not contain region information.`
  }
  if (service !== 'iam') return undefined
  if (region) return `IAM resource ${resource} cannot contain region information.`
  // Beside the paths that the message lists, sts:AssumeRoot is granted on an account's root user.
  const known =
    path === undefined || path === '*' || path === 'root' || IAM_PATHS.some((start) => path.startsWith(start))
  return known ? undefined : `IAM resource path must either be "*" or start with ${IAM_PATHS.join(', ')}.`
}
