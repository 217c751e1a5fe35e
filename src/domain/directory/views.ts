import { hash } from 'node:crypto'
import { type CompiledPolicy, compilePolicy, type PolicyKind, parsePolicy } from '../../engines/policy/index.ts'
import { type EpochMillis, iamArn, type Secret, type Tag } from '../../model/index.ts'
import type { AccessKeyBody, GroupBody, InlinePolicy, RoleBody, UserBody } from './records.ts'
import { sessionsRevokedBefore } from './revoking-policy.ts'

/** A user, its inline policies compiled. */
export interface UserView extends UserBody {
  readonly arn: string
  readonly compiledPolicies: readonly CompiledPolicy[]
}

/** A group, its inline policies compiled. */
export interface GroupView extends GroupBody {
  readonly arn: string
  readonly compiledPolicies: readonly CompiledPolicy[]
}

/** A role, its trust policy and inline policies compiled. */
export interface RoleView extends RoleBody {
  readonly arn: string
  readonly trust: CompiledPolicy
  readonly compiledPolicies: readonly CompiledPolicy[]
  /** Sessions that were issued before this are denied everything: AWS's own policy to revoke them says so. */
  readonly sessionsRevokedBefore: EpochMillis
}

/** A managed policy, compiled for each of its uses. */
export interface ManagedPolicyView {
  readonly arn: string
  readonly tags: readonly Tag[]
  /** Of its text: sessions remember what a policy said when it limited them. */
  readonly fingerprint: string
  readonly policy: CompiledPolicy
  readonly boundary: CompiledPolicy
  readonly session: CompiledPolicy
}

/** A long-term access key, its secret opened. */
export interface AccessKeyView extends Omit<AccessKeyBody, 'sealedSecret'> {
  readonly secretAccessKey: Secret
}

/** 96 bits: nobody finds another text with the same, and it is sealed into tokens, where room is short. */
const FINGERPRINT_LENGTH = 16

/** Compiles what a user record says. */
export function viewUser(partition: string, body: UserBody): UserView {
  const arn = iamArn(partition, body.account, 'user', body.path, body.userName)
  return { ...body, arn, compiledPolicies: compileInline(arn, body.policies) }
}

/** Compiles what a group record says. */
export function viewGroup(partition: string, body: GroupBody): GroupView {
  const arn = iamArn(partition, body.account, 'group', body.path, body.groupName)
  return { ...body, arn, compiledPolicies: compileInline(arn, body.policies) }
}

/** Compiles what a role record says. */
export function viewRole(partition: string, body: RoleBody): RoleView {
  const arn = iamArn(partition, body.account, 'role', body.path, body.roleName)
  const trust = compilePolicy(parsePolicy(body.trustPolicy), {
    kind: 'trust',
    name: arn,
    principalIds: new Map(Object.entries(body.trustedIds)),
  })
  return {
    ...body,
    arn,
    trust,
    compiledPolicies: compileInline(arn, body.policies),
    sessionsRevokedBefore: sessionsRevokedBefore(body.policies),
  }
}

/** Compiles a managed policy. */
export function viewManagedPolicy(arn: string, document: string, tags: readonly Tag[]): ManagedPolicyView {
  // Read again for each use: the parsed document is larger than what is compiled of it.
  const compiledAs = (kind: PolicyKind) => compilePolicy(parsePolicy(document), { kind, name: arn })
  let boundary: CompiledPolicy | undefined
  let session: CompiledPolicy | undefined
  return {
    arn,
    tags,
    fingerprint: hash('sha256', document, 'base64url').slice(0, FINGERPRINT_LENGTH),
    policy: compiledAs('identity'),
    // A policy is seldom attached in more than one way.
    get boundary() {
      boundary ??= compiledAs('boundary')
      return boundary
    },
    get session() {
      session ??= compiledAs('session')
      return session
    },
  }
}

function compileInline(owner: string, policies: readonly InlinePolicy[]): readonly CompiledPolicy[] {
  return policies.map(({ name, document }) =>
    compilePolicy(parsePolicy(document), { kind: 'identity', name: `${owner}/${name}` }),
  )
}
