import { type AccountId, parseArn, type ServiceAccount } from '../../model/index.ts'
import type { DesiredCluster, DesiredServiceAccount } from './desired-containers.ts'
import type { DesiredPath } from './mistakes.ts'
import type { Plan } from './plan.ts'
import { planRegion } from './plan-containers.ts'
import { clusterKey } from './record-keys.ts'
import { CONTAINER_QUOTAS, RULES } from './rules.ts'

/** Plans a cluster; its keys are kept, and so is who its service accounts are. */
export async function planCluster(
  plan: Plan,
  at: DesiredPath,
  account: AccountId,
  desired: DesiredCluster,
): Promise<void> {
  const { Name: clusterName } = desired
  plan.check([...at, 'Name'], clusterName, RULES.eksClusterName)
  const region = planRegion(plan, [...at, 'Region'], desired.Region)
  const place = { account, region, clusterName }
  const key = clusterKey(place)
  if (!plan.claim('cluster', key)) plan.mistake([...at, 'Name'], `"${clusterName}" stands here twice`)
  const existing = await plan.stored('cluster', key)
  const known = new Map(existing?.serviceAccounts.map((each) => [nameOf(each), each.uid]))
  const listed = desired.ServiceAccounts
  const { perCluster } = CONTAINER_QUOTAS
  if (listed.length > perCluster) plan.mistake([...at, 'ServiceAccounts'], `a cluster has at most ${perCluster} here`)
  const seen = new Set<string>()
  const serviceAccounts = listed.map((each, index) => {
    const read = planServiceAccount(plan, [...at, 'ServiceAccounts', index], each)
    const name = nameOf(read)
    if (seen.has(name)) plan.mistake([...at, 'ServiceAccounts', index], `${name} stands here twice`)
    seen.add(name)
    return { ...read, uid: known.get(name) ?? plan.parts.random.uuid() }
  })
  const issuerId = existing?.issuerId ?? plan.parts.random.uuid()
  plan.put('cluster', key, account, { ...place, issuerId, serviceAccounts })
}

function planServiceAccount(plan: Plan, at: DesiredPath, desired: DesiredServiceAccount): Omit<ServiceAccount, 'uid'> {
  const { Namespace: namespace, Name: name, RoleArn: roleArn } = desired
  plan.check([...at, 'Namespace'], namespace, RULES.kubernetesLabel)
  plan.check([...at, 'Name'], name, RULES.kubernetesName)
  const named = parseArn(roleArn)
  // An annotation: the role may be of another account, and may be made later.
  if (named?.service !== 'iam' || !named.resource.startsWith('role/')) {
    plan.mistake([...at, 'RoleArn'], `"${roleArn}" must be the ARN of a role`)
  }
  return { namespace, name, roleArn }
}

function nameOf({ namespace, name }: Pick<ServiceAccount, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`
}
