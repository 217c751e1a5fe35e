import type { ClusterPlace, Pod } from './container.ts'

/** A service account of Kubernetes that names a role: its pods take that on by what their cluster says of them. */
export interface ServiceAccount {
  readonly namespace: string
  readonly name: string
  /** Another one of the same name has another. */
  readonly uid: string
  /** What it is annotated with: of whatever account, whether or not there is such a role. */
  readonly roleArn: string
}

/**
 * A cluster of EKS as an issuer of tokens.
 * @see https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
 */
export interface Cluster extends ClusterPlace {
  /** A random UUID that its keys are made of: a cluster that is made again has others. */
  readonly issuerId: string
  readonly serviceAccounts: readonly ServiceAccount[]
}

/** A pod of a service account that names a role, in which cluster it runs, and for how long that vouches for it. */
export interface ServiceAccountOrder {
  readonly cluster: Cluster
  readonly serviceAccount: ServiceAccount
  readonly pod: Pick<Pod, 'podName' | 'podUid'>
}
