import type {
  AccountId,
  Cluster,
  EpochMillis,
  Instance,
  InstanceProfile,
  OidcProvider,
  OutboundFederation,
  PodIdentityAssociation,
  SamlProvider,
  Tag,
  Task,
} from '../../model/index.ts'
import type { DirectoryRecord, RecordKind } from '../../platform/storage/index.ts'
import type { PasswordHash } from './passwords.ts'
import { reference } from './record-keys.ts'

/** A policy that lives inside its user, group or role. `document` is the JSON text as it was saved. */
export interface InlinePolicy {
  readonly name: string
  readonly document: string
}

/** An account as it is stored. */
export interface AccountBody {
  readonly id: AccountId
  readonly alias: string | undefined
  /** The root user's access keys. */
  readonly accessKeyIds: readonly string[]
  readonly createdAt: EpochMillis
  /** What its users' passwords have to be; AWS's own where there is none. */
  readonly passwordPolicy?: PasswordPolicy | undefined
  /** What its root user signs in with, if anything. */
  readonly rootPassword?: RootPassword | undefined
  /** When it was closed: from then on nobody in it is anybody. */
  readonly closedAt?: EpochMillis | undefined
  /** Whether it vouches outside for its principals; `undefined` for one that never did. */
  readonly outbound?: OutboundFederation | undefined
}

/** The password of a root user: nobody can read it. */
export interface RootPassword {
  readonly hash: PasswordHash
  /** When it was set. */
  readonly changedAt: EpochMillis
}

/** What the passwords of an account's users have to be, and how long they are good. */
export interface PasswordPolicy {
  readonly minimumPasswordLength: number
  readonly requireSymbols: boolean
  readonly requireNumbers: boolean
  readonly requireUppercaseCharacters: boolean
  readonly requireLowercaseCharacters: boolean
  readonly allowUsersToChangePassword: boolean
  /** Days; `undefined`: for good. */
  readonly maxPasswordAge: number | undefined
  /** How many of the passwords before may not be taken again. */
  readonly passwordReusePrevention: number | undefined
  readonly hardExpiry: boolean | undefined
}

/** Which account an alias names. */
export interface AccountAliasBody {
  readonly alias: string
  readonly account: AccountId
}

interface Identity {
  readonly account: AccountId
  /** Begins and ends with `/`. */
  readonly path: string
  readonly uniqueId: string
  readonly createdAt: EpochMillis
  readonly managedPolicyArns: readonly string[]
  readonly policies: readonly InlinePolicy[]
}

/** A user as it is stored; its access keys are records of their own. */
export interface UserBody extends Identity {
  readonly userName: string
  readonly groups: readonly string[]
  readonly accessKeyIds: readonly string[]
  readonly permissionsBoundary: string | undefined
  readonly tags: readonly Tag[]
}

/** A group as it is stored; its members are named by the users. */
export interface GroupBody extends Identity {
  readonly groupName: string
}

/** A role as it is stored. */
export interface RoleBody extends Identity {
  readonly roleName: string
  readonly maxSessionDurationSeconds: number
  readonly description?: string | undefined
  readonly trustPolicy: string
  /** The unique ids of the users and roles that the trust policy names, as they were when it was saved. */
  readonly trustedIds: Readonly<Record<string, string>>
  readonly permissionsBoundary: string | undefined
  readonly tags: readonly Tag[]
}

/** One of the documents that a managed policy has had. */
export interface PolicyVersion {
  /** `v1` and so on; never used twice. */
  readonly id: string
  readonly document: string
  readonly createdAt: EpochMillis
}

/** A customer managed policy as it is stored. */
export interface ManagedPolicyBody {
  readonly account: AccountId
  readonly policyName: string
  readonly path: string
  readonly arn: string
  readonly uniqueId: string
  readonly createdAt: EpochMillis
  /** When its default version changed last. */
  readonly updatedAt: EpochMillis
  readonly description?: string | undefined
  /** In the order in which they were made, at most five. */
  readonly versions: readonly PolicyVersion[]
  readonly defaultVersionId: string
  /** The number of the version that was made last, deleted or not. */
  readonly latestVersion: number
  readonly tags: readonly Tag[]
}

/** A long-term access key as it is stored; its secret is sealed under an `at-rest` key. */
export interface AccessKeyBody {
  readonly accessKeyId: string
  readonly account: AccountId
  /** `undefined`: the account's root user. */
  readonly userName: string | undefined
  readonly status: 'Active' | 'Inactive'
  /** When it was taken back for good: no directory file makes it active again. */
  readonly revokedAt?: EpochMillis
  readonly sealedSecret: string
  readonly createdAt: EpochMillis
}

/** The password of a user as it is stored: nobody can read it. */
export interface LoginProfileBody {
  readonly account: AccountId
  readonly userName: string
  readonly createdAt: EpochMillis
  readonly password: PasswordHash
  /** When it was set. */
  readonly changedAt: EpochMillis
  /** Those before it, the latest first. */
  readonly earlier: readonly PasswordHash[]
  readonly passwordResetRequired: boolean
}

/** An MFA device as it is stored; its seed is sealed under an `at-rest` key. */
export interface MfaDeviceBody {
  readonly account: AccountId
  /** Of a virtual one its ARN, path included; of a hardware one what stands on it. */
  readonly serialNumber: string
  /** Never that of another device, not even of one that has the same serial number later, or another seed. */
  readonly id: string
  /** In Base32. */
  readonly sealedSeed: string
  readonly createdAt: EpochMillis
  /** For whom it was enabled; `undefined`: nobody has it. */
  readonly enabled: EnabledMfaDevice | undefined
  readonly tags: readonly Tag[]
}

/** Whose an MFA device is, and since when. */
interface EnabledMfaDevice {
  /** The unique id of a user, or the id of the account: its root user's. */
  readonly holder: string
  readonly at: EpochMillis
}

/** The report of an account's credentials: one that is being written, or was. */
export interface CredentialReportBody {
  readonly account: AccountId
  readonly startedAt: EpochMillis
  readonly generatedAt?: EpochMillis
  /** Compressed (DEFLATE), as base64. */
  readonly content?: string
}

/** A report on when services were used last: one that is being written, or was. */
export interface AccessReportBody {
  readonly jobId: string
  readonly account: AccountId
  /** The unique id of whoever may read it. */
  readonly requester: string
  /** Of what it is about. */
  readonly arn: string
  readonly granularity: 'SERVICE_LEVEL' | 'ACTION_LEVEL'
  readonly createdAt: EpochMillis
  readonly completedAt?: EpochMillis
  /** Compressed (DEFLATE), as base64. */
  readonly content?: string
  readonly failure?: { readonly code: string; readonly message: string }
}

/** An account in an organization, with the control policies attached to itself. */
export interface OrganizationMember {
  readonly account: AccountId
  readonly controls: ControlPolicies
}

/** The root of an organization or a unit in it. */
export interface OrganizationNode {
  /** `r-...` or `ou-...`. */
  readonly id: string
  readonly name: string
  readonly controls: ControlPolicies
  readonly members: readonly OrganizationMember[]
  readonly units: readonly OrganizationNode[]
}

/** What is attached to one level of an organization. Without service control policies it is AWS's FullAWSAccess. */
export interface ControlPolicies {
  readonly service: readonly InlinePolicy[]
  readonly resource: readonly InlinePolicy[]
}

/** The organization as it is stored: one in a directory. */
export interface OrganizationBody {
  /** `o-...` */
  readonly id: string
  readonly managementAccount: AccountId
  readonly root: OrganizationNode
}

/** Sessions that ended early: those of a target that were issued by then. */
export interface RevocationBody {
  /** `session/ID`, `session/ACCESS-KEY-ID`, `root/ACCOUNT` or `provider/ARN`. */
  readonly target: string
  readonly issuedBy: EpochMillis
  /** Whatever it is about has expired by then. */
  readonly forgetAt: EpochMillis
}

/** A resource that a service needs its role for. */
export interface RoleUsage {
  readonly region: string
  /** An ARN. */
  readonly resource: string
}

/** What became of the deletion of a service-linked role. */
export interface RoleDeletionBody {
  readonly account: AccountId
  readonly taskId: string
  readonly at: EpochMillis
  /** What was in its way; nothing when the role is gone. */
  readonly usage: readonly RoleUsage[]
}

/** What each kind of record holds. */
export interface RecordBodies {
  readonly account: AccountBody
  readonly 'account-alias': AccountAliasBody
  readonly user: UserBody
  readonly group: GroupBody
  readonly role: RoleBody
  readonly 'managed-policy': ManagedPolicyBody
  readonly 'access-key': AccessKeyBody
  readonly 'login-profile': LoginProfileBody
  readonly 'mfa-device': MfaDeviceBody
  readonly 'credential-report': CredentialReportBody
  readonly 'access-report': AccessReportBody
  readonly organization: OrganizationBody
  readonly revocation: RevocationBody
  readonly 'instance-profile': InstanceProfile
  readonly instance: Instance
  readonly task: Task
  readonly 'pod-identity-association': PodIdentityAssociation
  readonly cluster: Cluster
  readonly 'oidc-provider': OidcProvider
  readonly 'saml-provider': SamlProvider
  readonly 'role-deletion': RoleDeletionBody
}

/** Every kind of record. */
export const RECORD_KINDS: readonly RecordKind[] = [
  'account',
  'account-alias',
  'user',
  'group',
  'role',
  'managed-policy',
  'access-key',
  'login-profile',
  'mfa-device',
  'credential-report',
  'access-report',
  'organization',
  'revocation',
  'instance-profile',
  'instance',
  'task',
  'pod-identity-association',
  'cluster',
  'oidc-provider',
  'saml-provider',
  'role-deletion',
]

/** What a body refers to, so that it is found by that. */
function referencesOf(body: RecordBodies[RecordKind]): readonly string[] {
  const references = new Set<string>()
  if ('managedPolicyArns' in body) {
    for (const arn of body.managedPolicyArns) references.add(reference.managedPolicy(body.account, arn))
  }
  if ('permissionsBoundary' in body && body.permissionsBoundary !== undefined) {
    references.add(reference.boundary(body.account, body.permissionsBoundary))
  }
  if ('groups' in body) for (const name of body.groups) references.add(reference.group(body.account, name))
  if ('groups' in body || 'trustPolicy' in body) references.add(reference.principal(body.uniqueId))
  if ('profileName' in body && body.roleName !== undefined) references.add(reference.role(body.account, body.roleName))
  if ('serialNumber' in body) {
    references.add(reference.mfaDevices(body.account, body.enabled === undefined ? 'Unassigned' : 'Assigned'))
    if (body.enabled !== undefined) references.add(reference.mfaDevicesOf(body.enabled.holder))
  }
  if ('versions' in body) {
    for (const index of body.versions.keys()) references.add(reference.policyVersion(body.account, index + 1))
  }
  return [...references]
}

/** The change that creates or replaces a record. */
export function put<Kind extends RecordKind>(
  kind: Kind,
  key: string,
  account: string,
  body: RecordBodies[Kind],
  sealedUnder?: string,
): { readonly put: DirectoryRecord } {
  const record = { kind, key, account, body: JSON.stringify(body), refersTo: referencesOf(body) }
  return { put: sealedUnder === undefined ? record : { ...record, sealedUnder } }
}

/** The body of a record. It was written by {@link put}, so its shape is the one of its kind. */
export function bodyOf<Kind extends RecordKind>(record: DirectoryRecord & { readonly kind: Kind }): RecordBodies[Kind] {
  return JSON.parse(record.body)
}
