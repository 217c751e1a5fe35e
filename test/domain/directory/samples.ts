import type { TestContext } from 'node:test'
import {
  type DesiredAccount,
  type DesiredDirectory,
  type DesiredGroup,
  type DesiredManagedPolicy,
  type DesiredRole,
  type DesiredUser,
  Directory,
  planDirectory,
} from '../../../src/domain/directory/index.ts'
import { type AccountId, accountId, epochMillis, Violation } from '../../../src/model/index.ts'
import { type Clock, systemClock } from '../../../src/platform/clock.ts'
import { type ManagedKeyRing, memoryKeyRing } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import type { DirectoryChange, Storage } from '../../../src/platform/storage/index.ts'
import { openSqlStorage } from '../../../src/platform/storage/sql/index.ts'

function account(text: string): AccountId {
  const id = accountId(text)
  if (id instanceof Violation) throw new Error(`${text} is no account`)
  return id
}

export const SOURCE = account('111111111111')
export const TARGET = account('222222222222')

export const ALLOW_ALL = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'

/** A trust policy that names `principals`. */
export function trusting(...principals: readonly string[]): string {
  const Statement = [{ Effect: 'Allow', Principal: { AWS: principals }, Action: 'sts:AssumeRole' }]
  return JSON.stringify({ Version: '2012-10-17', Statement })
}

/** An account with nothing in it but what is said. */
export function anAccount(Id: string, parts: Partial<DesiredAccount> = {}): DesiredAccount {
  const none = { Users: [], Groups: [], ManagedPolicies: [], Roles: [] }
  const machines = {
    InstanceProfiles: [],
    Instances: [],
    Tasks: [],
    PodIdentityAssociations: [],
    Clusters: [],
    OIDCProviders: [],
    SAMLProviders: [],
  }
  return { Id, ...none, ...machines, ...parts }
}

export function aUser(UserName: string, parts: Partial<DesiredUser> = {}): DesiredUser {
  const lists = { Groups: [], ManagedPolicyArns: [], Policies: [], Tags: [], AccessKeys: [] }
  return { UserName, Path: '/', ...lists, ...parts }
}

export function aGroup(GroupName: string, parts: Partial<DesiredGroup> = {}): DesiredGroup {
  return { GroupName, Path: '/', ManagedPolicyArns: [], Policies: [], ...parts }
}

export function aPolicy(ManagedPolicyName: string, parts: Partial<DesiredManagedPolicy> = {}): DesiredManagedPolicy {
  return { ManagedPolicyName, Path: '/', PolicyDocument: ALLOW_ALL, ...parts }
}

/** A role that trusts its account. */
export function aRole(RoleName: string, parts: Partial<DesiredRole> = {}): DesiredRole {
  const lists = { ManagedPolicyArns: [], Policies: [], Tags: [] }
  const AssumeRolePolicyDocument = trusting(`arn:aws:iam::${SOURCE}:root`)
  return { RoleName, Path: '/', AssumeRolePolicyDocument, MaxSessionDuration: 3600, ...lists, ...parts }
}

/** A directory on an empty store in memory. */
export interface World {
  readonly storage: Storage
  readonly keyring: ManagedKeyRing
  readonly directory: Directory
  plan(...accounts: readonly DesiredAccount[]): Promise<readonly DirectoryChange[]>
  apply(...accounts: readonly DesiredAccount[]): Promise<void>
}

/** Opens a world that is closed when the test ends. */
export async function aWorld(
  t: TestContext,
  {
    clock = systemClock,
    cachedRecords = 100,
    localIssuers = [],
  }: { clock?: Clock; cachedRecords?: number; localIssuers?: readonly string[] } = {},
): Promise<World> {
  const storage = await openSqlStorage({ data: ':memory:' })
  const keyring = memoryKeyRing({ random: systemRandom, clock: systemClock })
  const nearbyIssuers = { localIssuers, isOwnIssuer: () => false }
  const parts = { storage, keyring, random: systemRandom, clock, partition: 'aws', cachedRecords, nearbyIssuers }
  const directory = new Directory(parts)
  await directory.start()
  t.after(async () => {
    directory.stop()
    await storage.close()
  })
  let plans = 0
  const plan = async (...accounts: readonly DesiredAccount[]) => {
    const desired: DesiredDirectory = { Accounts: accounts }
    plans += 1
    const parts = { directory, keyring, random: systemRandom, now: epochMillis(plans * 1000) }
    return (await planDirectory(desired, parts)).changes
  }
  return {
    storage,
    keyring,
    directory,
    plan,
    apply: async (...accounts) => {
      await directory.change(async () => ({ changes: await plan(...accounts) }))
    },
  }
}
