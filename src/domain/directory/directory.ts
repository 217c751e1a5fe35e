import type { CompiledPolicy } from '../../engines/policy/index.ts'
import {
  type AccountCaller,
  type AccountId,
  type Cluster,
  type ClusterPlace,
  ConcurrentModification,
  type EpochMillis,
  type Instance,
  type InstanceProfile,
  type OidcProvider,
  type OutboundFederation,
  type PodIdentityAssociation,
  parseArn,
  type Session,
  type Task,
} from '../../model/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'
import type { ChangeEntry, DirectoryChange, RecordKind, Storage } from '../../platform/storage/index.ts'
import { AwsManagedPolicies } from './aws-managed-policies.ts'
import { ChangeFollower } from './change-follower.ts'
import { ChangeQueue } from './change-queue.ts'
import { type DirectoryViews, directoryViews, isViewed } from './directory-views.ts'
import { Edit } from './edit.ts'
import { MfaDevices } from './mfa-devices.ts'
import type { NearbyIssuers } from './oidc-provider-rules.ts'
import type { OrganizationPlace } from './organization-view.ts'
import { type OwnPolicies, ownPolicies } from './own-policies.ts'
import { Passwords } from './passwords.ts'
import {
  clusterKey,
  managedPolicyKey,
  nameKey,
  ORGANIZATION_KEY,
  oidcProviderKey,
  podIdentityKey,
  samlProviderKey,
} from './record-keys.ts'
import { type AccountBody, bodyOf } from './records.ts'
import { Revocations } from './revocations.ts'
import { QUOTAS, type Quotas } from './rules.ts'
import type { SamlProviderView } from './saml-provider-view.ts'
import { SealedSecrets } from './sealed-secrets.ts'
import { SessionPolicyViews } from './session-policies.ts'
import { StoredRecords } from './stored-records.ts'
import type { AccessKeyView, GroupView, ManagedPolicyView, RoleView, UserView } from './views.ts'

/** The permission policies on a principal's side of a request. */
export interface PrincipalPolicies extends OwnPolicies {
  /** `undefined` when the credential was made without session policies. */
  readonly session: readonly CompiledPolicy[] | undefined
}

/** What a directory is made of. `clock` is the real one: it judges how old the node's view of the change log is. */
export interface DirectoryParts {
  readonly storage: Pick<Storage, 'directory' | 'changes'>
  readonly keyring: KeyRing
  readonly random: Random
  readonly clock: Clock
  readonly partition: string
  /** OpenID Connect issuers that need not be hosts of the internet. None unless told. */
  readonly nearbyIssuers?: NearbyIssuers | undefined
  /** How many compiled views of each kind are remembered. */
  readonly cachedRecords: number
  /** What an account may have; left out, as much as AWS grants. A directory file is the operator's: none holds there. */
  readonly quotas?: Partial<Quotas>
}

/** Accounts and what is in them, compiled for deciding. Reads are answered from memory in the steady state. */
export class Directory {
  readonly partition: string
  readonly nearbyIssuers: NearbyIssuers
  readonly quotas: Quotas
  readonly passwords: Passwords
  readonly mfaDevices: MfaDevices
  /** What is kept, as it is kept. */
  readonly records: StoredRecords
  /** Policies that every account has and nobody changes. */
  readonly awsManaged: AwsManagedPolicies
  readonly #storage: Pick<Storage, 'directory' | 'changes'>
  readonly #follower: ChangeFollower
  readonly #secrets: SealedSecrets
  readonly #views: DirectoryViews
  readonly #watchers = new Map<RecordKind, () => void>()
  #version = 0
  readonly #revocations: Revocations
  readonly #changes: ChangeQueue
  readonly #sessionPolicies = new SessionPolicyViews((arn) => this.managedPolicy(arn))

  constructor({
    storage,
    keyring,
    random,
    clock,
    partition,
    nearbyIssuers = { localIssuers: [], isOwnIssuer: () => false },
    cachedRecords,
    quotas,
  }: DirectoryParts) {
    this.quotas = { ...QUOTAS, ...quotas }
    this.passwords = new Passwords(random)
    const store = storage.directory
    this.partition = partition
    this.nearbyIssuers = nearbyIssuers
    this.#storage = storage
    this.records = new StoredRecords(storage)
    this.#secrets = new SealedSecrets(store, keyring, random)
    this.#views = directoryViews(store, { keyring, partition, cachedRecords })
    this.mfaDevices = new MfaDevices({ views: this.#views, directory: this, keyring })
    this.#revocations = new Revocations(store)
    this.#follower = new ChangeFollower(storage.changes, clock, (entry) => this.#drop(entry))
    this.#changes = new ChangeQueue({ store, follower: this.#follower, secrets: this.#secrets })
    this.awsManaged = new AwsManagedPolicies(partition)
  }

  /** Begins to follow the change log; call before the first read. */
  async start(): Promise<void> {
    await this.#follower.start()
  }

  stop(): void {
    this.#follower.stop()
  }

  /** False when this node has not been able to follow the change log: it must not decide anything. */
  isCurrent(): boolean {
    return this.#follower.isCurrent()
  }

  /** Grows with every change that this node has seen: what was read between two equal ones is one state. */
  get version(): number {
    return this.#version
  }

  /** An account, closed or not. */
  account(id: string): Promise<AccountBody | undefined> {
    return this.#views.account.find(id)
  }

  /** Accounts in the order of their numbers, closed ones included: at most `limit`, those after `after`. */
  async accounts(limit: number, after?: string): Promise<readonly AccountBody[]> {
    const page = await this.#storage.directory.list('account', { limit, ...(after !== undefined && { after }) })
    return page.map((record) => bodyOf({ ...record, kind: 'account' }))
  }

  /**
   * Whether an account is there and not closed. Nobody in one that is closed can be found: no user, role or key. It is
   * asked whether or not there is somebody to find, so that both cost the same.
   */
  async isOpen(id: string): Promise<boolean> {
    const account = await this.#views.account.find(id)
    return account !== undefined && account.closedAt === undefined
  }

  /** As which issuer an account vouches for its principals; `undefined` for one that never did, and for a closed one. */
  async outboundFederation(id: string): Promise<OutboundFederation | undefined> {
    const account = await this.#views.account.find(id)
    return account?.closedAt === undefined ? account?.outbound : undefined
  }

  /** Where an account stands in its organization; `undefined` for an account in none. */
  async placeOf(account: string): Promise<OrganizationPlace | undefined> {
    return (await this.#views.organization.find(ORGANIZATION_KEY))?.places.get(account)
  }

  /** The account that goes by an alias. */
  async accountOfAlias(alias: string): Promise<AccountId | undefined> {
    return (await this.#views['account-alias'].find(alias))?.account
  }

  /** The user of that name, whatever the case of its letters. */
  async user(account: AccountId, userName: string): Promise<UserView | undefined> {
    const user = await this.#views.user.find(nameKey(account, userName))
    return (await this.isOpen(account)) ? user : undefined
  }

  group(account: AccountId, groupName: string): Promise<GroupView | undefined> {
    return this.#views.group.find(nameKey(account, groupName))
  }

  /** The role with exactly that ARN: path and case included. */
  async role(arn: string): Promise<RoleView | undefined> {
    const named = parseArn(arn)
    if (named?.service !== 'iam' || !named.resource.startsWith('role/')) return undefined
    const roleName = named.resource.slice(named.resource.lastIndexOf('/') + 1)
    const role = await this.#views.role.find(nameKey(named.account, roleName))
    return (await this.isOpen(named.account)) && role?.arn === arn ? role : undefined
  }

  /** The role of that name, whatever its path and the case of its letters: names are unique in an account. */
  async roleNamed(account: AccountId, roleName: string): Promise<RoleView | undefined> {
    const role = await this.#views.role.find(nameKey(account, roleName))
    return (await this.isOpen(account)) ? role : undefined
  }

  /** The user or role with exactly that ARN. */
  async principal(arn: string): Promise<UserView | RoleView | undefined> {
    const named = parseArn(arn)
    if (named?.service !== 'iam' || !named.resource.startsWith('user/')) return this.role(arn)
    const userName = named.resource.slice(named.resource.lastIndexOf('/') + 1)
    const user = await this.#views.user.find(nameKey(named.account, userName))
    return (await this.isOpen(named.account)) && user?.arn === arn ? user : undefined
  }

  async accessKey(accessKeyId: string): Promise<AccessKeyView | undefined> {
    const key = await this.#views['access-key'].find(accessKeyId)
    return key !== undefined && (await this.isOpen(key.account)) ? key : undefined
  }

  /** The instance profile of that name, whatever the case of its letters. */
  instanceProfile(account: AccountId, profileName: string): Promise<InstanceProfile | undefined> {
    return this.#views['instance-profile'].find(nameKey(account, profileName))
  }

  /** All instances of all accounts, read from the store itself. */
  instances(): Promise<readonly Instance[]> {
    return this.records.bodies('instance')
  }

  /** The OpenID Connect provider of an account at exactly that URL. @param url - without scheme */
  async oidcProvider(account: AccountId, url: string): Promise<OidcProvider | undefined> {
    const provider = await this.#views['oidc-provider'].find(oidcProviderKey(account, url))
    return (await this.isOpen(account)) ? provider : undefined
  }

  /** The SAML provider with exactly that ARN: case included. */
  async samlProvider(arn: string): Promise<SamlProviderView | undefined> {
    const provider = await this.#views['saml-provider'].find(samlProviderKey(arn))
    return provider?.arn === arn && (await this.isOpen(provider.account)) ? provider : undefined
  }

  task(id: string): Promise<Task | undefined> {
    return this.#views.task.find(id)
  }

  /** The role of a service account's pods. */
  podIdentityAssociation(pod: Omit<PodIdentityAssociation, 'roleArn'>): Promise<PodIdentityAssociation | undefined> {
    return this.#views['pod-identity-association'].find(podIdentityKey(pod))
  }

  /** The cluster at a place; `undefined` where there is none, and in a closed account. */
  async cluster(place: ClusterPlace): Promise<Cluster | undefined> {
    const cluster = await this.#views.cluster.find(clusterKey(place))
    return (await this.isOpen(place.account)) ? cluster : undefined
  }

  /** All tasks of all accounts, read from the store itself. */
  tasks(): Promise<readonly Task[]> {
    return this.records.bodies('task')
  }

  /** Calls `watcher`, one for each kind, after every change to a record of that kind that this node sees. */
  watch(kind: RecordKind, watcher: () => void): void {
    this.#watchers.set(kind, watcher)
  }

  /** Whether an ARN is that of one of AWS's own managed policies. */
  isAwsManaged(arn: string): boolean {
    return this.awsManaged.find(arn) !== undefined
  }

  /** A managed policy, AWS's or a customer's, by its exact ARN. */
  async managedPolicy(arn: string): Promise<ManagedPolicyView | undefined> {
    const awsManaged = this.awsManaged.view(arn)
    if (awsManaged !== undefined) return awsManaged
    const policy = await this.#views['managed-policy'].find(managedPolicyKey(arn))
    return policy?.arn === arn ? policy : undefined
  }

  /**
   * The policies that say what a caller may do: inline, attached, and of the groups; the boundary; and those that limit
   * the session. A principal that is gone may nothing, and neither may one whose boundary, group or attached policy is:
   * changes narrow, never widen.
   */
  async policiesOf(caller: AccountCaller): Promise<PrincipalPolicies> {
    const session = caller.session && (await this.#sessionPolicies.of(caller.session.terms))
    const own = await ownPolicies(caller, this)
    return { identity: own.identity, boundary: own.boundary, session }
  }

  /** Whether a session was ended before its time. Held in memory: it is asked of every request. */
  async isRevoked(session: Session): Promise<boolean> {
    return await this.#revocations.cover(session)
  }

  /** The changes that end sessions early, and forget what has expired since. @throws {@link ValidationError} when full */
  async planRevocation(target: string, now: EpochMillis): Promise<readonly DirectoryChange[]> {
    return await this.#revocations.plan(target, now)
  }

  /**
   * Seals every stored secret that is under another than the active `at-rest` key anew; gives how many that were.
   * @throws Error naming what holds secrets that do not open; all others were sealed anew
   */
  async resealSecrets(): Promise<number> {
    const count = await this.#secrets.resealAll()
    await this.#follower.catchUp()
    return count
  }

  /**
   * Changes the directory: all of it or nothing, durable and visible on this node when it resolves. A plan holds for what
   * it was made from, and for nothing else: when anybody changed anything in the meantime, on whatever node, it is made
   * again. So of two at once one comes after the other, and neither undoes what it has not seen.
   * @param first - done before a plan that changes something is carried out; when it fails, nothing is changed. For a
   *   plan that was overtaken it is done again.
   * @throws {@link ConcurrentModification} when it was overtaken again and again: then nothing was changed
   */
  change<Planned extends { readonly changes: readonly DirectoryChange[] }>(
    plan: () => Promise<Planned>,
    first: (planned: Planned) => Promise<void> = async () => undefined,
  ): Promise<Planned> {
    return this.#changes.change(plan, first)
  }

  /**
   * Changes records one by one: what `make` reads is what it changes, and all of it becomes visible at once. `make` is
   * called again when it was overtaken.
   * @param first - as `change` takes it: with what `make` gave
   * @throws whatever `make` throws; then nothing is changed
   */
  async edit<Output>(make: (edit: Edit) => Promise<Output>, first: (output: Output) => Promise<void>): Promise<Output> {
    const { output } = await this.change(
      async () => {
        const edit = new Edit(this.#storage.directory)
        const output = await make(edit)
        return { changes: edit.changes, output }
      },
      (planned) => first(planned.output),
    )
    return output
  }

  /** Whether there is no account at all. */
  async isEmpty(): Promise<boolean> {
    return (await this.#storage.directory.list('account', { limit: 1 })).length === 0
  }

  #drop({ kind, key }: ChangeEntry): void {
    this.#version += 1
    if (kind === 'revocation') this.#revocations.drop()
    else if (isViewed(kind, this.#views)) this.#views[kind].drop(key)
    this.#watchers.get(kind)?.()
  }
}
