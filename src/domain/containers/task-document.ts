import { hash } from 'node:crypto'
import { isoSeconds, type Task, type TaskContainer, taskArn } from '../../model/index.ts'

/** What the metadata endpoint of a task says, version 4. */
interface TaskDocument {
  /** The ids of the containers, in their order: what the metadata URI of each ends with. */
  readonly containerIds: readonly string[]
  readonly task: object
  /** In the same order. */
  readonly containers: readonly object[]
}

/**
 * The metadata of a task and its containers. Nothing runs, so there is nothing of what a container runtime would measure,
 * and members without a value are left out, as ECS does.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
 */
export function taskDocument(task: Task, partition: string): TaskDocument {
  const { id, account, region, cluster, family, revision, startedAt } = task
  const arn = taskArn(partition, task)
  const containerIds = task.containers.map(({ name }) => containerId(id, name))
  const containers = task.containers.map((container, index) => ({
    DockerId: containerIds[index],
    Name: container.name,
    DockerName: container.name,
    Image: container.image,
    Labels: labelsOf(task, container, arn),
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    CreatedAt: isoSeconds(startedAt),
    StartedAt: isoSeconds(startedAt),
    Type: 'NORMAL',
    ContainerARN: `arn:${partition}:ecs:${region}:${account}:container/${cluster}/${id}/${containerIds[index]}`,
  }))
  return {
    containerIds,
    containers,
    task: {
      Cluster: `arn:${partition}:ecs:${region}:${account}:cluster/${cluster}`,
      TaskARN: arn,
      Family: family,
      Revision: String(revision),
      DesiredStatus: 'RUNNING',
      KnownStatus: 'RUNNING',
      Containers: containers,
      AvailabilityZone: `${region}a`,
      LaunchType: 'FARGATE',
    },
  }
}

/** On Fargate a container's id is the task's, a hyphen, and a number: here one that is made of its name. */
function containerId(task: string, name: string): string {
  const number = Number.parseInt(hash('sha256', `${task}\n${name}`).slice(0, 8), 16)
  return `${task}-${String(number).padStart(10, '0')}`
}

function labelsOf({ family, revision, cluster }: Task, { name }: TaskContainer, arn: string): object {
  return {
    'com.amazonaws.ecs.cluster': cluster,
    'com.amazonaws.ecs.container-name': name,
    'com.amazonaws.ecs.task-arn': arn,
    'com.amazonaws.ecs.task-definition-family': family,
    'com.amazonaws.ecs.task-definition-version': String(revision),
  }
}
