import {
  type Directory,
  type GroupBody,
  nameKey,
  type RoleBody,
  reference,
  type UserBody,
} from '../../../domain/directory/index.ts'
import type { CompiledPolicy } from '../../../engines/policy/index.ts'
import { type AccountId, iamArn, NoSuchEntity, parseArn } from '../../../model/index.ts'
import { breathe } from '../../../platform/background-work.ts'
import { existingGroup, existingRole, existingUser } from '../existing.ts'
import { InvalidInput } from '../iam-faults.ts'
import { policyNameOf } from '../policy-arns.ts'

/** A policy that grants something to a user, group or role. */
export interface Grant {
  readonly policyName: string
  /** Of a managed policy. */
  readonly policyArn: string | undefined
  /** Whom an inline policy belongs to. */
  readonly owner: { readonly type: 'USER' | 'ROLE' | 'GROUP'; readonly name: string } | undefined
  readonly policy: CompiledPolicy
}

/** A user, group, role or managed policy that a report is about. */
export type ReportedEntity =
  | { readonly kind: 'user'; readonly body: UserBody }
  | { readonly kind: 'group'; readonly body: GroupBody }
  | { readonly kind: 'role'; readonly body: RoleBody }
  | { readonly kind: 'policy'; readonly arn: string }

/** What an ARN of the account names. @throws InvalidInput, NoSuchEntity */
export async function reportedEntity(text: string, account: AccountId, directory: Directory): Promise<ReportedEntity> {
  const arn = parseArn(text)
  const { records, partition } = directory
  const [kind = '', ...rest] = arn?.resource.split('/') ?? []
  const name = rest.at(-1) ?? ''
  if (arn?.service !== 'iam' || !['user', 'group', 'role', 'policy'].includes(kind)) {
    throw new InvalidInput(`ARN ${text} is not valid.`)
  }
  if (kind === 'policy') {
    const isOurs = arn.account === account || arn.account === 'aws'
    if (isOurs && (await directory.managedPolicy(text)) !== undefined) return { kind, arn: text }
    throw new NoSuchEntity(`Policy ${text} was not found.`)
  }
  if (arn.account !== account) throw new NoSuchEntity(`The ${kind} with ARN ${text} cannot be found.`)
  const entity =
    kind === 'user'
      ? { kind: 'user' as const, body: await existingUser(records, account, name) }
      : kind === 'group'
        ? { kind: 'group' as const, body: await existingGroup(records, account, name) }
        : { kind: 'role' as const, body: await existingRole(records, account, name) }
  if (arnOf(entity, partition) !== text) throw new NoSuchEntity(`The ${kind} with ARN ${text} cannot be found.`)
  return entity
}

/** The ARN of what a report is about. */
function arnOf(entity: ReportedEntity, partition: string): string {
  if (entity.kind === 'policy') return entity.arn
  const { kind, body } = entity
  return iamArn(partition, body.account, kind, body.path, nameOf(body))
}

/** The permissions policies of what a report is about: inline, attached, and of a user's groups. */
export async function grantsOf(entity: ReportedEntity, directory: Directory): Promise<readonly Grant[]> {
  switch (entity.kind) {
    case 'policy':
      return await managed([entity.arn], directory)
    case 'role': {
      const { account, roleName } = entity.body
      return await granted('ROLE', entity.body, await directory.roleNamed(account, roleName), directory)
    }
    case 'group':
      return await grantsOfGroup(entity.body.account, entity.body.groupName, directory)
    case 'user': {
      const { account, userName, groups } = entity.body
      const grants = [...(await granted('USER', entity.body, await directory.user(account, userName), directory))]
      for (const name of groups) grants.push(...(await grantsOfGroup(account, name, directory)))
      return grants
    }
  }
}

async function grantsOfGroup(account: AccountId, name: string, directory: Directory): Promise<readonly Grant[]> {
  const group = await directory.group(account, name)
  return group === undefined ? [] : await granted('GROUP', group, group, directory)
}

/** The users and roles that can have used what a report is about, one after the other. */
export async function* entitiesOf(
  entity: ReportedEntity,
  account: AccountId,
  directory: Directory,
): AsyncGenerator<UserBody | RoleBody> {
  if (entity.kind === 'user' || entity.kind === 'role') {
    yield entity.body
    return
  }
  if (entity.kind === 'group') {
    yield* referring('user', reference.group(account, entity.body.groupName), account, directory)
    return
  }
  const seen = new Set<string>()
  const target = reference.managedPolicy(account, entity.arn)
  for await (const user of referring('user', target, account, directory)) {
    seen.add(user.uniqueId)
    yield user
  }
  yield* referring('role', target, account, directory)
  for await (const group of referring('group', target, account, directory)) {
    for await (const user of referring('user', reference.group(account, group.groupName), account, directory)) {
      if (!seen.has(user.uniqueId)) yield user
      seen.add(user.uniqueId)
    }
  }
}

const PAGE = 100

async function* referring<Kind extends 'user' | 'role' | 'group'>(
  kind: Kind,
  target: string,
  account: AccountId,
  { records }: Directory,
) {
  for (let after: string | undefined; ; ) {
    const page = await records.referring(kind, target, { after, limit: PAGE })
    for (const body of page) if (body.account === account) yield body
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = nameKey(last.account, nameOf(last))
    await breathe()
  }
}

/** The name of a user, group or role. */
export function nameOf(body: UserBody | GroupBody | RoleBody): string {
  if ('userName' in body) return body.userName
  return 'groupName' in body ? body.groupName : body.roleName
}

async function granted(
  type: 'USER' | 'ROLE' | 'GROUP',
  body: UserBody | GroupBody | RoleBody,
  view: { readonly compiledPolicies: readonly CompiledPolicy[] } | undefined,
  directory: Directory,
): Promise<readonly Grant[]> {
  const owner = { type, name: nameOf(body) }
  const inline = (view?.compiledPolicies ?? []).map((policy) => ({
    policyName: policy.name.slice(policy.name.lastIndexOf('/') + 1),
    policyArn: undefined,
    owner,
    policy,
  }))
  return [...inline, ...(await managed(body.managedPolicyArns, directory))]
}

async function managed(arns: readonly string[], directory: Directory): Promise<readonly Grant[]> {
  const grants: Grant[] = []
  for (const policyArn of arns) {
    // The first time it is compiled.
    await breathe()
    const view = await directory.managedPolicy(policyArn)
    if (view !== undefined)
      grants.push({ policyName: policyNameOf(policyArn), policyArn, owner: undefined, policy: view.policy })
  }
  return grants
}
