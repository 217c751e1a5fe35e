import { MalformedPolicyDocument } from '../../../model/index.ts'
import {
  type JsonNode,
  type JsonObject,
  memberOf,
  type PolicyDocument,
  type PolicyKind,
  statementsOf,
} from '../policy-document.ts'
import { validatePolicy } from '../validation/validate-policy.ts'
import type { Report } from './finding.ts'
import { locate } from './locate.ts'

/** The codes that say a policy would be refused when it is saved, each with what to do. No other check has them. */
export const REFUSALS = {
  JSON_SYNTAX_ERROR: 'Write one JSON object in which no name appears twice',
  INVALID_POLICY_ELEMENT: 'Remove what is no element of this type of policy',
  INVALID_VERSION: 'Write "Version": "2012-10-17"',
  INVALID_EFFECT: 'Write Allow or Deny, and in a resource control policy only Deny',
  MISSING_STATEMENT: 'Add a statement',
  MISSING_EFFECT: 'Add an Effect of Allow or Deny',
  MISSING_ACTION: 'Add an Action that names some action',
  MISSING_RESOURCE: 'Add a Resource that names some resource',
  MISSING_PRINCIPAL: 'Add a Principal that names somebody',
  UNIQUE_SIDS_REQUIRED: 'Give each statement a Sid of its own',
  UNSUPPORTED_SID: 'Use only letters and digits in a Sid',
  UNSUPPORTED_ELEMENT_COMBINATION: 'Keep either the element or its Not twin',
  DATA_TYPE_MISMATCH: 'Use the JSON type that the element takes',
  INVALID_SERVICE_IN_ACTION: 'Write actions as service:Action',
  INVALID_ARN_PREFIX: 'Write resources as ARNs or as "*"',
  INVALID_PARTITION: 'Use a partition of AWS, such as aws',
  INVALID_SERVICE: 'Name the service of the resource, without wildcards',
  ARN_REGION_NOT_ALLOWED: 'Leave the region empty, for the service has none in its ARNs',
  INVALID_ARN_RESOURCE: 'Use a type of resource that the service has',
  MISSING_ARN_FIELD: 'Write all of arn:partition:service:region:account:resource',
  UNSUPPORTED_ACTION_IN_POLICY: 'Use only actions that this type of policy takes',
  INVALID_CONDITION_OPERATOR: 'Use an operator of the language, in its upper and lower case',
  NULL_WITH_IF_EXISTS: 'Use Null without IfExists, for it asks just that',
  TYPE_MISMATCH_DATE: 'Write dates as YYYY-MM-DD or in another form of ISO 8601',
  UNSUPPORTED_PRINCIPAL: 'Remove the Principal: this policy is attached to whom it is about',
  SCP_SYNTAX_ERROR_PRINCIPAL: 'Remove the Principal: a service control policy is about everybody below it',
  RCP_SYNTAX_ERROR_PRINCIPAL: 'Write "Principal": "*"',
  INVALID_PRINCIPAL_FORMAT: 'Name principals by type and by account id, ARN or service host',
  INVALID_PRINCIPAL_KEY: 'Use a type of principal that this policy takes',
  UNSUPPORTED_WILDCARD_IN_PRINCIPAL: 'Name each principal in full, or compare aws:PrincipalArn in a condition',
  ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL: 'Write {"AWS": "*"} with a condition, or better say who',
  INVALID_SERVICE_PRINCIPAL_FORMAT: 'Name the service by its host, such as ec2.amazonaws.com',
  INVALID_ROLE_REFERENCE: 'Name the role by its ARN: the id is of a role that is gone',
  INVALID_USER_REFERENCE: 'Name the user by its ARN: the id is of a user that is gone',
  INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY: 'Name the provider by its ARN or domain',
  ALLOW_WITH_NOT_PRINCIPAL: 'Say whom to allow with Principal: all but some includes strangers',
  ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL: 'Say whom to trust with Principal',
  ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE: 'Remove the Resource: a trust policy is about its own role',
  'oidc-tenant-required': 'Compare the claim that tells the tenants of this shared provider apart',
} as const

type Refusal = keyof typeof REFUSALS

/** By the words of the refusal; those that say less are told apart by the place. */
const BY_MESSAGE: readonly (readonly [RegExp, Refusal])[] = [
  [/^(?:Policy document must be version|The policy must contain a valid version)/, 'INVALID_VERSION'],
  [/^Could not parse the policy: Statement is empty!$/, 'MISSING_STATEMENT'],
  [/^Missing required field Effect$/, 'MISSING_EFFECT'],
  [/^Invalid effect: /, 'INVALID_EFFECT'],
  [/^Missing required field Principal/, 'MISSING_PRINCIPAL'],
  [/^(?:Missing required field Action|Policy statement must contain actions\.)$/, 'MISSING_ACTION'],
  [/^Policy statement must contain resources\.$/, 'MISSING_RESOURCE'],
  [/^Statement IDs \(SID\) must be alpha-numeric/, 'UNSUPPORTED_SID'],
  [/^(?:Statement IDs \(SID\) in a single policy|The Statement Ids)/, 'UNIQUE_SIDS_REQUIRED'],
  [/^Policy document should not specify a principal\.$/, 'UNSUPPORTED_PRINCIPAL'],
  [/^Principal must be a JSON object\.$/, 'INVALID_PRINCIPAL_FORMAT'],
  [/^Invalid principal in policy: "SERVICE":/, 'INVALID_SERVICE_PRINCIPAL_FORMAT'],
  [/^Invalid principal in policy: "AWS":"AROA[A-Z0-9]+"$/, 'INVALID_ROLE_REFERENCE'],
  [/^Invalid principal in policy: "AWS":"AIDA[A-Z0-9]+"$/, 'INVALID_USER_REFERENCE'],
  [/^Invalid principal in policy: "AWS":"[^*?]*[*?]/, 'UNSUPPORTED_WILDCARD_IN_PRINCIPAL'],
  [/^Invalid principal in policy: "AWS":/, 'INVALID_PRINCIPAL_FORMAT'],
  [/^Invalid principal in policy: /, 'INVALID_PRINCIPAL_KEY'],
  [/^Federated principals must be/, 'INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY'],
  [/^Allow with NotPrincipal is not allowed\.$/, 'ALLOW_WITH_NOT_PRINCIPAL'],
  [/^AssumeRole policy must not contain NotPrincipal/, 'ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL'],
  [/^(?:Has prohibited field|AssumeRole policy must not contain res)/, 'ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE'],
  [/^AssumeRole policy may only specify STS AssumeRole actions\.$/, 'UNSUPPORTED_ACTION_IN_POLICY'],
  [/^(?:A condition block must be present|Trust policy with trusted principal)/, 'oidc-tenant-required'],
  [/^(?:Actions\/Condition|Vendor )/, 'INVALID_SERVICE_IN_ACTION'],
  [/^Partition "/, 'INVALID_PARTITION'],
  [/^Resource vendor must be fully qualified/, 'INVALID_SERVICE'],
  [/^IAM resource path must/, 'INVALID_ARN_RESOURCE'],
  [/cannot contain region information\.$|can not contain region information\.$/, 'ARN_REGION_NOT_ALLOWED'],
  [/^Resource arn:[^:]*:/, 'MISSING_ARN_FIELD'],
  [/^Resource /, 'INVALID_ARN_PREFIX'],
]

/** Where one type of policy has a code of its own. */
const BY_KIND: Partial<Record<PolicyKind, Partial<Record<Refusal, Refusal>>>> = {
  scp: { UNSUPPORTED_PRINCIPAL: 'SCP_SYNTAX_ERROR_PRINCIPAL' },
  trust: { ALLOW_WITH_NOT_PRINCIPAL: 'ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL' },
}

/** Refusals told of one policy; whoever wrote more than these starts anew. */
const MOST_REFUSALS = 100

/** Reports what the parser refused. */
export function reportSyntax({ message, detail, offset = 0 }: MalformedPolicyDocument, report: Report): void {
  const what = `${REFUSALS.JSON_SYNTAX_ERROR} (here: ${detail ?? 'not JSON'})`
  report('ERROR', 'JSON_SYNTAX_ERROR', `${what}; AWS refuses the policy with: ${message}`, { offset })
}

/**
 * Reports what AWS refuses when the policy is saved. Nothing but `validatePolicy` decides, so a policy without such a
 * finding is one that can be saved, and the reverse.
 */
export function reportRefusals(document: PolicyDocument, kind: PolicyKind, report: Report): void {
  const first = refusalOf(document, kind)
  if (first === undefined) return
  reportRefusal(first, document, kind, report)
  let count = 1
  // It names one fault of a document; asked about each statement alone, it names one of each.
  for (const statement of statementsOf(document)) {
    const fault = refusalOf({ ...document, root: policyOf(document.root, statement) }, kind)
    if (fault === undefined || fault.offset === first.offset) continue
    reportRefusal(fault, document, kind, report)
    if (++count === MOST_REFUSALS) return
  }
}

function policyOf(root: JsonObject, statement: JsonNode): JsonObject {
  const { offset } = statement
  const version = { type: 'string', value: '2012-10-17', offset } as const
  return {
    ...root,
    members: [
      { name: 'Version', value: version, offset },
      { name: 'Statement', value: statement, offset },
    ],
  }
}

function refusalOf(document: PolicyDocument, kind: PolicyKind): MalformedPolicyDocument | undefined {
  try {
    validatePolicy(document, kind)
    return undefined
  } catch (error) {
    if (error instanceof MalformedPolicyDocument) return error
    throw error
  }
}

const LONGEST_MESSAGE = 300

function reportRefusal(
  { message, offset = 0 }: MalformedPolicyDocument,
  document: PolicyDocument,
  kind: PolicyKind,
  report: Report,
): void {
  const code = codeOf(message, document, offset, kind)
  const words = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}...` : message
  report('ERROR', code, `${REFUSALS[code]}; AWS refuses the policy with: ${words}`, { offset })
}

function codeOf(message: string, document: PolicyDocument, offset: number, kind: PolicyKind): Refusal {
  for (const [pattern, code] of BY_MESSAGE) {
    if (!pattern.test(message)) continue
    if (code === 'INVALID_PRINCIPAL_FORMAT' && document.text.startsWith('"*"', offset)) {
      return 'ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL'
    }
    return BY_KIND[kind]?.[code] ?? code
  }
  return message.endsWith('the specified policy type.')
    ? codeOfResourceControl(document, offset)
    : codeOfSyntax(document, offset)
}

function codeOfResourceControl(document: PolicyDocument, offset: number): Refusal {
  switch (elementAt(document, offset).name) {
    case 'Effect':
      return 'INVALID_EFFECT'
    case 'NotAction':
      return 'INVALID_POLICY_ELEMENT'
    case 'Action':
      return 'UNSUPPORTED_ACTION_IN_POLICY'
    default:
      return 'RCP_SYNTAX_ERROR_PRINCIPAL'
  }
}

/** The code of a document that is not made like a policy, for which AWS has one text whatever is wrong. */
function codeOfSyntax(document: PolicyDocument, offset: number): Refusal {
  const { name, statement, depth, node } = elementAt(document, offset)
  const text = node?.type === 'string'
  if (node === undefined) {
    if (statement === undefined || name !== 'Condition') return 'INVALID_POLICY_ELEMENT'
    return document.text.startsWith('NullIfExists"', offset + 1) ? 'NULL_WITH_IF_EXISTS' : 'INVALID_CONDITION_OPERATOR'
  }
  const twin = name?.startsWith('Not') && statement !== undefined && memberOf(statement, name.slice(3))
  if (twin && depth === 1) return 'UNSUPPORTED_ELEMENT_COMBINATION'
  if (node === document.root) return 'MISSING_STATEMENT'
  switch (name) {
    case undefined:
      return statement === undefined ? 'DATA_TYPE_MISMATCH' : 'MISSING_EFFECT'
    case 'Statement':
      return node.type === 'array' ? 'MISSING_STATEMENT' : 'DATA_TYPE_MISMATCH'
    case 'Version':
      return 'INVALID_VERSION'
    case 'Effect':
      return text ? 'INVALID_EFFECT' : 'DATA_TYPE_MISMATCH'
    case 'Principal':
      return depth === 1 ? 'INVALID_PRINCIPAL_FORMAT' : 'DATA_TYPE_MISMATCH'
    case 'Resource':
    case 'NotResource':
      return text ? 'MISSING_ARN_FIELD' : 'DATA_TYPE_MISMATCH'
    case 'Condition':
      return depth > 2 && (text || node.type === 'number' || node.type === 'boolean')
        ? 'TYPE_MISMATCH_DATE'
        : 'DATA_TYPE_MISMATCH'
    default:
      return 'DATA_TYPE_MISMATCH'
  }
}

interface Element {
  /** Of the element of a statement or of the document; `undefined` for a statement as a whole. */
  readonly name: string | undefined
  readonly statement: JsonObject | undefined
  /** 1 for the element itself, more for what is inside. */
  readonly depth: number
  /** `undefined` where a name is at fault. */
  readonly node: JsonNode | undefined
}

function elementAt(document: PolicyDocument, offset: number): Element {
  const { path, node } = locate(document, offset)
  const [top, index] = path
  const statements = memberOf(document.root, 'Statement')
  const listed = top === 'Statement' && statements?.type === 'array' && typeof index === 'number'
  const statement = listed ? statements.items[index] : statements
  const inside = statement?.type === 'object' && top === 'Statement' ? path.slice(listed ? 2 : 1) : undefined
  const [name] = inside ?? (listed ? [] : path)
  return {
    name: typeof name === 'string' ? name : undefined,
    statement: inside && statement?.type === 'object' ? statement : undefined,
    depth: (inside ?? path).length,
    node,
  }
}
