import { isDeepStrictEqual } from 'node:util'
import { type AccountId, eksClusterArn, iamArn, rootArn, taskArn } from '../../model/index.ts'
import type { DirectoryChange, RecordKind } from '../../platform/storage/index.ts'
import type { Plan } from './plan.ts'
import { nameKey } from './record-keys.ts'
import { type AccessKeyBody, bodyOf, type RecordBodies } from './records.ts'

/** An alias is told of with its account, and no file lists what is revoked, was deleted, or was reported. */
const UNTOLD = ['account-alias', 'revocation', 'role-deletion', 'credential-report', 'access-report'] as const

type Untold = (typeof UNTOLD)[number]

/** What people are told of. */
type NamedKind = Exclude<RecordKind, Untold>

/** One thing that a plan creates, changes or deletes. Holds no secret. */
export interface Difference {
  readonly change: 'created' | 'changed' | 'deleted'
  readonly kind: NamedKind
  /** Of an access key: its owner's. Of an MFA device: its serial number, whether or not that is an ARN. */
  readonly arn: string
  readonly accessKeyId?: string
  /** What changed, by its name in a directory file. */
  readonly properties?: readonly string[]
}

/** What a stored property is called in a directory file, where it is called otherwise. */
const PROPERTIES: Readonly<Record<string, string>> = {
  accessKeyIds: 'AccessKeys',
  clientIds: 'ClientIdList',
  changedAt: 'Password',
  document: 'PolicyDocument',
  earlier: 'Password',
  interfaces: 'NetworkInterfaces',
  metadata: 'SamlMetadataDocument',
  maxSessionDurationSeconds: 'MaxSessionDuration',
  options: 'MetadataOptions',
  outbound: 'OutboundWebIdentityFederation',
  overrides: 'Metadata',
  profile: 'IamInstanceProfile',
  roleName: 'Roles',
  roleSince: 'Roles',
  root: 'Roots',
  rootPassword: 'Root.LoginProfile',
  sealedSecret: 'SecretAccessKey',
  sealedSeed: 'Base32StringSeed',
  thumbprints: 'ThumbprintList',
  trustPolicy: 'AssumeRolePolicyDocument',
  // What changes with the document of a managed policy.
  versions: 'PolicyDocument',
  defaultVersionId: 'PolicyDocument',
  latestVersion: 'PolicyDocument',
  updatedAt: 'PolicyDocument',
  // The same text may name principals that were made anew.
  trustedIds: 'AssumeRolePolicyDocument',
}

/** The changes of a plan that change something, and what they are. */
export async function differences(
  plan: Plan,
): Promise<{ readonly changes: readonly DirectoryChange[]; readonly differences: readonly Difference[] }> {
  const changes: DirectoryChange[] = []
  const found: Difference[] = []
  for (const change of plan.changes) {
    const { kind, key } = 'put' in change ? change.put : change.remove
    if (isUntold(kind)) {
      const after = 'put' in change ? bodyOf({ ...change.put, kind }) : undefined
      if (!isDeepStrictEqual(await plan.stored(kind, key), after)) changes.push(change)
      continue
    }
    const before = await plan.stored(kind, key)
    const after = 'put' in change ? bodyOf({ ...change.put, kind }) : undefined
    if (isDeepStrictEqual(before, after)) continue
    changes.push(change)
    found.push(...(await compare(plan, kind, before, after)))
  }
  return { changes, differences: found }
}

function isUntold(kind: RecordKind): kind is Untold {
  return UNTOLD.some((each) => each === kind)
}

async function compare(
  plan: Plan,
  kind: NamedKind,
  before: RecordBodies[NamedKind] | undefined,
  after: RecordBodies[NamedKind] | undefined,
): Promise<readonly Difference[]> {
  const was = before && { kind, ...(await nameOf(plan, before)) }
  const is = after && { kind, ...(await nameOf(plan, after)) }
  if (before !== undefined && after !== undefined && was !== undefined && was.arn === is?.arn) {
    return [{ change: 'changed', ...was, properties: changedProperties(before, after) }]
  }
  // Under another path it is another one of the same name.
  return [
    ...(was === undefined ? [] : [{ change: 'deleted', ...was } as const]),
    ...(is === undefined ? [] : [{ change: 'created', ...is } as const]),
  ]
}

function changedProperties(before: object, after: object): readonly string[] {
  const left = new Map<string, unknown>(Object.entries(before))
  const properties = new Set<string>()
  for (const [name, value] of Object.entries(after)) {
    if (!isDeepStrictEqual(left.get(name), value)) properties.add(propertyOf(name))
    left.delete(name)
  }
  for (const name of left.keys()) properties.add(propertyOf(name))
  return [...properties]
}

function propertyOf(name: string): string {
  return PROPERTIES[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`
}

async function nameOf(
  plan: Plan,
  body: RecordBodies[NamedKind],
): Promise<{ readonly arn: string; readonly accessKeyId?: string }> {
  const { partition } = plan.parts.directory
  if ('accessKeyId' in body) return { arn: await ownerOf(plan, body), accessKeyId: body.accessKeyId }
  if ('serialNumber' in body) return { arn: body.serialNumber }
  if ('arn' in body) return { arn: body.arn }
  if ('password' in body) return { arn: await ownerOf(plan, body) }
  if ('userName' in body) return { arn: iamArn(partition, body.account, 'user', body.path, body.userName) }
  if ('groupName' in body) return { arn: iamArn(partition, body.account, 'group', body.path, body.groupName) }
  if ('roleName' in body) return { arn: iamArn(partition, body.account, 'role', body.path, body.roleName) }
  if ('instanceType' in body) {
    return { arn: `arn:${partition}:ec2:${body.region}:${body.account}:instance/${body.id}` }
  }
  if ('serviceAccounts' in body) return { arn: eksClusterArn(partition, body) }
  if ('containers' in body) return { arn: taskArn(partition, body) }
  if ('serviceAccount' in body) {
    const { region, account, clusterName, namespace, serviceAccount } = body
    const resource = `podidentityassociation/${clusterName}/${namespace}/${serviceAccount}`
    return { arn: `arn:${partition}:eks:${region}:${account}:${resource}` }
  }
  if ('managementAccount' in body) {
    return { arn: `arn:${partition}:organizations::${body.managementAccount}:organization/${body.id}` }
  }
  return { arn: rootArn(partition, body.id) }
}

async function ownerOf(
  plan: Plan,
  { account, userName }: Pick<AccessKeyBody, 'account' | 'userName'>,
): Promise<string> {
  const { partition } = plan.parts.directory
  if (userName === undefined) return rootArn(partition, account)
  const user = await plan.stored('user', nameKey(account, userName))
  const path = plan.isListed('user', nameKey(account, userName))
    ? plan.entity('user', account, userName).path
    : user?.path
  return iamArn(partition, account, 'user', path ?? '/', userName)
}

/**
 * Says which accounts a plan leaves without any key that opens them, of those that have one now.
 * @param changes - of the plan, those that change something
 */
export async function lockouts(plan: Plan, changes: readonly DirectoryChange[]): Promise<readonly string[]> {
  const planned = new Map<string, AccessKeyBody | undefined>()
  const touched = new Set<AccountId>()
  for (const change of changes) {
    const { kind, key } = 'put' in change ? change.put : change.remove
    if (kind !== 'access-key') continue
    const before = await plan.stored(kind, key)
    planned.set(key, 'put' in change ? bodyOf({ ...change.put, kind }) : undefined)
    if (before?.status === 'Active') touched.add(before.account)
  }
  const warnings: string[] = []
  for (const account of touched) {
    if (await opens(plan, account, planned)) continue
    warnings.push(
      `account ${account} is left without an active access key: nobody can sign in to it (rolecall init --recover makes a new administrator)`,
    )
  }
  return warnings
}

async function opens(
  plan: Plan,
  account: AccountId,
  planned: ReadonlyMap<string, AccessKeyBody | undefined>,
): Promise<boolean> {
  for (const body of planned.values()) if (body?.account === account && body.status === 'Active') return true
  for await (const record of plan.parts.directory.records.every('access-key', account)) {
    if (!planned.has(record.key) && bodyOf(record).status === 'Active') return true
  }
  return false
}
