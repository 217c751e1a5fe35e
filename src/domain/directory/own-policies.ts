import { type CompiledPolicy, compilePolicy, parsePolicy } from '../../engines/policy/index.ts'
import type { AccountCaller, AccountId } from '../../model/index.ts'
import type { AccountBody } from './records.ts'
import type { GroupView, ManagedPolicyView, RoleView, UserView } from './views.ts'

/** The policies of a principal itself, whatever its session. */
export interface OwnPolicies {
  readonly identity: readonly CompiledPolicy[]
  readonly boundary: CompiledPolicy | undefined
}

/** Where principals and their policies are found. */
interface PolicySource {
  account(id: string): Promise<AccountBody | undefined>
  user(account: AccountId, userName: string): Promise<UserView | undefined>
  group(account: AccountId, groupName: string): Promise<GroupView | undefined>
  role(arn: string): Promise<RoleView | undefined>
  managedPolicy(arn: string): Promise<ManagedPolicyView | undefined>
}

/** Stands for a boundary that cannot be resolved: it allows nothing. */
const ALLOWS_NOTHING = compilePolicy(parsePolicy('{"Version":"2012-10-17","Statement":[]}'), {
  kind: 'boundary',
  name: 'missing-boundary',
})
const ALLOWS_EVERYTHING = compilePolicy(
  parsePolicy('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'),
  { kind: 'identity', name: 'root' },
)

/** What an account's password policy can grant to all its users. Both actions are about nobody but who asks. */
const OWN_PASSWORD = compilePolicy(
  parsePolicy(
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ChangePassword","iam:GetAccountPasswordPolicy"],"Resource":"*"}]}',
  ),
  { kind: 'identity', name: 'account-password-policy' },
)

/** Root has none, and needs none. */
const NO_POLICIES: OwnPolicies = Object.freeze({ identity: [], boundary: undefined })
/** Of a principal that is not there any more, or whose policies are not all there: what is missing may have denied. */
const GONE: OwnPolicies = Object.freeze({ identity: [], boundary: ALLOWS_NOTHING })

/** The policies of whoever a caller is: inline, attached, and of the groups; and the boundary. */
export async function ownPolicies(caller: AccountCaller, source: PolicySource): Promise<OwnPolicies> {
  switch (caller.kind) {
    case 'root':
      return NO_POLICIES
    case 'user':
      return await ofUser(caller.account, caller, source)
    case 'assumed-role': {
      const role = await source.role(caller.principalArn)
      return role?.uniqueId === caller.uniqueId ? await ofPrincipal(role, source) : GONE
    }
    case 'federated-user':
      // What root asked for is limited by nothing but the session policies.
      if (caller.issuer === undefined) return { identity: [ALLOWS_EVERYTHING], boundary: undefined }
      return await ofUser(caller.account, caller.issuer, source)
  }
}

async function ofUser(
  account: AccountId,
  { userName, uniqueId }: Pick<UserView, 'userName' | 'uniqueId'>,
  source: PolicySource,
): Promise<OwnPolicies> {
  const user = await source.user(account, userName)
  if (user?.uniqueId !== uniqueId) return GONE
  const policy = (await source.account(account))?.passwordPolicy
  return await ofPrincipal(user, source, policy?.allowUsersToChangePassword ? OWN_PASSWORD : undefined)
}

async function ofPrincipal(
  principal: UserView | RoleView,
  source: PolicySource,
  granted?: CompiledPolicy,
): Promise<OwnPolicies> {
  const identity = [...principal.compiledPolicies]
  if (granted !== undefined) identity.push(granted)
  if (!(await addManaged(identity, principal.managedPolicyArns, source))) return GONE
  if ('groups' in principal) {
    for (const groupName of principal.groups) {
      const group = await source.group(principal.account, groupName)
      if (group === undefined) return GONE
      for (const policy of group.compiledPolicies) identity.push(policy)
      if (!(await addManaged(identity, group.managedPolicyArns, source))) return GONE
    }
  }
  const boundaryArn = principal.permissionsBoundary
  if (boundaryArn === undefined) return { identity, boundary: undefined }
  return { identity, boundary: (await source.managedPolicy(boundaryArn))?.boundary ?? ALLOWS_NOTHING }
}

/** False when one of them is gone. */
async function addManaged(into: CompiledPolicy[], arns: readonly string[], source: PolicySource): Promise<boolean> {
  for (const arn of arns) {
    const managed = await source.managedPolicy(arn)
    if (managed === undefined) return false
    into.push(managed.policy)
  }
  return true
}
