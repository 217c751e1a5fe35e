import type { Directory } from '../../domain/directory/index.ts'
import { type AccountCaller, iamArn, type Tag } from '../../model/index.ts'
import type { Access, ContextValue } from '../../pipeline/authorization/index.ts'

/** What an action is on: its ARN as policies see it, path included. What is not there has none, and no tags. */
interface Target {
  readonly resource: string
  readonly resourceTags: readonly Tag[]
  /** The ARN of its permissions boundary. */
  readonly boundary?: string | undefined
}

/** What has a name in an account. */
export type NamedKind = 'user' | 'group' | 'role' | 'instance-profile'

interface Details {
  /** Condition keys that the request tells, by their names in lower case. */
  readonly context?: ReadonlyMap<string, ContextValue>
  /** Whether `iam:PermissionsBoundary` is the boundary that the user or role has. */
  readonly tellsBoundary?: boolean
  /** Whether refusals give its ARN, as they do of a role that is to be passed. */
  readonly givesArn?: boolean
}

/** The access that an action on a named thing needs. */
export async function onNamed(
  action: string,
  kind: NamedKind,
  name: string,
  caller: AccountCaller,
  directory: Directory,
  { context, tellsBoundary = false, givesArn = false }: Details = {},
): Promise<readonly Access[]> {
  const { resource, resourceTags, boundary } = await targetOf(kind, name, caller, directory)
  const keys = new Map(context)
  if (tellsBoundary && boundary !== undefined) keys.set('iam:permissionsboundary', boundary)
  // Not by its ARN: whether there is such a thing, and under which path, is told to whoever may know.
  const called = givesArn ? {} : { called: `${kind.replace('-', ' ')} ${name}` }
  return [{ action, resource, ...called, resourceTags, context: keys }]
}

/** The access that an action on a managed policy needs. */
export async function onPolicy(
  action: string,
  arn: string,
  directory: Directory,
  context: ReadonlyMap<string, ContextValue> = new Map(),
): Promise<readonly Access[]> {
  const policy = await directory.managedPolicy(arn)
  return [{ action, resource: arn, called: `policy ${arn}`, resourceTags: policy?.tags ?? [], context }]
}

/** The access that making a named thing needs. Refusals give its ARN; of a policy, as AWS has it, the name. */
export function onNew(
  action: string,
  kind: NamedKind | 'policy',
  { path, name }: { readonly path: string; readonly name: string },
  { account }: AccountCaller,
  { partition }: Directory,
  context: ReadonlyMap<string, ContextValue> = new Map(),
): readonly Access[] {
  const called = kind === 'policy' ? { called: `policy ${name}` } : {}
  return [{ action, resource: iamArn(partition, account, kind, path, name), ...called, context }]
}

/** The access that a list of the account's things needs: by their path, for the lists that can be limited to one. */
export function onAll(
  action: string,
  kind: NamedKind | 'policy',
  pathPrefix: string,
  { account }: AccountCaller,
  { partition }: Directory,
): readonly Access[] {
  return [{ action, resource: iamArn(partition, account, kind, pathPrefix, '') }]
}

async function targetOf(
  kind: NamedKind,
  name: string,
  { account }: AccountCaller,
  directory: Directory,
): Promise<Target> {
  const { partition } = directory
  switch (kind) {
    case 'user': {
      const user = await directory.user(account, name)
      if (user !== undefined) return { resource: user.arn, resourceTags: user.tags, boundary: user.permissionsBoundary }
      break
    }
    case 'role': {
      const role = await directory.roleNamed(account, name)
      if (role !== undefined) return { resource: role.arn, resourceTags: role.tags, boundary: role.permissionsBoundary }
      break
    }
    case 'group': {
      const group = await directory.group(account, name)
      if (group !== undefined) return { resource: group.arn, resourceTags: [] }
      break
    }
    case 'instance-profile': {
      const profile = await directory.instanceProfile(account, name)
      if (profile !== undefined) return { resource: profile.arn, resourceTags: profile.tags }
      break
    }
  }
  return { resource: iamArn(partition, account, kind, '/', name), resourceTags: [] }
}
