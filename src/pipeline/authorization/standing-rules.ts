import {
  AccessDenied,
  type AccountCaller,
  type Fault,
  foldCase,
  InvalidClientTokenId,
  parseArn,
} from '../../model/index.ts'
import type { Access } from './access.ts'
import { bareDenial } from './denial.ts'

/** What belongs to the operator: no policy of any account can grant it. */
export const OPERATOR_ACTIONS = 'rolecall:'

/** What AWS lets everybody do who proved who they are, even under an explicit deny. */
const WITHOUT_PERMISSION: ReadonlySet<string> = new Set(['sts:getcalleridentity', 'sts:getsessiontoken'])

/** What changes a managed policy. */
const CHANGES_POLICY: ReadonlySet<string> = new Set([
  'iam:createpolicyversion',
  'iam:deletepolicy',
  'iam:deletepolicyversion',
  'iam:setdefaultpolicyversion',
  'iam:tagpolicy',
  'iam:untagpolicy',
])

type Rule = (caller: AccountCaller) => Fault | undefined

/**
 * Which credentials an action does not take, whatever policies say; by its name in lower case.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
 */
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  [
    'sts:assumerole',
    (caller) =>
      caller.kind === 'root' ? new AccessDenied('Roles may not be assumed by root accounts.') : unlessFederated(caller),
  ],
  ['sts:assumerolewithsaml', () => onlyBy('an assertion', 'AssumeRoleWithSAML')],
  ['sts:assumerolewithwebidentity', () => onlyBy('a token', 'AssumeRoleWithWebIdentity')],
  ['sts:getsessiontoken', (caller) => onlyLongTerm(caller, 'GetSessionToken')],
  ['sts:getfederationtoken', (caller) => onlyLongTerm(caller, 'GetFederationToken')],
  [
    'sts:getwebidentitytoken',
    ({ kind }) =>
      kind === 'federated-user'
        ? new AccessDenied('GetWebIdentityToken does not support federated user sessions')
        : undefined,
  ],
  ['sts:getaccesskeyinfo', unlessTokenOfUser],
  ['sts:decodeauthorizationmessage', unlessTokenOfUser],
])

/**
 * Whether no policy is asked at all.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export function needsNoPermission({ action }: Access): boolean {
  return WITHOUT_PERMISSION.has(foldCase(action))
}

/** Whether only the operator, the authority above accounts, may do it. */
export function isForOperators({ action }: Access): boolean {
  return action.startsWith(OPERATOR_ACTIONS)
}

/** The refusal of what no policy could allow; `undefined` where policies decide. */
export function refusedByRule(caller: AccountCaller, access: Access): Fault | undefined {
  if (isForOperators(access)) return new AccessDenied(bareDenial(caller, access))
  const action = foldCase(access.action)
  if (!action.startsWith('iam:')) return RULES.get(action)?.(caller)
  return unlessTakenByIam(caller) ?? unlessLeftAlone(caller, access)
}

/** AWS's own managed policies belong to AWS: nobody else changes them. */
function unlessLeftAlone(caller: AccountCaller, access: Access): Fault | undefined {
  const isChange = CHANGES_POLICY.has(foldCase(access.action)) && parseArn(access.resource)?.account === 'aws'
  return isChange ? new AccessDenied(bareDenial(caller, access)) : undefined
}

/** Nobody signs these calls: what proves the caller is in the request, and the role trusts whoever issued it. */
function onlyBy(proof: string, action: string): Fault {
  return new AccessDenied(`${action} takes ${proof} of an identity provider instead of credentials`)
}

function onlyLongTerm({ session }: AccountCaller, action: string): Fault | undefined {
  return session && new AccessDenied(`Cannot call ${action} with session credentials`)
}

// Which answer a federated user gets is not documented: the strictest, that their token counts for nothing here.
function unlessFederated({ kind }: AccountCaller): Fault | undefined {
  return kind === 'federated-user' ? new InvalidClientTokenId('the action takes no federated user') : undefined
}

/**
 * IAM takes a token of a user or of root when it was made with MFA, and none of a federated user; in the console it takes
 * all of them.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
 */
function unlessTakenByIam({ kind, session }: AccountCaller): Fault | undefined {
  if (session === undefined || session.fromConsole || kind === 'assumed-role') return undefined
  if (kind !== 'federated-user' && session.terms.mfaAt !== undefined) return undefined
  return new InvalidClientTokenId('IAM takes tokens of GetSessionToken with MFA only, and none of GetFederationToken')
}

/** Of all temporary credentials only those of a role. What the others are answered is not documented; as above. */
function unlessTokenOfUser({ kind, session }: AccountCaller): Fault | undefined {
  if (session === undefined || kind === 'assumed-role') return undefined
  return new InvalidClientTokenId('the action takes no credentials of GetSessionToken or GetFederationToken')
}
