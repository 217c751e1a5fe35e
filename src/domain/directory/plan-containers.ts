import { type AccountId, parseArn } from '../../model/index.ts'
import type { DesiredPodIdentityAssociation, DesiredTask } from './desired-containers.ts'
import type { DesiredPath } from './mistakes.ts'
import type { Plan } from './plan.ts'
import { podIdentityKey } from './record-keys.ts'
import { CONTAINER_QUOTAS, RULES } from './rules.ts'

/** Of partitions that have none of their own here. */
const HOME_REGIONS: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
}

/** Plans a task; when it was started is kept. */
export async function planTask(plan: Plan, at: DesiredPath, account: AccountId, desired: DesiredTask): Promise<void> {
  const { TaskId: id, TaskRoleArn: taskRoleArn, Cluster: cluster, Family: family, Revision: revision } = desired
  plan.check([...at, 'TaskId'], id, RULES.taskId)
  const existing = await plan.stored('task', id)
  if (existing !== undefined && existing.account !== account) {
    plan.mistake([...at, 'TaskId'], `"${id}" belongs to another account`)
  }
  if (!plan.claim('task', id)) plan.mistake([...at, 'TaskId'], `"${id}" stands here twice`)
  if (taskRoleArn !== undefined) await checkRole(plan, [...at, 'TaskRoleArn'], account, taskRoleArn)
  plan.check([...at, 'Cluster'], cluster, RULES.containerName)
  plan.check([...at, 'Family'], family, RULES.containerName)
  if (!Number.isInteger(revision) || revision < 1) plan.mistake([...at, 'Revision'], 'must be a whole number from 1')
  const region = planRegion(plan, [...at, 'Region'], desired.Region)
  const containers = planTaskContainers(plan, [...at, 'Containers'], desired)
  const startedAt = existing?.startedAt ?? plan.parts.now
  plan.put('task', id, account, { id, account, region, cluster, family, revision, taskRoleArn, containers, startedAt })
}

/** Plans which role the pods of a service account take on. */
export async function planPodIdentityAssociation(
  plan: Plan,
  at: DesiredPath,
  account: AccountId,
  desired: DesiredPodIdentityAssociation,
): Promise<void> {
  const { ClusterName: clusterName, Namespace: namespace, ServiceAccount: serviceAccount, RoleArn: roleArn } = desired
  plan.check([...at, 'ClusterName'], clusterName, RULES.eksClusterName)
  plan.check([...at, 'Namespace'], namespace, RULES.kubernetesLabel)
  plan.check([...at, 'ServiceAccount'], serviceAccount, RULES.kubernetesName)
  await checkRole(plan, [...at, 'RoleArn'], account, roleArn)
  const region = planRegion(plan, [...at, 'Region'], desired.Region)
  const body = { account, region, clusterName, namespace, serviceAccount, roleArn }
  const key = podIdentityKey(body)
  if (!plan.claim('pod-identity-association', key)) {
    plan.mistake(at, `${namespace}/${serviceAccount} of the cluster ${clusterName} stands here twice`)
  }
  plan.put('pod-identity-association', key, account, body)
}

function planTaskContainers(plan: Plan, at: DesiredPath, { Containers }: DesiredTask) {
  if (Containers.length === 0 || Containers.length > CONTAINER_QUOTAS.perTask) {
    plan.mistake(at, `a task has 1 to ${CONTAINER_QUOTAS.perTask} containers`)
  }
  const seen = new Set<string>()
  return Containers.map(({ Name: name, Image: image }, index) => {
    plan.check([...at, index, 'Name'], name, RULES.containerName)
    plan.check([...at, index, 'Image'], image, RULES.line)
    if (seen.has(name)) plan.mistake([...at, index, 'Name'], `"${name}" stands here twice`)
    seen.add(name)
    return { name, image }
  })
}

/** ECS and EKS take a role of the same account: whoever passes it needs iam:PassRole there. */
async function checkRole(plan: Plan, at: DesiredPath, account: AccountId, arn: string): Promise<void> {
  const named = parseArn(arn)
  const isOwnRole = named?.account === account && named.service === 'iam' && named.resource.startsWith('role/')
  if (isOwnRole && (await plan.uniqueIdOf(arn)) !== undefined) return
  plan.mistake(at, `account ${account} has no role "${arn}"`)
}

/** The region that is named, or the one where what names none is. */
export function planRegion(plan: Plan, at: DesiredPath, named: string | undefined): string {
  const region = named ?? HOME_REGIONS[plan.parts.directory.partition] ?? ''
  plan.check(at, region, RULES.region)
  return region
}
