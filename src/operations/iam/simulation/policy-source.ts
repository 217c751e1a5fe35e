import {
  type Directory,
  documentOf,
  type GroupBody,
  managedPolicyKey,
  nameKey,
  type RoleBody,
  type UserBody,
} from '../../../domain/directory/index.ts'
import {
  type AccountCaller,
  type AccountId,
  type EpochMillis,
  iamArn,
  NoSuchEntity,
  parseArn,
  Violation,
} from '../../../model/index.ts'
import { supposedRoleCaller, userCaller } from '../../../pipeline/authentication/index.ts'
import type { Access } from '../../../pipeline/authorization/index.ts'
import { existingGroup, existingRole, existingUser } from '../existing.ts'
import { InvalidInput, PolicyEvaluation } from '../iam-faults.ts'
import { arnText } from '../iam-types.ts'

/** A policy of somebody, as it is saved. */
interface NamedDocument {
  readonly name: string
  readonly document: string
}

/** Whose policies are asked about: a user's are also those of the user's groups. */
export interface PolicySource {
  readonly arn: string
  readonly policies: readonly NamedDocument[]
  readonly boundary: NamedDocument | undefined
  /** Who the user or a session of the role would be; a group is nobody. */
  readonly caller: AccountCaller | undefined
}

/** How a session of a role is called that nobody has. */
const SESSION_NAME = 'simulation'
const ENTITY = /^(user|group|role)\/(?:.*\/)?([\w+=,.@-]+)$/

/** `PolicySourceArn`. @throws {@link InvalidInput} for the ARN of something that has no policies */
export function policySource(value: string): string | Violation {
  const arn = arnText(value)
  if (!(arn instanceof Violation)) entityIn(arn)
  return arn
}

/**
 * The access that asking about somebody's policies needs.
 * @throws {@link InvalidInput} for somebody of another account
 */
export async function onPolicySource(
  action: string,
  arn: string,
  { account }: AccountCaller,
  directory: Directory,
): Promise<Access> {
  const { owner, kind, name } = entityIn(arn)
  if (owner !== account) {
    throw new InvalidInput(
      `Invalid Policy Source Arn: caller's account ${account} does not have access to policies in account ${owner}`,
    )
  }
  const found = kind === 'user' ? await directory.user(account, name) : await directory.roleNamed(account, name)
  return { action, resource: arn, resourceTags: kind !== 'group' && found?.arn === arn ? found.tags : [] }
}

/**
 * Reads whose policies are asked about.
 * @throws {@link NoSuchEntity}
 * @throws {@link PolicyEvaluation} when not all of the policies are there
 */
export async function readPolicySource(
  arn: string,
  account: AccountId,
  now: EpochMillis,
  directory: Directory,
): Promise<PolicySource> {
  const { partition, records } = directory
  const { kind, name } = entityIn(arn)
  if (kind === 'group') {
    const group = await existingGroup(records, account, name)
    check(arn, iamArn(partition, account, kind, group.path, group.groupName), kind, name)
    return { arn, policies: await policiesOf(group, directory), boundary: undefined, caller: undefined }
  }
  const isUser = kind === 'user'
  const body = isUser ? await existingUser(records, account, name) : await existingRole(records, account, name)
  check(
    arn,
    iamArn(partition, account, kind, body.path, 'userName' in body ? body.userName : body.roleName),
    kind,
    name,
  )
  const policies = [...(await policiesOf(body, directory))]
  if ('groups' in body) {
    for (const groupName of body.groups) {
      const group = await records.stored('group', nameKey(account, groupName))
      if (group === undefined) throw new PolicyEvaluation(`The group ${groupName} of ${arn} is gone.`)
      policies.push(...(await policiesOf(group, directory)))
    }
  }
  const boundary =
    body.permissionsBoundary === undefined ? undefined : await managed(body.permissionsBoundary, directory)
  return { arn, policies, boundary, caller: await callerOf(kind, name, account, now, directory) }
}

async function callerOf(
  kind: 'user' | 'role',
  name: string,
  account: AccountId,
  now: EpochMillis,
  directory: Directory,
): Promise<AccountCaller | undefined> {
  if (kind === 'user') {
    const user = await directory.user(account, name)
    return user && userCaller(user, { accessKeyId: '' })
  }
  const role = await directory.roleNamed(account, name)
  return role && supposedRoleCaller(directory.partition, role, SESSION_NAME, now)
}

async function policiesOf(
  { policies, managedPolicyArns }: UserBody | GroupBody | RoleBody,
  directory: Directory,
): Promise<readonly NamedDocument[]> {
  const found: NamedDocument[] = [...policies]
  for (const arn of managedPolicyArns) found.push(await managed(arn, directory))
  return found
}

async function managed(arn: string, directory: Directory): Promise<NamedDocument> {
  const name = arn.slice(arn.lastIndexOf('/') + 1)
  const published = directory.awsManaged.find(arn)
  if (published !== undefined) return { name, document: documentOf(published) }
  const policy = await directory.records.stored('managed-policy', managedPolicyKey(arn))
  if (policy?.arn !== arn) throw new PolicyEvaluation(`The policy ${arn} is gone.`)
  return { name, document: documentOf(policy) }
}

function entityIn(text: string): { owner: string; kind: 'user' | 'group' | 'role'; name: string } {
  const { service, account: owner = '', region, resource = '' } = parseArn(text) ?? {}
  const [, kind, name] = ENTITY.exec(resource) ?? []
  const isKind = kind === 'user' || kind === 'group' || kind === 'role'
  if (service !== 'iam' || region !== '' || !isKind || name === undefined) {
    throw new InvalidInput(`Invalid Entity Arn: ${text} does not clearly define entity type and name.`)
  }
  return { owner, kind, name }
}

/** The path is part of an ARN, and no part of what makes a name unique. */
function check(asked: string, arn: string, kind: string, name: string): void {
  if (asked !== arn) throw new NoSuchEntity(`The ${kind} with name ${name} cannot be found.`)
}
