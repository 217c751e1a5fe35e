import { taskDocument } from '../domain/containers/index.ts'
import { NoSuchEntity, ValidationError } from '../model/index.ts'
import { issueContainerToken } from '../operations/broker/index.ts'
import type { InstanceAddress } from './instance-listeners.ts'
import type { PreparedNode } from './prepare-node.ts'

/** Where a node answers, and for which instances. */
interface Places {
  readonly node: Pick<PreparedNode, 'operate' | 'broker'>
  /** Of the API. */
  readonly endpoint: string
  /** Of the metadata listener: containers ask there, too. */
  readonly metadata: string
  readonly instances: readonly InstanceAddress[]
}

/**
 * The environment in which unmodified SDKs get the credentials of an instance, a task or a pod by themselves. A token of a
 * container is in it, and the request for it is recorded.
 * @param name - `i-...`, `task/ID`, `task/ID/CONTAINER` or `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`
 * @throws NoSuchEntity
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export async function environmentOf(name: string, places: Places): Promise<Readonly<Record<string, string>>> {
  const { node, endpoint, metadata, instances } = places
  if (!/^(?:task|pod)\//.test(name)) {
    const found = instances.find(({ id }) => id === name)
    if (found === undefined) {
      throw new NoSuchEntity(`There is no instance ${name}: Instances of a directory file name them.`)
    }
    const service = found.addresses[0] ?? metadata
    return {
      ...at(endpoint, found.region),
      AWS_EC2_METADATA_SERVICE_ENDPOINT: service,
      AWS_EC2_METADATA_DISABLED: 'false',
    }
  }
  const issued = await node.operate(issueContainerToken, { container: name })
  const token = issued.token.reveal()
  if ('pod' in issued) return containerAt(issued.pod.region, '/v1/credentials', token)
  const { task, containerName } = issued
  const { containerIds } = taskDocument(task, node.broker.directory.partition)
  const index = task.containers.findIndex((container) => container.name === containerName)
  return {
    ...containerAt(task.region, `/v2/credentials/${task.id}`, token),
    ECS_CONTAINER_METADATA_URI_V4: `${metadata}/v4/${containerIds[index]}`,
  }

  function containerAt(region: string, path: string, authorization: string) {
    return {
      ...at(endpoint, region),
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${metadata}${path}`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization,
    }
  }
}

/** Reads the input as it comes through the operator's door. @throws ValidationError */
export function readGetEnvironment(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string')
    return value.name
  throw new ValidationError('Send {"name": "i-..."}: whose environment is wanted.')
}

function at(endpoint: string, region: string): Record<string, string> {
  return { AWS_ENDPOINT_URL_STS: endpoint, AWS_REGION: region, AWS_DEFAULT_REGION: region }
}
