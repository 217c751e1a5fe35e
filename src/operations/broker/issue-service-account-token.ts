import { findServiceAccount, serviceAccountsIn } from '../../domain/directory/index.ts'
import {
  type Cluster,
  type EpochMillis,
  epochMillis,
  isoSeconds,
  type Pod,
  type Secret,
  type ServiceAccount,
} from '../../model/index.ts'
import { type BrokerParts, defineOperatorOperation } from '../../pipeline/index.ts'
import { newPod } from './new-pod.ts'

/** Whose token is wanted. */
export interface IssueServiceAccountTokenInput {
  /** `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`, or `pod/ACCOUNT/REGION/CLUSTER/NAMESPACE/SERVICEACCOUNT`. */
  readonly name: string
  /** The pod that it is for; a new one when left out. */
  readonly pod?: Pick<Pod, 'podName' | 'podUid'>
}

/** A token that a cluster projects into a pod, and whose it is. */
export interface ServiceAccountToken {
  readonly cluster: Cluster
  readonly serviceAccount: ServiceAccount
  readonly pod: Pick<Pod, 'podName' | 'podUid'>
  readonly token: Secret
  readonly issuedAt: EpochMillis
  readonly expiresAt: EpochMillis
}

/** As EKS asks of Kubernetes. @see https://github.com/aws/amazon-eks-pod-identity-webhook */
const LIFETIME_MS = 24 * 3_600_000

/** Issues what a pod shows to STS: a token of a service account that names a role, signed by its cluster, for 24 hours. */
export const issueServiceAccountToken = defineOperatorOperation<IssueServiceAccountTokenInput, ServiceAccountToken>({
  action: 'rolecall:IssueServiceAccountToken',
  grants: true,
  requires: () => [{ action: 'rolecall:IssueServiceAccountToken', resource: '*' }],

  async perform({ input, facts: { now } }, { directory, clusterIssuers, random }: BrokerParts) {
    const { cluster, serviceAccount } = findServiceAccount(input.name, await serviceAccountsIn(directory))
    const { pod = newPod(serviceAccount.name, random) } = input
    const times = { issuedAt: now, expiresAt: epochMillis(now + LIFETIME_MS) }
    const token = await clusterIssuers.sign({ cluster, serviceAccount, pod }, times)
    return { cluster, serviceAccount, pod, token, ...times }
  },

  details: ({ name }, output) => ({
    requestParameters: { serviceAccount: name },
    responseElements: output && {
      podUid: output.pod.podUid,
      roleArn: output.serviceAccount.roleArn,
      expiration: isoSeconds(output.expiresAt),
    },
  }),
})
