/** A task of ECS. */
export interface DesiredTask {
  readonly TaskId: string
  readonly TaskRoleArn?: string | undefined
  readonly Cluster: string
  readonly Family: string
  readonly Revision: number
  readonly Region?: string | undefined
  readonly Containers: readonly { readonly Name: string; readonly Image: string }[]
}

/** A service account of a cluster, annotated with a role. */
export interface DesiredServiceAccount {
  readonly Namespace: string
  readonly Name: string
  readonly RoleArn: string
}

/** A cluster of EKS that vouches for its pods. */
export interface DesiredCluster {
  readonly Name: string
  readonly Region?: string | undefined
  readonly ServiceAccounts: readonly DesiredServiceAccount[]
}

/**
 * Which role the pods of a service account take on.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-eks-podidentityassociation.html
 */
export interface DesiredPodIdentityAssociation {
  readonly ClusterName: string
  readonly Namespace: string
  readonly ServiceAccount: string
  readonly RoleArn: string
  readonly Region?: string | undefined
}
