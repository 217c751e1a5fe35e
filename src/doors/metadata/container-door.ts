import { type ServiceAccountTokens, type TaskTokens, taskDocument } from '../../domain/containers/index.ts'
import type { Directory } from '../../domain/directory/index.ts'
import { eksClusterArn, isoSeconds, machineOfPod, machineOfTask, type Pod, type Task } from '../../model/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Random } from '../../platform/random.ts'
import { RateLimiter } from '../../platform/rate-limiter.ts'
import { credentialMembers, ecsError, json, READ_ONLY, sentence } from './container-answer.ts'
import type { ContainerCredentials } from './container-credentials.ts'
import type { MetadataAnswer } from './metadata-answer.ts'
import type { MetadataRequest } from './metadata-door.ts'
import { metadataPath } from './metadata-path.ts'

/** What the endpoints of containers consult. */
export interface ContainerDoorOptions {
  readonly directory: Directory
  /** Judges service account tokens. */
  readonly clock: Clock
  /** What rates are counted by. */
  readonly wireClock: Clock
  /** Whether the agents' own limits hold. */
  readonly isLimited: boolean
  readonly random: Random
  readonly taskTokens: TaskTokens
  readonly serviceAccountTokens: ServiceAccountTokens
  readonly credentials: Pick<ContainerCredentials, 'of'>
}

/** Whether somebody asks more often than the agents take. */
interface Limits {
  isTooMuchOf(task: string): boolean
  isTooMuch(): boolean
}

/** Has an answer for the paths of containers; `undefined` for all others. */
type ContainerDoor = (request: MetadataRequest) => MetadataAnswer | Promise<MetadataAnswer> | undefined

const ECS_SERVICE = 'ecs-tasks.amazonaws.com'
const EKS_SERVICE = 'pods.eks.amazonaws.com'
const ECS_CREDENTIALS = 'v2/credentials'
const EKS_CREDENTIALS = 'v1/credentials'
const TASK_METADATA = 'v4/'
const TASK_ID = /^[0-9a-f]{32}$/
const ASKING_TASK = /^(?:v2\/credentials\/|v4\/)([0-9a-f]{32})(?:$|[-/])/
/** A session name has 64 characters: `eks-`, two names, hyphens, and a UUID. How EKS shortens them is not documented. */
const LONGEST_NAME = 11

/** What the agent of ECS takes of one task, and that of EKS of all pods of its node: their own defaults. */
const ECS_RATE = { perSecond: 40, burst: 60 }
const EKS_RATE = { perSecond: 1000, burst: 1000 }

/** One answer for every failure of a proof: which part of it is wrong would help whoever guesses. */
const NOT_THE_TASK = ecsError(401, 'AccessDenied', 'The Authorization header is not the one of this task.')
const NO_ID = ecsError(400, 'NoIdInRequest', 'CredentialsV2Request: No Credential ID in the request')
const NO_ROLE = ecsError(400, 'InvalidIdInRequest', 'The task has no TaskRoleArn.')
/** How the agents word that is not documented: only the status is. */
const TOO_MANY = ecsError(429, 'TooManyRequests', 'You have reached maximum request limit.')
const TOO_MANY_PODS = sentence(429, 'Too many requests: the agent takes 1,000 in a second.')
const NOT_A_POD = sentence(400, '(InvalidTokenException): The service account token is not one of this broker.')
const EXPIRED = sentence(400, '(ExpiredTokenException): The service account token has expired: write a new one.')
const FAILED = sentence(500, '(InternalServerException): EKS could not assume the associated role.')
const NO_METADATA = json(404, 'There is no metadata here: the path is /v4/CONTAINER, or /task after it.')

/**
 * The endpoints that containers get credentials from: `/v2/credentials/TASK` of ECS, `/v1/credentials` of the agent of EKS
 * Pod Identity, and the metadata of tasks below `/v4/`. At AWS each has an address of its own; their paths tell them apart,
 * so here they are on one. All that hands out credentials takes a proof in `Authorization`.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export function containerDoor(options: ContainerDoorOptions): ContainerDoor {
  const { isLimited, wireClock } = options
  const tasks = new RateLimiter<string>(ECS_RATE)
  const pods = new RateLimiter<string>(EKS_RATE)
  // Who proved nothing takes nothing from those who did.
  const limits: Limits = {
    isTooMuchOf: (task) => isLimited && tasks.take(task, wireClock.now()) > 0,
    isTooMuch: () => isLimited && pods.take('', wireClock.now()) > 0,
  }
  return (request) => {
    const path = metadataPath(request.url ?? '') ?? ''
    const isEcs = path === ECS_CREDENTIALS || path.startsWith(`${ECS_CREDENTIALS}/`)
    if (!isEcs && path !== EKS_CREDENTIALS && !path.startsWith(TASK_METADATA)) return undefined
    if (request.method !== 'GET') return READ_ONLY
    if (path === ECS_CREDENTIALS) return NO_ID
    if (isEcs) return ecsCredentials(path.slice(ECS_CREDENTIALS.length + 1), authorizationOf(request), options, limits)
    if (path === EKS_CREDENTIALS) return eksCredentials(authorizationOf(request), options, limits)
    return taskMetadata(path.slice(TASK_METADATA.length), options, limits)
  }
}

/**
 * The container that a request comes from, as far as its path or its token tells: `task/ID`, or
 * `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`. Proves nothing: it is for what tests make of a request.
 */
export function containerAsking(request: MetadataRequest, tokens: ServiceAccountTokens): string | undefined {
  const path = metadataPath(request.url ?? '') ?? ''
  if (path === EKS_CREDENTIALS) {
    const opened = tokens.open(authorizationOf(request))
    return opened && machineOfPod(opened.pod)
  }
  const id = ASKING_TASK.exec(path)?.[1]
  return id && machineOfTask(id)
}

/** Two of them would be read differently by whoever stands between: then there is none. */
function authorizationOf({ headers, headersDistinct }: MetadataRequest): string {
  return headersDistinct['authorization']?.length === 1 ? (headers.authorization ?? '') : ''
}

async function ecsCredentials(
  id: string,
  authorization: string,
  { directory, taskTokens, credentials }: ContainerDoorOptions,
  { isTooMuchOf }: Limits,
): Promise<MetadataAnswer> {
  const task = await findTask(id, directory)
  if (task === undefined || !taskTokens.isOf(authorization, task)) return NOT_THE_TASK
  if (isTooMuchOf(id)) return TOO_MANY
  const { account, region, taskRoleArn: roleArn } = task
  if (roleArn === undefined) return NO_ROLE
  const outcome = await credentials.of({
    machine: machineOfTask(id),
    holder: String(task.startedAt),
    service: ECS_SERVICE,
    account,
    region,
    roleArn,
    sessionName: () => id,
    tags: [],
    // ECS documents that conditions can name nothing narrower than this.
    sourceArn: `arn:${directory.partition}:ecs:${region}:${account}:*`,
  })
  // At ECS such a task does not start; what its agent answers for credentials that never came is this.
  if (outcome.kind === 'refused') {
    const message = `ECS cannot assume ${roleArn}. Does it trust ${ECS_SERVICE}?`
    return ecsError(503, 'CredentialsUninitialized', message)
  }
  if (outcome.kind === 'failed') return ecsError(500, 'InternalServerError', `ECS could not assume ${roleArn}.`)
  return json(200, {
    RoleArn: roleArn,
    ...credentialMembers(outcome.credentials),
    Expiration: isoSeconds(outcome.credentials.expiresAt),
  })
}

async function eksCredentials(
  authorization: string,
  { directory, clock, random, serviceAccountTokens, credentials }: ContainerDoorOptions,
  { isTooMuch }: Limits,
): Promise<MetadataAnswer> {
  const opened = serviceAccountTokens.open(authorization)
  if (opened === undefined) return NOT_A_POD
  if (clock.now() >= opened.expiresAt) return EXPIRED
  if (isTooMuch()) return TOO_MANY_PODS
  const { pod } = opened
  const association = await directory.podIdentityAssociation(pod)
  const { account, region, clusterName, namespace, serviceAccount, podName, podUid } = pod
  if (association === undefined) {
    const who = `${namespace}/${serviceAccount} of ${clusterName}`
    return sentence(404, `(ResourceNotFoundException): There is no pod identity association for ${who}.`)
  }
  const { roleArn } = association
  const clusterArn = eksClusterArn(directory.partition, pod)
  const outcome = await credentials.of({
    machine: machineOfPod(pod),
    holder: `${clusterArn} ${podUid}`,
    service: EKS_SERVICE,
    account,
    region,
    roleArn,
    sessionName: () => `eks-${shortened(clusterName)}-${shortened(podName)}-${random.uuid()}`,
    tags: sessionTags(pod, clusterArn),
    // Not documented.
    sourceArn: undefined,
  })
  if (outcome.kind === 'failed') return FAILED
  if (outcome.kind === 'refused') {
    const trust = `Does it trust ${EKS_SERVICE} with sts:AssumeRole and sts:TagSession?`
    return sentence(400, `(AccessDeniedException): EKS cannot assume ${roleArn}. ${trust}`)
  }
  return json(200, {
    ...credentialMembers(outcome.credentials),
    AccountId: account,
    Expiration: isoSeconds(outcome.credentials.expiresAt),
  })
}

/** What is no id of a task is not looked for. */
async function findTask(id: string, directory: Directory): Promise<Task | undefined> {
  return TASK_ID.test(id) ? await directory.task(id) : undefined
}

/** @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html */
function sessionTags({ clusterName, namespace, serviceAccount, podName, podUid }: Pod, clusterArn: string) {
  return [
    { key: 'eks-cluster-arn', value: clusterArn },
    { key: 'eks-cluster-name', value: clusterName },
    { key: 'kubernetes-namespace', value: namespace },
    { key: 'kubernetes-service-account', value: serviceAccount },
    { key: 'kubernetes-pod-name', value: podName },
    { key: 'kubernetes-pod-uid', value: podUid },
  ]
}

function shortened(name: string): string {
  return name.slice(0, LONGEST_NAME)
}

/** Whoever knows a container's id may read: the same as at ECS, and nothing secret is in it. */
async function taskMetadata(
  path: string,
  { directory }: ContainerDoorOptions,
  { isTooMuchOf }: Limits,
): Promise<MetadataAnswer> {
  const slash = path.indexOf('/')
  const containerId = slash < 0 ? path : path.slice(0, slash)
  const task = await findTask(containerId.slice(0, Math.max(0, containerId.indexOf('-'))), directory)
  if (task === undefined) return NO_METADATA
  // Credentials and metadata are counted apart.
  if (isTooMuchOf(`${task.id} ${TASK_METADATA}`)) return TOO_MANY
  const document = taskDocument(task, directory.partition)
  const index = document.containerIds.indexOf(containerId)
  if (index < 0) return NO_METADATA
  if (slash < 0) return json(200, document.containers[index])
  return path.slice(slash) === '/task' ? json(200, document.task) : NO_METADATA
}
