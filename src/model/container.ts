import type { AccountId } from './account-id.ts'
import type { EpochMillis } from './epoch-millis.ts'

/** A container of a task. */
export interface TaskContainer {
  readonly name: string
  readonly image: string
}

/** A task of ECS as far as its endpoints tell of it. Nothing runs in it: programs that ask stand for it. */
export interface Task {
  /** 32 hexadecimal digits. */
  readonly id: string
  readonly account: AccountId
  readonly region: string
  /** The name of its cluster. */
  readonly cluster: string
  /** The task definition it was started from, and the how-manieth of it. */
  readonly family: string
  readonly revision: number
  /** The role of its containers; without one there are no credentials. */
  readonly taskRoleArn: string | undefined
  /** At least one. */
  readonly containers: readonly TaskContainer[]
  readonly startedAt: EpochMillis
}

/** Where a cluster of EKS is, and what it is called there. */
export interface ClusterPlace {
  readonly account: AccountId
  readonly region: string
  readonly clusterName: string
}

/**
 * Which role the pods of a service account take on in a cluster.
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_PodIdentityAssociation.html
 */
export interface PodIdentityAssociation extends ClusterPlace {
  readonly namespace: string
  readonly serviceAccount: string
  readonly roleArn: string
}

/** A pod that a cluster vouches for with a service account token. */
export interface Pod extends Omit<PodIdentityAssociation, 'roleArn'> {
  readonly podName: string
  readonly podUid: string
}

/** The ARN of a task. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html#ecs-resource-ids */
export function taskArn(partition: string, { region, account, cluster, id }: Task): string {
  return `arn:${partition}:ecs:${region}:${account}:task/${cluster}/${id}`
}

/** The ARN of a cluster of EKS. */
export function eksClusterArn(partition: string, { region, account, clusterName }: ClusterPlace): string {
  return `arn:${partition}:eks:${region}:${account}:cluster/${clusterName}`
}

/** What a task is called wherever instances, tasks and pods are named alike. */
export function machineOfTask(id: string): string {
  return `task/${id}`
}

/** What the pods of a service account are called there. */
export function machineOfPod({
  clusterName,
  namespace,
  serviceAccount,
}: Pick<PodIdentityAssociation, 'clusterName' | 'namespace' | 'serviceAccount'>): string {
  return `pod/${clusterName}/${namespace}/${serviceAccount}`
}

/** What they are called where several clusters have one name: `pod/ACCOUNT/REGION/CLUSTER/NAMESPACE/SERVICEACCOUNT`. */
export function podInFull({
  account,
  region,
  clusterName,
  namespace,
  serviceAccount,
}: Omit<PodIdentityAssociation, 'roleArn'>): string {
  return `pod/${account}/${region}/${clusterName}/${namespace}/${serviceAccount}`
}
