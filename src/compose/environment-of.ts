import { devNull } from 'node:os'
import { taskDocument } from '../domain/containers/index.ts'
import { endpointVariables, NoSuchEntity, pastProxies, ValidationError } from '../model/index.ts'
import { issueContainerToken } from '../operations/broker/index.ts'
import { CONTAINER_ADDRESSES } from '../platform/config/index.ts'
import type { InstanceAddress } from './instance-address.ts'
import type { PreparedNode } from './prepare-node.ts'
import type { ProjectedTokens } from './projected-tokens.ts'

/** Where a node answers, and for which instances. */
interface Places {
  readonly node: Pick<PreparedNode, 'operate' | 'broker'>
  /** Of the API. */
  readonly endpoint: string
  /** Of the metadata listener: containers ask there, too. */
  readonly metadata: string
  /** Where containers are answered too: origins. */
  readonly containers: readonly string[]
  readonly instances: readonly InstanceAddress[]
  readonly tokens: Pick<ProjectedTokens, 'of'>
}

/** How a machine is to get its credentials, where there are several ways. */
export interface EnvironmentOptions {
  /** For a pod: by IAM roles for service accounts, instead of EKS Pod Identity. */
  readonly irsa?: boolean | undefined
  /** Where the API is asked, when not at the public URL. */
  readonly endpoint?: string | undefined
}

/** The host that SDKs put before a path. */
const ECS_ORIGIN = `http://${CONTAINER_ADDRESSES.ecs}`
const EKS_HOSTS: ReadonlySet<string> = new Set([CONTAINER_ADDRESSES.eks, `[${CONTAINER_ADDRESSES.eksIpv6}]`])

/**
 * The environment in which unmodified SDKs get the credentials of an instance, a task or a pod by themselves. A token of a
 * container is in it, and the request for it is recorded. The shared files of AWS are put aside: a `default` profile in
 * them would come first. What else comes first, an access key in the environment, no variable can take away.
 * @param name - `i-...`, `task/ID`, `task/ID/CONTAINER` or `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`, that too with
 *   `ACCOUNT/REGION/` before the cluster
 * @throws NoSuchEntity, ValidationError
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export async function environmentOf(
  name: string,
  places: Places,
  { irsa = false, endpoint = places.endpoint }: EnvironmentOptions = {},
): Promise<Readonly<Record<string, string>>> {
  const { node, metadata, instances } = places
  if (irsa) {
    if (!name.startsWith('pod/')) {
      throw new ValidationError('IAM roles for service accounts are for pods: pod/CLUSTER/NAMESPACE/SERVICEACCOUNT.')
    }
    const { file, roleArn, region } = await places.tokens.of(name)
    return { ...at(region, [endpoint]), AWS_ROLE_ARN: roleArn, AWS_WEB_IDENTITY_TOKEN_FILE: file }
  }
  const containers = places.containers.map((origin) => new URL(origin))
  if (!/^(?:task|pod)\//.test(name)) {
    const found = instances.find(({ id }) => id === name)
    if (found === undefined) {
      throw new NoSuchEntity(`There is no instance ${name}: Instances of a directory file name them.`)
    }
    const service = found.addresses[0] ?? metadata
    return {
      ...at(found.region, [endpoint, service]),
      AWS_EC2_METADATA_SERVICE_ENDPOINT: service,
      AWS_EC2_METADATA_DISABLED: 'false',
    }
  }
  const issued = await node.operate(issueContainerToken, { container: name })
  const token = issued.token.reveal()
  if ('pod' in issued) {
    const agent = containers.find(({ hostname }) => EKS_HOSTS.has(hostname))?.origin ?? metadata
    return withToken(issued.pod.region, { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent}/v1/credentials` })
  }
  const { task, containerName } = issued
  const { containerIds } = taskDocument(task, node.broker.directory.partition)
  const index = task.containers.findIndex((container) => container.name === containerName)
  const path = `/v2/credentials/${task.id}`
  const isAsAtEcs = containers.some(({ origin }) => origin === ECS_ORIGIN)
  return withToken(task.region, {
    // Some SDKs, and programs that copy it, know the relative form alone.
    ...(isAsAtEcs
      ? { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path }
      : { AWS_CONTAINER_CREDENTIALS_FULL_URI: metadata + path }),
    ECS_CONTAINER_METADATA_URI_V4: `${isAsAtEcs ? ECS_ORIGIN : metadata}/v4/${containerIds[index]}`,
  })

  function withToken(region: string, variables: Readonly<Record<string, string>>) {
    const asked = [endpoint, metadata, ...places.containers] as const
    return { ...at(region, asked), ...variables, AWS_CONTAINER_AUTHORIZATION_TOKEN: token }
  }
}

/** Reads the input as it comes through the operator's door. @throws ValidationError */
export function readGetEnvironment(value: unknown): EnvironmentOptions & { readonly name: string } {
  const { name, irsa = false }: { name?: unknown; irsa?: unknown } =
    typeof value === 'object' && value !== null ? value : {}
  if (typeof name === 'string' && typeof irsa === 'boolean') return { name, irsa }
  throw new ValidationError('Send {"name": "i-..."}: whose environment is wanted; of a pod with "irsa": true, too.')
}

/** @param asked - the API's address, and those where credentials are asked for */
function at(region: string, asked: readonly [api: string, ...string[]]): Record<string, string> {
  return {
    ...endpointVariables(asked[0]),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    ...pastProxies(asked),
  }
}
