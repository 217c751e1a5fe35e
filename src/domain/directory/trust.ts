import {
  type PolicyDocument,
  parsePolicy,
  principalArnsOf,
  printPolicy,
  renamePrincipals,
} from '../../engines/policy/index.ts'
import { parseArn } from '../../model/index.ts'
import type { Directory } from './directory.ts'
import { reference } from './record-keys.ts'
import type { RoleBody } from './records.ts'

/** What the AWS principals of a trust policy stand for. */
export interface ResolvedPrincipals {
  /** The unique ids of users and roles, by their ARNs. */
  readonly ids: Readonly<Record<string, string>>
  /** Those that AWS would not save, each with the offset at which it stands and AWS's words. */
  readonly invalid: readonly { readonly offset: number; readonly says: string }[]
}

/**
 * Finds the unique ids that the principals of a trust policy stand for now. IAM keeps these instead of the names, so that
 * a principal that is deleted and made again is not trusted again.
 * @param uniqueIdOf - gives that of a user or role; `undefined` when there is none
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
 */
export async function resolvePrincipals(
  document: PolicyDocument,
  uniqueIdOf: (arn: string) => Promise<string | undefined>,
  partition: string,
): Promise<ResolvedPrincipals> {
  const ids: Record<string, string> = {}
  const invalid: { offset: number; says: string }[] = []
  for (const [arn, offset] of principalArnsOf(document)) {
    const id = await uniqueIdOf(arn)
    if (id !== undefined) ids[arn] = id
    else if (!needsNoId(arn, partition)) invalid.push({ offset, says: `Invalid principal in policy: "AWS":"${arn}"` })
  }
  return { ids, invalid }
}

/**
 * A role's trust policy as IAM shows it: a user or role goes by the name that it has now, and one that is gone by its
 * unique id, even where another has taken its name.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
export async function shownTrust({ trustPolicy, trustedIds }: RoleBody, directory: Directory): Promise<string> {
  const names = new Map<string, string>()
  for (const [arn, id] of Object.entries(trustedIds)) {
    // Nearly always it still has the name that it had: that costs no search.
    if ((await directory.principal(arn))?.uniqueId === id) continue
    names.set(arn, (await principalArnOf(id, directory)) ?? id)
  }
  return names.size === 0 ? trustPolicy : printPolicy(renamePrincipals(parsePolicy(trustPolicy), names))
}

/** The ARN of the user or role with that unique id. */
export async function principalArnOf(uniqueId: string, directory: Directory): Promise<string | undefined> {
  const kind = uniqueId.startsWith('AROA') ? 'role' : 'user'
  const [body] = await directory.records.referring(kind, reference.principal(uniqueId), { limit: 1 })
  if (body === undefined) return undefined
  const { account } = body
  const found =
    'roleName' in body ? directory.roleNamed(account, body.roleName) : directory.user(account, body.userName)
  return (await found)?.arn
}

/** Accounts and sessions have no unique id, and need not exist; but they are of the node's own partition. */
function needsNoId(arn: string, partition: string): boolean {
  const named = parseArn(arn)
  return named?.partition === partition && (named.service === 'sts' || named.resource === 'root')
}
