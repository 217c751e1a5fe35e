import { type AccountId, type EpochMillis, iamArn, parseArn, uniqueId } from '../../model/index.ts'
import type { KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'
import type { DirectoryChange, RecordKind } from '../../platform/storage/index.ts'
import type { DesiredAccount } from './desired-directory.ts'
import type { Directory } from './directory.ts'
import type { DesiredPath, DocumentPlace, Mistake } from './mistakes.ts'
import { nameKey } from './record-keys.ts'
import { put, type RecordBodies } from './records.ts'
import { keeps, type NameRule } from './rules.ts'

/** What making a plan needs besides the desired directory. */
export interface PlanParts {
  readonly directory: Directory
  readonly keyring: KeyRing
  readonly random: Random
  readonly now: EpochMillis
  /** What becomes of what is there and not listed; it is kept unless told. */
  readonly unlisted?: Unlisted | undefined
}

/**
 * `kept`; `pruned`: deleted from the accounts that are listed, and from no others; `forgotten`: all that is there makes
 * way, and what is listed is made as on an empty directory.
 */
export type Unlisted = 'kept' | 'pruned' | 'forgotten'

/** The name, id and birth of a user, group, role or managed policy. */
export interface Entity {
  readonly arn: string
  readonly path: string
  readonly uniqueId: string
  readonly createdAt: EpochMillis
}

type ClaimKind =
  | 'access-key'
  | 'account-alias'
  | 'instance'
  | 'address'
  | 'task'
  | 'pod-identity-association'
  | 'cluster'
  | 'oidc-provider'
  | 'saml-provider'
  | 'mfa-device'
  | 'mfa-seed'
/** What has a name in an account. */
export type EntityKind = 'user' | 'group' | 'role' | 'managed-policy' | 'instance-profile'

const ID_PREFIXES = {
  user: 'AIDA',
  group: 'AGPA',
  role: 'AROA',
  'managed-policy': 'ANPA',
  'instance-profile': 'AIPA',
} as const

/** Between them requests are answered: a plan of a thousand accounts takes longer than anybody should wait. */
const READS_AT_ONCE = 50

/**
 * A plan in the making: the changes so far, the mistakes so far, and what will exist once it is carried out. Everything
 * is announced before anything is planned, so that the order of things in a file does not matter.
 */
export class Plan {
  readonly parts: PlanParts
  readonly unlisted: Unlisted
  readonly changes: DirectoryChange[] = []
  readonly mistakes: Mistake[] = []
  /** Access key ids that were made up: another plan for the same makes up others. */
  readonly inventedKeys = new Set<string>()
  readonly #entities = new Map<string, Entity>()
  readonly #announcedArns = new Map<string, string>()
  readonly #replacedArns = new Set<string>()
  readonly #accounts = new Set<string>()
  readonly #claimed = new Set<string>()
  #reads = 0

  constructor(parts: PlanParts) {
    this.parts = parts
    this.unlisted = parts.unlisted ?? 'kept'
  }

  /** What a record says now, as far as the plan builds on it. */
  async stored<Kind extends RecordKind>(kind: Kind, key: string): Promise<RecordBodies[Kind] | undefined> {
    this.#reads += 1
    if (this.#reads % READS_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve))
    if (this.unlisted === 'forgotten') return undefined
    return await this.parts.directory.records.stored(kind, key)
  }

  /** Records of one kind that refer to a thing now, as far as the plan builds on them: at most `limit`. */
  async referring<Kind extends RecordKind>(
    kind: Kind,
    target: string,
    limit: number,
  ): Promise<readonly RecordBodies[Kind][]> {
    if (this.unlisted === 'forgotten') return []
    return await this.parts.directory.records.referring(kind, target, { limit })
  }

  /** @param within - where, when `path` leads to a policy document */
  mistake(path: DesiredPath, message: string, within?: DocumentPlace): void {
    this.mistakes.push({ path, within, message })
  }

  /** Checks a text against its rule; a mistake when it breaks it. */
  check(path: DesiredPath, text: string, rule: NameRule): void {
    if (!keeps(text, rule)) this.mistake(path, `"${text}" ${rule.says}`)
  }

  put<Kind extends RecordKind>(
    kind: Kind,
    key: string,
    account: string,
    body: RecordBodies[Kind],
    sealedUnder?: string,
  ): void {
    this.changes.push(put(kind, key, account, body, sealedUnder))
  }

  /** Announces everything with a name in an account. */
  async announce(at: DesiredPath, account: DesiredAccount): Promise<void> {
    // The id was checked for its shape before; a wrong one is a mistake already and the plan is never carried out.
    const id = account.Id as AccountId
    this.#accounts.add(id)
    for (const [index, { Path, UserName }] of account.Users.entries()) {
      await this.#announce([...at, 'Users', index, 'UserName'], 'user', id, Path, UserName)
    }
    for (const [index, { Path, GroupName }] of account.Groups.entries()) {
      await this.#announce([...at, 'Groups', index, 'GroupName'], 'group', id, Path, GroupName)
    }
    for (const [index, { Path, RoleName }] of account.Roles.entries()) {
      await this.#announce([...at, 'Roles', index, 'RoleName'], 'role', id, Path, RoleName)
    }
    for (const [index, { Path, ManagedPolicyName }] of account.ManagedPolicies.entries()) {
      const path = [...at, 'ManagedPolicies', index, 'ManagedPolicyName']
      await this.#announce(path, 'managed-policy', id, Path, ManagedPolicyName)
    }
    for (const [index, { Path, InstanceProfileName }] of account.InstanceProfiles.entries()) {
      const path = [...at, 'InstanceProfiles', index, 'InstanceProfileName']
      await this.#announce(path, 'instance-profile', id, Path, InstanceProfileName)
    }
  }

  /** What an announced name stands for: the same as now where it exists already. */
  entity(kind: EntityKind, account: AccountId, name: string): Entity {
    const entity = this.#entities.get(entityKey(kind, account, name))
    if (entity === undefined) throw new Error(`${kind} ${name} was never announced`)
    return entity
  }

  /** Whether the thing with that key is listed, and so will exist. */
  isListed(kind: EntityKind, key: string): boolean {
    return this.#entities.has(`${kind}:${key}`)
  }

  /** Whether an account will exist. */
  async hasAccount(id: string): Promise<boolean> {
    return this.#accounts.has(id) || (await this.stored('account', id)) !== undefined
  }

  /** Whether something of that name will exist in an account. */
  async has(kind: EntityKind, account: AccountId, name: string): Promise<boolean> {
    if (this.isListed(kind, nameKey(account, name))) return true
    return this.keepsUnlisted(account) && (await this.stored(kind, nameKey(account, name))) !== undefined
  }

  /** Whether a managed policy will exist under exactly that ARN. */
  async hasManagedPolicy(arn: string): Promise<boolean> {
    if (this.#replacedArns.has(arn)) return false
    const { account = '', resource = '' } = parseArn(arn) ?? {}
    if (this.#announcedArns.has(arn)) return resource.startsWith('policy/')
    if (account !== 'aws' && !this.keepsUnlisted(account)) return false
    return (await this.parts.directory.managedPolicy(arn)) !== undefined
  }

  /** The unique id that a user or role ARN will stand for; `undefined` when there will be none. */
  async uniqueIdOf(arn: string): Promise<string | undefined> {
    if (this.#replacedArns.has(arn)) return undefined
    const announced = this.#announcedArns.get(arn)
    if (announced !== undefined || !this.keepsUnlisted(parseArn(arn)?.account ?? '')) return announced
    return (await this.parts.directory.principal(arn))?.uniqueId
  }

  /** Claims a name that is unique in the whole world; false when it stands in the plan already. */
  claim(kind: ClaimKind, name: string): boolean {
    if (this.isClaimed(kind, name)) return false
    this.#claimed.add(`${kind}:${name}`)
    return true
  }

  isClaimed(kind: ClaimKind, name: string): boolean {
    return this.#claimed.has(`${kind}:${name}`)
  }

  /** Whether what is there in an account, and is not listed, will be there still. */
  keepsUnlisted(account: string): boolean {
    return this.unlisted === 'kept' || (this.unlisted === 'pruned' && !this.#accounts.has(account))
  }

  async #announce(at: DesiredPath, kind: EntityKind, account: AccountId, path: string, name: string): Promise<void> {
    const key = entityKey(kind, account, name)
    if (this.#entities.has(key)) return this.mistake(at, `"${name}" stands here twice; case does not tell names apart`)
    const existing = await this.stored(kind, nameKey(account, name))
    const arn = this.#arnOf(kind, account, path, name)
    const existingArn = existing && this.#arnOf(kind, account, existing.path, nameOf(existing))
    // Another path is another ARN, and so another principal under the same name.
    const { uniqueId: id, createdAt } =
      existing !== undefined && existingArn === arn
        ? existing
        : { uniqueId: uniqueId(ID_PREFIXES[kind], account, this.parts.random.bytes(6)), createdAt: this.parts.now }
    if (existingArn !== undefined && existingArn !== arn) this.#replacedArns.add(existingArn)
    this.#entities.set(key, { arn, path, uniqueId: id, createdAt })
    this.#announcedArns.set(arn, id)
  }

  #arnOf(kind: EntityKind, account: AccountId, path: string, name: string): string {
    return iamArn(this.parts.directory.partition, account, kind === 'managed-policy' ? 'policy' : kind, path, name)
  }
}

function entityKey(kind: EntityKind, account: AccountId, name: string): string {
  return `${kind}:${nameKey(account, name)}`
}

function nameOf(body: RecordBodies[EntityKind]): string {
  if ('userName' in body) return body.userName
  if ('groupName' in body) return body.groupName
  if ('profileName' in body) return body.profileName
  return 'roleName' in body ? body.roleName : body.policyName
}
