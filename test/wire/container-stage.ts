import type { TestContext } from 'node:test'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { type RunningNode, startNode } from '../../src/compose/index.ts'
import { applyDirectory } from '../../src/operations/broker/index.ts'
import { type DirectoryInput, loadDirectory, readDirectories } from '../../src/operations/loading/index.ts'
import { aFolder, configIn } from '../compose/samples.ts'
import { exchange, type Seen } from '../doors/metadata/service.ts'

export type AccountInput = DirectoryInput['Accounts'][number]

export const ACCOUNT = '111111111111'
export const TASK = '0123456789abcdef0123456789abcdef'
export const OTHER_TASK = 'fedcba9876543210fedcba9876543210'
export const ECS = { Service: 'ecs-tasks.amazonaws.com' }
export const EKS = { Service: 'pods.eks.amazonaws.com' }
export const TAGGING = { Action: ['sts:AssumeRole', 'sts:TagSession'] }
export const POD = 'pod/shop/default/web'

export function trusting(Principal: object, more: object = {}): object {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more }] }
}

export function aRole(RoleName: string, trust: object): NonNullable<AccountInput['Roles']>[number] {
  return { RoleName, AssumeRolePolicyDocument: { ...trust } }
}

export function roleArn(name: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/${name}`
}

export function anAccount(parts: Partial<AccountInput> = {}): AccountInput {
  return {
    Id: ACCOUNT,
    Roles: [aRole('task', trusting(ECS)), aRole('pod', trusting(EKS, TAGGING))],
    Tasks: [
      { TaskId: TASK, TaskRoleArn: roleArn('task'), Cluster: 'prod', Family: 'shop' },
      { TaskId: OTHER_TASK, TaskRoleArn: roleArn('task') },
    ],
    PodIdentityAssociations: [
      { ClusterName: 'shop', Namespace: 'default', ServiceAccount: 'web', RoleArn: roleArn('pod') },
      { ClusterName: 'shop', Namespace: 'admin', ServiceAccount: 'web', RoleArn: roleArn('pod') },
    ],
    ...parts,
  }
}

/** Credentials as both services answer them. */
export interface Credentials {
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
  readonly Token: string
  readonly Expiration: string
}

/** A node in development with tasks and pods. */
export interface Stage {
  readonly node: RunningNode
  readonly port: number
  apply(parts: Partial<AccountInput>): Promise<void>
  advance(ms: number): void
  /** Sends what a container of that name would. */
  fetch(name: string): Promise<Seen>
  get(path: string, headers?: Readonly<Record<string, string | string[]>>, method?: string): Promise<Seen>
  credentials(name: string): Promise<Credentials>
  client(credentials: Credentials): STSClient
  arnOf(credentials: Credentials): Promise<string | undefined>
}

export async function stage(t: TestContext, parts: Partial<AccountInput> = {}): Promise<Stage> {
  const node = await startNode(configIn(await aFolder(t), { data: ':memory:', dev: true }), {
    directories: [{ Accounts: [anAccount(parts)] }],
  })
  t.after(() => node.stop())
  const port = Number(new URL(node.addresses.metadata).port)
  const get: Stage['get'] = (path, headers = {}, method = 'GET') => exchange(port, method, path, headers)
  const clients = new Map<string, STSClient>()
  const client: Stage['client'] = ({ AccessKeyId, SecretAccessKey, Token }) => {
    const before = clients.get(AccessKeyId)
    if (before !== undefined) return before
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token }
    const sts = new STSClient({ endpoint: node.addresses.api, region: 'us-east-1', credentials, maxAttempts: 1 })
    t.after(() => sts.destroy())
    clients.set(AccessKeyId, sts)
    return sts
  }
  return {
    node,
    port,
    get,
    client,
    advance: (ms) => node.virtualClock?.advance(ms),
    async apply(changes) {
      await loadDirectory(await readDirectories([{ Accounts: [anAccount(changes)] }]), (desired) =>
        node.operate(applyDirectory, { desired, prune: false, dryRun: false }),
      )
    },
    async fetch(name) {
      const { path, token } = await proofOf(node, name)
      return await get(path, { Authorization: token })
    },
    async credentials(name) {
      const { path, token } = await proofOf(node, name)
      const { status, body } = await get(path, { Authorization: token })
      if (status !== 200) throw new Error(`${status} ${body}`)
      return JSON.parse(body)
    },
    arnOf: async (credentials) => (await client(credentials).send(new GetCallerIdentityCommand())).Arn,
  }
}

/** Where a container asks, and what it shows. */
export async function proofOf(node: RunningNode, name: string): Promise<{ path: string; token: string }> {
  const environment = await node.environmentOf(name)
  const uri = new URL(environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '')
  return { path: uri.pathname, token: environment['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? '' }
}
