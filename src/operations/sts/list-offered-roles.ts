import { type Directory, nameKey } from '../../domain/directory/index.ts'
import {
  AccessDenied,
  type AccountId,
  iamArn,
  parseArn,
  type RequestFacts,
  type Secret,
  type WebIdentityCaller,
} from '../../model/index.ts'
import { RefusedProof } from '../../pipeline/authentication/index.ts'
import { weighExchange } from '../../pipeline/authorization/index.ts'
import type { Operation } from '../../pipeline/index.ts'
import { breathe } from '../../platform/background-work.ts'
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts'

/** Which roles of an account are there for the bearer of a token? */
export interface ListOfferedRolesInput {
  readonly account: AccountId
  readonly token: Secret
  /** The name that their session would have, which trust policies may ask for. */
  readonly sessionName: string
  /** ARNs of the only roles that come into question; `undefined`: every role of the account does. */
  readonly among: readonly string[] | undefined
  /** How many are judged, at most. */
  readonly most: number
}

/** The roles that would take the token now. */
interface ListOfferedRolesOutput {
  readonly roles: readonly { readonly arn: string; readonly name: string }[]
  /** A role that does not, for a reason that its trust policy can explain; where no role does. */
  readonly nearest: string | undefined
  /** How many were judged. */
  readonly judged: number
  /** False when there are more roles than were judged. */
  readonly isWhole: boolean
}

const PAGE = 100

/** No trust policy speaks of the provider, as far as was looked; goes with its fault as the cause. */
export class NobodyTrusts extends RefusedProof {
  readonly judged: number
  readonly isWhole: boolean

  constructor(provider: string, { judged, isWhole }: { readonly judged: number; readonly isWhole: boolean }) {
    const roles = `${isWhole ? '' : 'first '}${judged} roles`
    super(provider, () => [
      {
        check: 'roles',
        outcome: 'no',
        found: `no trust policy of ${judged === 1 && isWhole ? 'the role' : `the ${roles}`} in question speaks of ${provider}`,
        changes: [
          `Have the trust policy of a role allow sts:AssumeRoleWithWebIdentity to {"Federated": "${provider}"}.`,
          ...(isWhole
            ? []
            : ['There are more roles than are judged for one sign-in: name those that count, login.NAME.roles.']),
        ],
      },
    ])
    this.judged = judged
    this.isWhole = isWhole
  }
}

/**
 * Finds the roles that would take a token of an OpenID Connect provider: those whose trust policies allow
 * `AssumeRoleWithWebIdentity` with it, decided as that decides. Reads only; whoever chooses one of them is judged anew. Where no trust policy speaks of the
 * provider, the cause of the refusal is {@link NobodyTrusts}.
 */
export const listOfferedRoles: Operation<WebIdentityCaller, ListOfferedRolesInput, ListOfferedRolesOutput> = {
  action: 'signin:ListOfferedRoles',
  proof: 'web-identity',
  grants: false,

  requires: () => [],

  async perform({ caller, input, facts }, { directory }) {
    const roles: { readonly arn: string; readonly name: string }[] = []
    let nearest: string | undefined
    let judged = 0
    let isWhole = true
    for await (const arn of candidates(input, directory)) {
      isWhole = judged < input.most
      if (!isWhole) break
      judged++
      const outcome = await weigh(arn, input, { caller, facts }, directory)
      if (outcome === 'allowed') roles.push({ arn, name: arn.slice(arn.lastIndexOf('/') + 1) })
      else if (outcome === 'nearly') nearest ??= arn
    }
    if (roles.length > 0) return { roles, nearest: undefined, judged, isWhole }
    if (nearest === undefined) throw nobodyTrusts(caller, { judged, isWhole })
    return { roles, nearest, judged, isWhole }
  },

  details: ({ sessionName: roleSessionName, among }, output) => ({
    requestParameters: { roleSessionName, roleArns: among },
    responseElements: output && { offered: output.roles.length },
  }),
}

async function weigh(
  text: string,
  { token, sessionName: roleSessionName }: ListOfferedRolesInput,
  asking: { readonly caller: WebIdentityCaller; readonly facts: RequestFacts },
  directory: Directory,
) {
  const roleArn = parseArn(text)
  if (roleArn === undefined) return 'refused'
  const terms = { policyArns: [], policy: undefined, durationSeconds: undefined, providerId: undefined }
  const exchange = { ...terms, token, roleArn, roleSessionName }
  const accesses = await assumeRoleWithWebIdentity.requires(exchange, asking.caller, directory)
  return await weighExchange({ ...asking, accesses }, directory)
}

/** In the order of their names, where all come into question. Lets others work between two pages of them. */
async function* candidates({ account, among }: ListOfferedRolesInput, directory: Directory): AsyncGenerator<string> {
  if (among !== undefined) {
    yield* among
    return
  }
  let after: string | undefined
  do {
    const page = await directory.records.page('role', account, { limit: PAGE, after })
    for (const { path, roleName } of page) yield iamArn(directory.partition, account, 'role', path, roleName)
    const last = page.at(-1)
    after = page.length < PAGE || last === undefined ? undefined : nameKey(account, last.roleName)
    await breathe()
  } while (after !== undefined)
}

/** The words of the exchange, whichever role it would have been for. */
function nobodyTrusts({ provider }: WebIdentityCaller, looked: Pick<NobodyTrusts, 'judged' | 'isWhole'>): AccessDenied {
  const cause = new NobodyTrusts(provider, looked)
  return new AccessDenied('Not authorized to perform sts:AssumeRoleWithWebIdentity', { cause })
}
