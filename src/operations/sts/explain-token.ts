import { type AccountId, type Arn, accountId, parseArn, Secret, ValidationError, Violation } from '../../model/index.ts'
import { issuerSearch, webIdentityCaller } from '../../pipeline/authentication/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts'
import { explainProven, explainRefusedProof, type ProofExplained } from './explain-proof.ts'
import { sessionName as sessionNameText } from './sts-types.ts'

/** Would this token get credentials of that role? */
interface ExplainTokenInput {
  readonly token: Secret
  readonly role: Arn
  readonly account: AccountId
  /** The role session's name, which trust policies may ask for. */
  readonly sessionName: string | undefined
}

const ACTION = 'sts:AssumeRoleWithWebIdentity'
const SHAPE = 'Send {"token": "...", "role": "ARN"}, and {"sessionName": "..."} where a policy asks for it.'
/** More than any token that is taken has, and little enough to be read. */
const LONGEST = 65_536

/**
 * Tells whether a token would be exchanged for credentials of a role, and why not: by the checks, keys and policies of a
 * real request, which nobody makes. Grants nothing. Keeps nothing of the token but which role it was shown for.
 */
export const explainToken = defineOperatorOperation<ExplainTokenInput, ProofExplained>({
  action: 'rolecall:ExplainToken',
  grants: false,
  requires: () => [{ action: 'rolecall:ExplainToken', resource: '*' }],

  async perform({ input, facts }, broker) {
    const { token, role, account, sessionName } = input
    const { directory, webIdentities } = broker
    const search = issuerSearch(account, broker)
    const { checks, refusal, proven } = await webIdentities.examine(token.reveal(), search, role.text)
    const checked = { proof: 'token', action: ACTION, resource: role.text, checks } as const
    if (refusal !== undefined || proven === undefined) return explainRefusedProof(checked, refusal)
    const caller = webIdentityCaller(account, proven.issuer.arn, proven.identity)
    const exchange = {
      token,
      roleArn: role,
      providerId: undefined,
      roleSessionName: sessionName ?? '',
      policyArns: [],
      policy: undefined,
      durationSeconds: undefined,
    }
    const accesses = await assumeRoleWithWebIdentity.requires(exchange, caller, directory)
    const withheld = new Set(sessionName === undefined ? ['sts:rolesessionname'] : [])
    return await explainProven(checked, { caller, accesses, now: facts.now, withheld, personal: true }, broker)
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
