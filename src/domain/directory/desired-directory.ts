import type { DesiredCluster, DesiredPodIdentityAssociation, DesiredTask } from './desired-containers.ts'
import type { DesiredInstance, DesiredInstanceProfile } from './desired-instances.ts'

/**
 * What a directory is to hold, in CloudFormation's property names. Policy documents are JSON text.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_IAM.html
 */
export interface DesiredDirectory {
  readonly Organization?: DesiredOrganization | undefined
  readonly Accounts: readonly DesiredAccount[]
}

/**
 * The organization that accounts belong to.
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_getting-started_concepts.html
 */
export interface DesiredOrganization {
  /** `o-...`; made when left out. */
  readonly Id?: string | undefined
  readonly ManagementAccountId: string
  /** Exactly one, as at AWS. */
  readonly Roots: readonly DesiredRoot[]
}

interface DesiredControls {
  /** None: AWS's `FullAWSAccess`. */
  readonly ServiceControlPolicies: readonly DesiredPolicy[]
  readonly ResourceControlPolicies: readonly DesiredPolicy[]
}

/** The root of an organization. */
export interface DesiredRoot extends DesiredControls {
  readonly Id: string
  readonly Accounts: readonly DesiredMember[]
  readonly OrganizationalUnits: readonly DesiredUnit[]
}

/** An organizational unit. */
export interface DesiredUnit extends DesiredControls {
  /** `ou-...`; made of its place when left out. */
  readonly Id?: string | undefined
  readonly Name: string
  readonly Accounts: readonly DesiredMember[]
  readonly OrganizationalUnits: readonly DesiredUnit[]
}

/** An account in an organization. */
export interface DesiredMember extends DesiredControls {
  readonly Id: string
}

/** An account and what is in it. */
export interface DesiredAccount {
  readonly Id: string
  readonly Alias?: string | undefined
  readonly Root?: DesiredRootUser | undefined
  /** Whether the account vouches outside for its principals; left out: as it is. */
  readonly OutboundWebIdentityFederation?: boolean | undefined
  readonly Users: readonly DesiredUser[]
  readonly Groups: readonly DesiredGroup[]
  readonly ManagedPolicies: readonly DesiredManagedPolicy[]
  readonly Roles: readonly DesiredRole[]
  readonly InstanceProfiles: readonly DesiredInstanceProfile[]
  readonly Instances: readonly DesiredInstance[]
  readonly Tasks: readonly DesiredTask[]
  readonly PodIdentityAssociations: readonly DesiredPodIdentityAssociation[]
  readonly Clusters: readonly DesiredCluster[]
  readonly OIDCProviders: readonly DesiredOidcProvider[]
  readonly SAMLProviders: readonly DesiredSamlProvider[]
}

/** What the root user of an account proves itself with. */
interface DesiredRootUser {
  /** Left out: the password it has, if any. */
  readonly LoginProfile?: DesiredRootLoginProfile | undefined
  /** Left out: those it has. */
  readonly AccessKeys?: readonly DesiredAccessKey[] | undefined
  /** Left out: those it has. */
  readonly VirtualMFADevices?: readonly DesiredMfaDevice[] | undefined
}

/**
 * An OpenID Connect provider.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-oidcprovider.html
 */
export interface DesiredOidcProvider {
  /** As its tokens have it in `iss`. */
  readonly Url: string
  readonly ClientIdList: readonly string[]
  readonly ThumbprintList: readonly string[]
  readonly Tags: readonly DesiredTag[]
  /** Its keys, as JSON: then they are not fetched. */
  readonly Jwks?: string | undefined
}

/**
 * A SAML provider.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-samlprovider.html
 */
export interface DesiredSamlProvider {
  readonly Name: string
  /** The document itself. */
  readonly SamlMetadataDocument: string
  readonly Tags: readonly DesiredTag[]
  /** Whether an assertion can be exchanged once in all: CloudFormation has no such thing. */
  readonly SingleUse: boolean
  /** Whether only answers to sign-ins that were asked for here are taken. */
  readonly SpInitiatedOnly: boolean
}

/** A long-term access key. What is left out is generated. */
export interface DesiredAccessKey {
  readonly AccessKeyId?: string | undefined
  readonly SecretAccessKey?: string | undefined
  /** Left out: as it is, and active when it is new. */
  readonly Status?: 'Active' | 'Inactive' | undefined
}

/** An MFA device that is enabled: a virtual one, or a hardware one whose seed is known. */
export interface DesiredMfaDevice {
  readonly SerialNumber: string
  /** Left out: the one it has. */
  readonly Base32StringSeed?: string | undefined
}

/** What a root user signs in with. Nobody else can set it, so none is asked to replace it. */
export interface DesiredRootLoginProfile {
  readonly Password: string
}

/** What a user signs in with. */
export interface DesiredLoginProfile {
  readonly Password: string
  readonly PasswordResetRequired: boolean
}

/** A policy inside its user, group or role. */
export interface DesiredPolicy {
  readonly PolicyName: string
  readonly PolicyDocument: string
}

/** A tag of a user, role or provider. */
export interface DesiredTag {
  readonly Key: string
  readonly Value: string
}

interface DesiredIdentity {
  readonly Path: string
  readonly ManagedPolicyArns: readonly string[]
  readonly Policies: readonly DesiredPolicy[]
}

/** A user. */
export interface DesiredUser extends DesiredIdentity {
  readonly UserName: string
  readonly Groups: readonly string[]
  readonly PermissionsBoundary?: string | undefined
  readonly Tags: readonly DesiredTag[]
  /** Left out: the one it has, if it has one. */
  readonly LoginProfile?: DesiredLoginProfile | undefined
  /** Left out: those it has. */
  readonly AccessKeys?: readonly DesiredAccessKey[] | undefined
  /** Left out: those they have. */
  readonly VirtualMFADevices?: readonly DesiredMfaDevice[] | undefined
}

/** A group. */
export interface DesiredGroup extends DesiredIdentity {
  readonly GroupName: string
}

/** A customer managed policy. */
export interface DesiredManagedPolicy {
  readonly ManagedPolicyName: string
  readonly Path: string
  readonly Description?: string | undefined
  readonly PolicyDocument: string
}

/** A role. */
export interface DesiredRole extends DesiredIdentity {
  readonly RoleName: string
  readonly Description?: string | undefined
  readonly AssumeRolePolicyDocument: string
  /** Seconds. */
  readonly MaxSessionDuration: number
  readonly PermissionsBoundary?: string | undefined
  readonly Tags: readonly DesiredTag[]
}
