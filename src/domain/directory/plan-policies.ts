import {
  isOverSize,
  locate,
  type PolicyDocument,
  type PolicyKind,
  parsePolicy,
  validatePolicy,
} from '../../engines/policy/index.ts'
import { type AccountId, foldCase, MalformedPolicyDocument, parseArn, type Tag } from '../../model/index.ts'
import type { DesiredPolicy, DesiredTag } from './desired-directory.ts'
import type { DesiredPath, DocumentPlace } from './mistakes.ts'
import type { Plan } from './plan.ts'
import type { InlinePolicy } from './records.ts'
import { QUOTAS, RULES } from './rules.ts'
import { resolvePrincipals } from './trust.ts'

/**
 * What AWS takes in the text of no policy, other than as an escape.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
 */
const BEYOND_LATIN = /[\u0100-\uffff]/

/** Checks a policy document as AWS does when it is saved; the parsed document when it is right. */
export function planDocument(
  plan: Plan,
  at: DesiredPath,
  text: string,
  kind: PolicyKind,
  maxSize: number,
): PolicyDocument | undefined {
  let document: PolicyDocument | undefined
  const strange = text.search(BEYOND_LATIN)
  if (strange >= 0) {
    plan.mistake(at, 'characters beyond Latin-1 have to be written as \\u escapes', placeIn(undefined, strange))
    return undefined
  }
  try {
    document = parsePolicy(text, kind)
    validatePolicy(document, kind)
    if (!isOverSize([text], kind, maxSize)) return document
    plan.mistake(at, `the document is longer than ${maxSize} characters`)
  } catch (error) {
    if (!(error instanceof MalformedPolicyDocument)) throw error
    plan.mistake(at, error.message, error.offset === undefined ? undefined : placeIn(document, error.offset))
  }
  return undefined
}

/** @param document - `undefined` for a text that is no JSON */
function placeIn(document: PolicyDocument | undefined, offset: number): DocumentPlace {
  if (document === undefined) return { path: [], isName: false, offset }
  const { path, node } = locate(document, offset)
  return { path, isName: node === undefined, offset }
}

/** Plans the inline policies of a user, group or role. */
export function planInlinePolicies(
  plan: Plan,
  at: DesiredPath,
  policies: readonly DesiredPolicy[],
  maxSize: number,
): readonly InlinePolicy[] {
  const documents = policies.map(({ PolicyDocument }) => PolicyDocument)
  if (isOverSize(documents, 'identity', maxSize))
    plan.mistake(at, `the inline policies together are longer than ${maxSize} characters`)
  return planPolicies(plan, at, policies, 'identity', maxSize)
}

/** Plans a list of named policies of one kind: those whose documents are right. */
export function planPolicies(
  plan: Plan,
  at: DesiredPath,
  policies: readonly DesiredPolicy[],
  kind: PolicyKind,
  maxSize: number,
): readonly InlinePolicy[] {
  const names = new Set<string>()
  const planned: InlinePolicy[] = []
  for (const [index, { PolicyName, PolicyDocument }] of policies.entries()) {
    plan.check([...at, index, 'PolicyName'], PolicyName, RULES.policyName)
    if (names.has(PolicyName)) plan.mistake([...at, index, 'PolicyName'], `"${PolicyName}" stands here twice`)
    names.add(PolicyName)
    const document = planDocument(plan, [...at, index, 'PolicyDocument'], PolicyDocument, kind, maxSize)
    if (document !== undefined) planned.push({ name: PolicyName, document: PolicyDocument })
  }
  return planned
}

/** Checks that every attached managed policy will exist. */
export async function checkAttachments(
  plan: Plan,
  at: DesiredPath,
  account: AccountId,
  arns: readonly string[],
): Promise<void> {
  for (const [index, arn] of arns.entries()) await checkManagedPolicy(plan, [...at, index], account, arn)
  if (arns.length > QUOTAS.managedPoliciesPerPrincipal) {
    plan.mistake(at, `at most ${QUOTAS.managedPoliciesPerPrincipal} managed policies can be attached`)
  }
}

/** Checks that a managed policy will exist under that ARN, and is the account's own or AWS's. */
export async function checkManagedPolicy(plan: Plan, at: DesiredPath, account: AccountId, arn: string): Promise<void> {
  const owner = parseArn(arn)?.account
  if (owner !== undefined && owner !== account && owner !== 'aws') {
    return plan.mistake(at, `${arn} belongs to another account, and cannot be attached in ${account}`)
  }
  if (await plan.hasManagedPolicy(arn)) return
  const hint = arn.includes('::aws:policy/') ? ' (of AWS managed policies only a few are offered; see the README)' : ''
  plan.mistake(at, `there is no managed policy ${arn}${hint}`)
}

/** Plans the tags of a user or role. */
export function planTags(plan: Plan, at: DesiredPath, tags: readonly DesiredTag[]): readonly Tag[] {
  const keys = new Set<string>()
  for (const [index, { Key, Value }] of tags.entries()) {
    plan.check([...at, index, 'Key'], Key, RULES.tagKey)
    plan.check([...at, index, 'Value'], Value, RULES.tagValue)
    if (keys.has(foldCase(Key))) plan.mistake([...at, index, 'Key'], `"${Key}" stands here twice`)
    keys.add(foldCase(Key))
  }
  if (tags.length > QUOTAS.tagsPerPrincipal) plan.mistake(at, `at most ${QUOTAS.tagsPerPrincipal} tags`)
  return tags.map(({ Key, Value }) => ({ key: Key, value: Value }))
}

/** Checks a trust policy, and finds the unique ids that its principals stand for. */
export async function planTrust(plan: Plan, at: DesiredPath, text: string): Promise<Readonly<Record<string, string>>> {
  const document = planDocument(plan, at, text, 'trust', QUOTAS.trustPolicySize)
  if (document === undefined) return {}
  const { partition } = plan.parts.directory
  const { ids, invalid } = await resolvePrincipals(document, (arn) => plan.uniqueIdOf(arn), partition)
  for (const { offset, says } of invalid) plan.mistake(at, says, placeIn(document, offset))
  return ids
}
