import {
  type Directory,
  principalArnOf,
  QUOTAS,
  type RoleBody,
  resolvePrincipals,
} from '../../../domain/directory/index.ts'
import {
  isOverSize,
  type PolicyDocument,
  parsePolicy,
  principalIdsOf,
  printPolicy,
  renamePrincipals,
  validatePolicy,
} from '../../../engines/policy/index.ts'
import { accountId, MalformedPolicyDocument, rootArn, Violation } from '../../../model/index.ts'
import { LimitExceeded } from '../iam-faults.ts'

/**
 * Checks a trust policy as AWS does when it is saved, and finds what its principals stand for. Numbers of accounts and
 * the unique ids of users and roles become ARNs, as they do at AWS.
 * @throws {@link MalformedPolicyDocument}, or {@link LimitExceeded} for one that is too long
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export async function savedTrust(
  text: string,
  directory: Directory,
): Promise<Pick<RoleBody, 'trustPolicy' | 'trustedIds'>> {
  const given = parsePolicy(text, 'trust')
  // Before principals are looked up, so that there are few of them.
  if (isOverSize([text], 'trust', QUOTAS.trustPolicySize)) {
    throw new LimitExceeded(`Cannot exceed quota for ACLSizePerRole: ${QUOTAS.trustPolicySize}`)
  }
  const names = await namesFor(given, directory)
  const document = names.size === 0 ? given : renamePrincipals(given, names)
  validatePolicy(document, 'trust')
  const uniqueIdOf = async (arn: string) => (await directory.principal(arn))?.uniqueId
  const { ids, invalid } = await resolvePrincipals(document, uniqueIdOf, directory.partition)
  const [wrong] = invalid
  if (wrong !== undefined) throw new MalformedPolicyDocument(wrong.says, { offset: wrong.offset })
  return { trustPolicy: names.size === 0 ? text : printPolicy(document), trustedIds: ids }
}

/** The ARNs of principals that are named otherwise. Of an id that nobody has there is none: it stays, and is refused. */
async function namesFor(document: PolicyDocument, directory: Directory): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  for (const id of principalIdsOf(document)) {
    const account = accountId(id)
    const isPrincipal = /^(?:AIDA|AROA)[A-Z0-9]+$/.test(id)
    const arn = isPrincipal ? await principalArnOf(id, directory) : undefined
    if (arn !== undefined) names.set(id, arn)
    else if (!(account instanceof Violation)) names.set(id, rootArn(directory.partition, account))
  }
  return names
}
