import { readForm } from '../../engines/wire/index.ts'
import {
  type AccountId,
  type Arn,
  accountId,
  Fault,
  parseArn,
  Secret,
  ValidationError,
  Violation,
} from '../../model/index.ts'
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
  /** For how long credentials would be asked for, as a request says it; an hour when it does not. */
  readonly durationSeconds: string | undefined
}

const ACTION = 'sts:AssumeRoleWithWebIdentity'
const SHAPE =
  'Send {"token": "...", "role": "ARN"}, {"sessionName": "..."} where a policy asks for it, and {"durationSeconds": 3600}.'
/** What stands for a session name that nobody gave. */
const ANY_NAME = 'any'
const MOST_PARAMETERS = 4
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
    const exchange = exchangeOf(input)
    // A request is read before anything that it shows is looked at.
    if (exchange instanceof Fault) return explainRefusedProof(checked, exchange)
    if (refusal !== undefined || proven === undefined) return explainRefusedProof(checked, refusal)
    const caller = webIdentityCaller(account, proven.issuer.arn, proven.identity)
    const accesses = await assumeRoleWithWebIdentity.requires(exchange, caller, directory)
    const withheld = new Set(sessionName === undefined ? ['sts:rolesessionname'] : [])
    const { durationSeconds } = exchange
    const session = { asked: { ...exchange, sessionName: exchange.roleSessionName }, durationSeconds }
    return await explainProven(checked, { caller, accesses, now: facts.now, withheld, session, personal: true }, broker)
  },

  details: ({ role }, output) => ({
    requestParameters: { role: role.text },
    responseElements: output && { allowed: output.allowed },
  }),
})

/** What a request would be read as, by the reader of all requests; or what it would be refused with. */
function exchangeOf({ token, role, sessionName = ANY_NAME, durationSeconds }: ExplainTokenInput) {
  const params = new URLSearchParams({
    RoleArn: role.text,
    RoleSessionName: sessionName,
    WebIdentityToken: token.reveal(),
    ...(durationSeconds !== undefined && { DurationSeconds: durationSeconds }),
  })
  try {
    return assumeRoleWithWebIdentity.parse(readForm([params.toString()], MOST_PARAMETERS))
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

/** Reads the input as it comes through the operator's door. @throws ValidationError */
export function readExplainToken(value: unknown): ExplainTokenInput {
  if (typeof value !== 'object' || value === null || !('token' in value) || !('role' in value)) {
    throw new ValidationError(SHAPE)
  }
  const { token, role, sessionName, durationSeconds: asked }: Readonly<Record<string, unknown>> = { ...value }
  if (typeof token !== 'string' || typeof role !== 'string') throw new ValidationError(SHAPE)
  if (token.length > LONGEST) throw new ValidationError(`That is no token: it has more than ${LONGEST} characters.`)
  const arn = parseArn(role)
  const account = accountId(arn?.account ?? '')
  if (arn?.service !== 'iam' || !arn.resource.startsWith('role/') || account instanceof Violation) {
    throw new ValidationError('The role has to be an ARN such as arn:aws:iam::111111111111:role/Deployer.')
  }
  if (asked !== undefined && typeof asked !== 'number' && typeof asked !== 'string') throw new ValidationError(SHAPE)
  const durationSeconds = asked === undefined ? undefined : String(asked)
  const read = { token: new Secret(token), role: arn, account, durationSeconds }
  if (sessionName === undefined) return { ...read, sessionName }
  const name = typeof sessionName === 'string' ? sessionNameText(sessionName) : undefined
  if (typeof name !== 'string')
    throw new ValidationError('A session name has 2 to 64 letters, digits or any of _+=,.@-.')
  return { ...read, sessionName: name }
}
