import { hash } from 'node:crypto'
import type { AccountId } from '../../model/index.ts'
import type {
  DesiredMember,
  DesiredOrganization,
  DesiredPolicy,
  DesiredRoot,
  DesiredUnit,
} from './desired-directory.ts'
import type { DesiredPath } from './mistakes.ts'
import type { Plan } from './plan.ts'
import { planPolicies } from './plan-policies.ts'
import { ORGANIZATION_KEY } from './record-keys.ts'
import type { ControlPolicies, OrganizationMember, OrganizationNode } from './records.ts'
import { QUOTAS, RULES } from './rules.ts'

/** Plans the organization: replaced as a whole, because what stands nowhere in it has left it. */
export async function planOrganization(plan: Plan, at: DesiredPath, desired: DesiredOrganization): Promise<void> {
  const existing = await plan.stored('organization', ORGANIZATION_KEY)
  const id = desired.Id ?? existing?.id ?? organizationId(desired.ManagementAccountId)
  plan.check([...at, 'Id'], id, RULES.organizationId)
  const [root, ...more] = desired.Roots
  if (root === undefined || more.length > 0)
    return plan.mistake([...at, 'Roots'], 'an organization has exactly one root')
  const placed = new Set<string>()
  const management = desired.ManagementAccountId
  const node = await planRoot(plan, [...at, 'Roots', 0], root, placed)
  if (!placed.has(management)) {
    plan.mistake([...at, 'ManagementAccountId'], `account ${management} stands nowhere in the organization`)
  }
  if (existing !== undefined && existing.managementAccount !== management) {
    plan.mistake(
      [...at, 'ManagementAccountId'],
      `an organization keeps its management account, which is ${existing.managementAccount}`,
    )
  }
  const managementAccount = management as AccountId
  plan.put('organization', ORGANIZATION_KEY, management, { id, managementAccount, root: node })
}

async function planRoot(
  plan: Plan,
  at: DesiredPath,
  desired: DesiredRoot,
  placed: Set<string>,
): Promise<OrganizationNode> {
  plan.check([...at, 'Id'], desired.Id, RULES.rootId)
  return await planNode(plan, at, { ...desired, Name: 'Root', Id: desired.Id }, placed, 0)
}

async function planNode(
  plan: Plan,
  at: DesiredPath,
  desired: DesiredUnit & { readonly Id: string },
  placed: Set<string>,
  depth: number,
): Promise<OrganizationNode> {
  const members: OrganizationMember[] = []
  for (const [index, member] of desired.Accounts.entries()) {
    members.push(await planMember(plan, [...at, 'Accounts', index], member, placed))
  }
  const units: OrganizationNode[] = []
  if (depth === QUOTAS.unitDepth && desired.OrganizationalUnits.length > 0) {
    plan.mistake([...at, 'OrganizationalUnits'], `units nest at most ${QUOTAS.unitDepth} deep`)
    return { id: desired.Id, name: desired.Name, controls: planControls(plan, at, desired), members, units }
  }
  for (const [index, unit] of desired.OrganizationalUnits.entries()) {
    const here = [...at, 'OrganizationalUnits', index]
    const id = unit.Id ?? unitId(desired.Id, unit.Name)
    plan.check([...here, 'Id'], id, RULES.unitId)
    plan.check([...here, 'Name'], unit.Name, RULES.unitName)
    units.push(await planNode(plan, here, { ...unit, Id: id }, placed, depth + 1))
  }
  return { id: desired.Id, name: desired.Name, controls: planControls(plan, at, desired), members, units }
}

async function planMember(
  plan: Plan,
  at: DesiredPath,
  desired: DesiredMember,
  placed: Set<string>,
): Promise<OrganizationMember> {
  if (!(await plan.hasAccount(desired.Id))) plan.mistake(at, `there is no account ${desired.Id}`)
  if (placed.has(desired.Id)) plan.mistake(at, `account ${desired.Id} stands here twice`)
  placed.add(desired.Id)
  return { account: desired.Id as AccountId, controls: planControls(plan, at, desired) }
}

interface DesiredControls {
  readonly ServiceControlPolicies: readonly DesiredPolicy[]
  readonly ResourceControlPolicies: readonly DesiredPolicy[]
}

function planControls(plan: Plan, at: DesiredPath, desired: DesiredControls): ControlPolicies {
  const { scpSize, rcpSize, scpsPerNode, rcpsPerNode } = QUOTAS
  const service = [...at, 'ServiceControlPolicies']
  const resource = [...at, 'ResourceControlPolicies']
  if (desired.ServiceControlPolicies.length > scpsPerNode)
    plan.mistake(service, `at most ${scpsPerNode} can be attached`)
  if (desired.ResourceControlPolicies.length > rcpsPerNode)
    plan.mistake(resource, `at most ${rcpsPerNode} can be attached`)
  return {
    service: planPolicies(plan, service, desired.ServiceControlPolicies, 'scp', scpSize),
    resource: planPolicies(plan, resource, desired.ResourceControlPolicies, 'rcp', rcpSize),
  }
}

/** The same each time a file is applied: policies may name it by `aws:PrincipalOrgID`. */
function organizationId(managementAccount: string): string {
  return `o-${hash('sha256', managementAccount).slice(0, 10)}`
}

/** The same place has the same id each time a file is applied: policies may name it by `aws:PrincipalOrgPaths`. */
function unitId(parent: string, name: string): string {
  const root = parent.replace(/^(?:r|ou)-/, '').split('-')[0] ?? ''
  return `ou-${root}-${hash('sha256', `${parent}/${name}`).slice(0, 8)}`
}
