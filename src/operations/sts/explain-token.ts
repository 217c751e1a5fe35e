import {
  changesFor,
  changesForChecks,
  claimPitfalls,
  describeChecks,
  describeTrace,
  keepTrace,
  summarizeChecks,
  summarizeTrace,
} from '../../domain/explanation/index.ts'
import type { LayerTrace, Trace } from '../../engines/policy/index.ts'
import {
  type AccountId,
  type Arn,
  accountId,
  parseArn,
  Secret,
  type TokenCheck,
  ValidationError,
  Violation,
  type WebIdentityCaller,
} from '../../model/index.ts'
import { issuerSearch, webIdentityCaller } from '../../pipeline/authentication/index.ts'
import { type AccessExplanation, explainExchange } from '../../pipeline/authorization/index.ts'
import { type BrokerParts, defineOperatorOperation } from '../../pipeline/index.ts'
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts'
import { sessionName as sessionNameText } from './sts-types.ts'

/** Would this token get credentials of that role? */
interface ExplainTokenInput {
  readonly token: Secret
  readonly role: Arn
  readonly account: AccountId
  /** The role session's name, which trust policies may ask for. */
  readonly sessionName: string | undefined
}

/** The answer, ready for people and for programs. Of the token nothing but what checks and policies name. */
interface TokenExplained {
  readonly allowed: boolean
  /** The provider that the token is of; absent where the account knows none. */
  readonly provider?: string
  readonly action: string
  readonly resource: string
  /** Why, in one line. */
  readonly because: string
  /** What whoever sends the token is told, in AWS's words; absent when it is allowed. */
  readonly refusal?: { readonly code: string; readonly message: string }
  /** What came of each check of the token, in their order. */
  readonly checks: readonly TokenCheck[]
  /** Condition keys that policies ask for and that nobody gave. */
  readonly notGiven: readonly string[]
  /** Everything that was considered, in words. */
  readonly tree: readonly string[]
  /** What would have to change, all of it. */
  readonly changes: readonly string[]
  /** What policies come to; absent where none was asked. */
  readonly trace?: Trace
}

const ACTION = 'sts:AssumeRoleWithWebIdentity'
const SHAPE = 'Send {"token": "...", "role": "ARN"}, and {"sessionName": "..."} where a policy asks for it.'
/** More than any token that is taken has, and little enough to be read. */
const LONGEST = 65_536

/**
 * Tells whether a token would be exchanged for credentials of a role, and why not: by the checks, keys and policies of a
 * real request, which nobody makes. Grants nothing. Keeps nothing of the token but which role it was shown for.
 */
export const explainToken = defineOperatorOperation<ExplainTokenInput, TokenExplained>({
  action: 'rolecall:ExplainToken',
  grants: false,
  requires: () => [{ action: 'rolecall:ExplainToken', resource: '*' }],

  async perform({ input, facts }, broker) {
    const { token, role, account } = input
    const { directory, webIdentities } = broker
    const search = issuerSearch(account, directory)
    const { checks, refusal, proven } = await webIdentities.examine(token.reveal(), search, role.text)
    const about = { action: ACTION, resource: role.text, checks }
    if (refusal !== undefined || proven === undefined) {
      return {
        allowed: false,
        ...about,
        because: summarizeChecks(checks) ?? '',
        ...(refusal && { refusal: { code: refusal.code, message: refusal.message } }),
        notGiven: [],
        tree: describeChecks(checks),
        changes: changesForChecks(checks),
      }
    }
    const { arn: provider } = proven.issuer
    const caller = webIdentityCaller(account, provider, proven.identity)
    const explained = await explainAccesses(input, caller, facts.now, broker)
    const { refusal: denied } = explained
    const trace = { ...explained.trace, layers: explained.trace.layers.filter(isInPlay) }
    const asked = { ...explained, caller: provider, resource: role.text, who: `identity ${caller.subject}` }
    return {
      allowed: denied === undefined,
      provider,
      ...about,
      action: explained.action,
      because: summarizeTrace(trace, asked),
      ...(denied && { refusal: { code: denied.code, message: denied.message } }),
      notGiven: explained.notGiven,
      tree: [...describeChecks(checks), ...describeTrace(trace, asked)],
      changes:
        denied === undefined ? [] : [...changesFor(keepTrace(trace), asked), ...claimPitfalls(trace.layers, provider)],
      trace,
    }
  },

  details: ({ role }, output) => ({
    requestParameters: { role: role.text },
    responseElements: output && { allowed: output.allowed },
  }),
})

/** Reads the input as it comes through the operator's door. @throws ValidationError */
export function readExplainToken(value: unknown): ExplainTokenInput {
  if (typeof value !== 'object' || value === null || !('token' in value) || !('role' in value)) {
    throw new ValidationError(SHAPE)
  }
  const { token, role } = value
  const sessionName = 'sessionName' in value ? value.sessionName : undefined
  if (typeof token !== 'string' || typeof role !== 'string') throw new ValidationError(SHAPE)
  if (token.length > LONGEST) throw new ValidationError(`That is no token: it has more than ${LONGEST} characters.`)
  const arn = parseArn(role)
  const account = accountId(arn?.account ?? '')
  if (arn?.service !== 'iam' || !arn.resource.startsWith('role/') || account instanceof Violation) {
    throw new ValidationError('The role has to be an ARN such as arn:aws:iam::111111111111:role/Deployer.')
  }
  if (sessionName === undefined) return { token: new Secret(token), role: arn, account, sessionName }
  const name = typeof sessionName === 'string' ? sessionNameText(sessionName) : undefined
  if (typeof name !== 'string')
    throw new ValidationError('A session name has 2 to 64 letters, digits or any of _+=,.@-.')
  return { token: new Secret(token), role: arn, account, sessionName: name }
}

/** Nobody has policies of their own who is only vouched for. */
function isInPlay({ verdict }: LayerTrace): boolean {
  return verdict !== 'notApplicable'
}

/** The first access that is denied, or the exchange itself where none is. */
async function explainAccesses(
  { token, role, sessionName }: ExplainTokenInput,
  caller: WebIdentityCaller,
  now: Parameters<typeof explainExchange>[0]['now'],
  { directory }: BrokerParts,
): Promise<AccessExplanation & { readonly trace: Trace }> {
  const withheld = new Set(sessionName === undefined ? ['sts:rolesessionname'] : [])
  const input = {
    token,
    roleArn: role,
    providerId: undefined,
    roleSessionName: sessionName ?? '',
    policyArns: [],
    policy: undefined,
    durationSeconds: undefined,
  }
  let first: Awaited<ReturnType<typeof explainExchange>> | undefined
  for (const access of await assumeRoleWithWebIdentity.requires(input, caller, directory)) {
    const explained = await explainExchange({ caller, access, now, withheld }, directory)
    if (explained.refusal !== undefined) return explained
    first ??= explained
  }
  if (first === undefined) throw new Error('an exchange that needs no access')
  return first
}
