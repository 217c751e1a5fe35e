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
