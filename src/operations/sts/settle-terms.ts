import type { Directory } from '../../domain/directory/index.ts'
import { packedSize } from '../../domain/sessions/index.ts'
import {
  type AccountId,
  foldCase,
  inheritedTags,
  PackedPolicyTooLarge,
  PLAIN_TERMS,
  parseArn,
  type SessionPolicies,
  type SessionPolicyArn,
  type SessionTerms,
  ValidationError,
} from '../../model/index.ts'
import type { AskedTerms } from './asked-terms.ts'

const MAX_PLAINTEXT = 2048

/** The terms of a new session, and the `PackedPolicySize` to answer. */
export interface SettledTerms {
  readonly terms: SessionTerms
  /** In percent; `undefined` when neither policies nor tags were asked for. */
  readonly packedPolicySize: number | undefined
}

/**
 * Settles the terms of a new session. Call after authorization: it tells whether policies exist.
 * @param account - that the session belongs to: its managed policies may limit it, and AWS's
 * @throws {@link PackedPolicyTooLarge} when policies and tags take more than all the room there is
 */
export async function settleTerms(
  asked: AskedTerms,
  inherited: SessionTerms,
  account: AccountId,
  directory: Directory,
): Promise<SettledTerms> {
  checkPlaintext(asked)
  const policies = await settlePolicies(asked, account, directory)
  const sourceIdentity = asked.sourceIdentity ?? inherited.sourceIdentity
  const inheritedOnes = inheritedTags(inherited)
  if (policies === undefined && sourceIdentity === undefined && asked.tags.length + inheritedOnes.length === 0) {
    return { terms: PLAIN_TERMS, packedPolicySize: undefined }
  }
  const passed = new Set(asked.transitiveTagKeys.map(foldCase))
  const transitive = asked.tags.filter(({ key }) => passed.has(foldCase(key)))
  const terms: SessionTerms = {
    ...PLAIN_TERMS,
    policies,
    tags: [...inheritedOnes, ...asked.tags],
    transitiveTagKeys: [...inheritedOnes, ...transitive].map(({ key }) => key),
    sourceIdentity,
  }
  const size = checkedSize(terms)
  return { terms, packedPolicySize: policies === undefined && asked.tags.length === 0 ? undefined : size }
}

/** AWS counts the characters of all session policies together. What it answers to more is not documented. */
function checkPlaintext({ policy, policyArns }: AskedTerms): void {
  let length = policy?.length ?? 0
  for (const arn of policyArns) length += arn.length
  if (length > MAX_PLAINTEXT) throw packedTooLarge('Packed policy', Math.ceil((100 * length) / MAX_PLAINTEXT))
}

async function settlePolicies(
  { policy, policyArns }: AskedTerms,
  account: AccountId,
  directory: Directory,
): Promise<SessionPolicies | undefined> {
  if (policy === undefined && policyArns.length === 0) return undefined
  const managed: SessionPolicyArn[] = []
  for (const arn of policyArns) {
    const owner = parseArn(arn)?.account
    const found = owner === account || owner === 'aws' ? await directory.managedPolicy(arn) : undefined
    // What AWS answers is not documented. One answer for another account's policy and for one that is not there.
    if (found === undefined) throw new ValidationError(`Policy ${arn} does not exist or is not attachable.`)
    managed.push({ arn, fingerprint: found.fingerprint })
  }
  return { inline: policy, managed }
}

function checkedSize(terms: SessionTerms): number {
  const { percent, tagsPercent } = packedSize(terms)
  if (percent <= 100) return percent
  throw tagsPercent > percent / 2
    ? new PackedPolicyTooLarge(`Packed size of session tags consumes ${percent}% of allotted space.`)
    : packedTooLarge('Packed policy', percent)
}

function packedTooLarge(what: string, percent: number): PackedPolicyTooLarge {
  return new PackedPolicyTooLarge(`${what} consumes ${percent}% of allotted space, please use smaller policy.`)
}
