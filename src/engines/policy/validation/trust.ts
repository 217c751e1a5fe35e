import { foldCase } from '../../../model/index.ts'
import { compilePattern } from '../matching/text-test.ts'
import { type JsonObject, listOf, memberOf, type PolicyDocument, scalarOf, statementsOf } from '../policy-document.ts'
import { TRUST_ACTIONS } from '../sts-actions.ts'
import { checkPrincipalMap } from './principals.ts'
import { refuse } from './refuse.ts'
import { checkDates } from './resources.ts'
import { ofStrangers, SHARED_OIDC_PROVIDERS } from './shared-oidc-providers.ts'
import { checkElements, checkSidCharacters, checkSids, checkTopLevel, isVersion, textsOf } from './statements.ts'

const SYNTAX_ERROR = 'Syntax error in policy.'
const COGNITO = 'cognito-identity.amazonaws.com'
const KNOWN = [...TRUST_ACTIONS]
const NO_KEYS = new Map<string, string>()

/**
 * Checks what AWS checks when a role's trust policy is saved. Whether the principals exist is for who resolves them.
 * @throws {@link MalformedPolicyDocument}
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
 */
export function validateTrustPolicy(document: PolicyDocument): void {
  checkTopLevel(document.root, SYNTAX_ERROR)
  const version = memberOf(document.root, 'Version')
  if (version !== undefined && !isVersion(version)) refuse('The policy must contain a valid version string', version)
  const nodes = statementsOf(document)
  if (nodes.length === 0) refuse('Could not parse the policy: Statement is empty!', document.root)
  const statements = nodes.map((node) => checkElements(node, SYNTAX_ERROR))
  checkSids(statements, 'The Statement Ids in the policy are not unique')
  checkSidCharacters(statements)
  for (const statement of statements) {
    checkEffect(statement)
    checkPrincipal(statement)
    checkActions(statement)
    checkNoResource(statement)
    checkDates(statement, SYNTAX_ERROR)
    checkFederation(statement)
  }
}

function checkEffect(statement: JsonObject): void {
  const effect = memberOf(statement, 'Effect')
  if (effect === undefined) refuse('Missing required field Effect', statement)
  if (effect.type !== 'string') refuse(SYNTAX_ERROR, effect)
  if (effect.value !== 'Allow' && effect.value !== 'Deny') refuse(`Invalid effect: ${effect.value}`, effect)
}

function isAllow(statement: JsonObject): boolean {
  const effect = memberOf(statement, 'Effect')
  return effect?.type === 'string' && effect.value === 'Allow'
}

function checkPrincipal(statement: JsonObject): void {
  const excluded = memberOf(statement, 'NotPrincipal')
  if (excluded !== undefined) {
    const inAllow = 'Allow with NotPrincipal is not allowed.'
    refuse(isAllow(statement) ? inAllow : 'AssumeRole policy must not contain NotPrincipal field.', excluded)
  }
  const principal = memberOf(statement, 'Principal')
  if (principal === undefined) refuse('Missing required field Principal', statement)
  checkPrincipalMap(principal, false)
}

function checkActions(statement: JsonObject): void {
  const excluded = memberOf(statement, 'NotAction')
  const given = memberOf(statement, 'Action')
  const actions = textsOf(given)
  if (excluded === undefined && actions.length === 0) refuse('Missing required field Action', given ?? statement)
  const stranger = excluded ?? actions.find(({ value }) => !isTrustAction(value))
  if (stranger !== undefined) refuse('AssumeRole policy may only specify STS AssumeRole actions.', stranger)
}

/** Wildcards may complete the name of a trust action, not its service. */
function isTrustAction(action: string): boolean {
  const pattern = foldCase(action)
  const matches = compilePattern(pattern, 'flat', false)
  return pattern.startsWith('sts:') && KNOWN.some((known) => matches(known, NO_KEYS))
}

function checkNoResource(statement: JsonObject): void {
  const resource = memberOf(statement, 'Resource')
  if (resource !== undefined) refuse('Has prohibited field Resource', resource)
  const excluded = memberOf(statement, 'NotResource')
  if (excluded !== undefined) refuse('AssumeRole policy must not contain resources.', excluded)
}

/** Providers that serve everybody have to be narrowed to a tenant wherever they are trusted. */
function checkFederation(statement: JsonObject): void {
  const principal = memberOf(statement, 'Principal')
  if (principal?.type !== 'object' || !isAllow(statement)) return
  for (const federated of textsOf(memberOf(principal, 'Federated'))) {
    if (foldCase(federated.value) === COGNITO && memberOf(statement, 'Condition') === undefined) {
      refuse('A condition block must be present for the Cognito provider', federated)
    }
    const [, host] = /^arn:[^:]+:iam::[0-9]+:oidc-provider\/(.+)$/.exec(federated.value) ?? [undefined, federated.value]
    const keys = SHARED_OIDC_PROVIDERS.get(foldCase(host))
    if (keys === undefined || keys.some((key) => isNarrowed(statement, key))) continue
    const { value } = federated
    refuse(
      `Trust policy with trusted principal ${value} must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, ${keys.join(' or ')} which is not scoped to all.`,
      federated,
    )
  }
}

/**
 * Whether a condition on the key says more than "anything". What AWS takes for "anything" is not documented beyond a
 * wildcard alone, so the strict reading is taken: whatever also lets a stranger in, such as `repo:*`.
 */
function isNarrowed(statement: JsonObject, key: string): boolean {
  const block = memberOf(statement, 'Condition')
  for (const { name, value: keys } of block?.type === 'object' ? block.members : []) {
    if (!/^String(?:Equals|Like|EqualsIgnoreCase)$/.test(name) || keys.type !== 'object') continue
    for (const member of keys.members) {
      if (foldCase(member.name) !== foldCase(key)) continue
      const values = listOf(member.value).map((item) => scalarOf(item) ?? '*')
      if (values.length > 0 && values.every((value) => keepsStrangersOut(value, key))) return true
    }
  }
  return false
}

/** A variable may stand for anything: for what the token itself says, or for its default. */
function keepsStrangersOut(value: string, key: string): boolean {
  const matches = compilePattern(foldCase(value).replace(/\$\{[^}]*\}?/g, '*'), 'flat', false)
  return !/^[*?]+$/.test(value) && !ofStrangers(key).some((stranger) => matches(stranger, NO_KEYS))
}
