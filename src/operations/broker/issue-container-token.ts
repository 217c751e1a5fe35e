import { ServiceAccountTokens, TaskTokens } from '../../domain/containers/index.ts'
import type { Directory } from '../../domain/directory/index.ts'
import {
  type EpochMillis,
  epochMillis,
  machineOfPod,
  NoSuchEntity,
  type Pod,
  podInFull,
  Secret,
  type Task,
} from '../../model/index.ts'
import { type BrokerParts, defineOperatorOperation } from '../../pipeline/index.ts'
import { newPod } from './new-pod.ts'

/** Whose token is wanted. */
export interface IssueContainerTokenInput {
  /** `task/ID`, `task/ID/CONTAINER` `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`, or `pod/ACCOUNT/REGION/CLUSTER/NAMESPACE/SERVICEACCOUNT`. */
  readonly container: string
}

/** A token, and whose it is. */
export type ContainerToken =
  | { readonly task: Task; readonly containerName: string; readonly token: Secret }
  | { readonly pod: Pod; readonly token: Secret; readonly expiresAt: EpochMillis }

/** As EKS asks of Kubernetes. */
const TOKEN_LIFETIME_MS = 24 * 3_600_000

/**
 * Issues what a container shows to get its credentials: for a task the token that it has as long as it lives, for a
 * service account one of a new pod, good for 24 hours.
 */
export const issueContainerToken = defineOperatorOperation<IssueContainerTokenInput, ContainerToken>({
  action: 'rolecall:IssueContainerToken',
  grants: true,
  requires: () => [{ action: 'rolecall:IssueContainerToken', resource: '*' }],

  async perform({ input, facts: { now } }, broker) {
    const [kind, ...names] = input.container.split('/')
    return kind === 'task' ? await forTask(names, broker) : await forPod(input.container, now, broker)
  },

  details: ({ container }, output) => ({
    requestParameters: { container },
    responseElements: output && ('pod' in output ? { podUid: output.pod.podUid } : { taskId: output.task.id }),
  }),
})

async function forTask([id = '', name]: readonly string[], { directory, keyring }: BrokerParts) {
  const task = await directory.task(id)
  if (task === undefined) throw new NoSuchEntity(`There is no task ${id}: Tasks of a directory file name them.`)
  const container = name === undefined ? task.containers[0] : task.containers.find((each) => each.name === name)
  if (container === undefined) throw new NoSuchEntity(`The task ${id} has no container ${name}.`)
  return { task, containerName: container.name, token: new Secret(new TaskTokens({ keyring }).issue(task)) }
}

async function forPod(name: string, now: EpochMillis, { directory, keyring, random }: BrokerParts) {
  const association = await findAssociation(name, directory)
  const { roleArn: _, ...place } = association
  const pod = { ...place, ...newPod(place.serviceAccount, random) }
  const expiresAt = epochMillis(now + TOKEN_LIFETIME_MS)
  const tokens = new ServiceAccountTokens({ keyring, random, partition: directory.partition })
  return { pod, expiresAt, token: new Secret(tokens.issue(pod, now, expiresAt)) }
}

async function findAssociation(name: string, directory: Directory) {
  const found = (await directory.records.bodies('pod-identity-association')).filter(
    (each) => machineOfPod(each) === name || podInFull(each) === name,
  )
  const [only, another] = found
  if (only === undefined) {
    throw new NoSuchEntity(
      `There is no pod identity association for ${name}: PodIdentityAssociations of a directory file name them, as pod/CLUSTER/NAMESPACE/SERVICEACCOUNT.`,
    )
  }
  if (another === undefined) return only
  throw new NoSuchEntity(
    `Several clusters are called ${only.clusterName} and have that service account: say which, ${found.map(podInFull).join(' or ')}.`,
  )
}
