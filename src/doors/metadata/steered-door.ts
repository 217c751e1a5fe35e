import { setTimeout as pause } from 'node:timers/promises'
import type { MetadataFault } from '../../domain/instances/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { InstanceSteering } from './instance-steering.ts'
import { bare, NOT_FOUND } from './metadata-answer.ts'
import type { Answered, MetadataDoor } from './metadata-door.ts'
import type { RequestRecording } from './request-recording.ts'

/** What a door is steered by, and where what it is asked is recorded. */
interface SteeredDoorOptions {
  readonly steering: InstanceSteering
  readonly recording: RequestRecording
  readonly clock: Clock
}

/** A metadata service that meets its clients with the faults it was given, and remembers what they asked. */
export function steeredDoor(door: MetadataDoor, { steering, recording, clock }: SteeredDoorOptions): MetadataDoor {
  return (request, client) => {
    const { instance } = client
    if (instance === undefined) return door(request, client)
    const { id, options } = instance.instance
    const { method = '', url = '', headers } = request
    const record = recording.begin({
      instance: id,
      at: clock.now(),
      method,
      path: url,
      hasToken: headers['x-aws-ec2-metadata-token'] !== undefined,
      userAgent: headers['user-agent'],
      answer: 'waiting',
    })
    const noted = (answered: Answered): Answered => {
      recording.finish(record, answered === undefined ? 'none' : answered === 'reset' ? answered : answered.status)
      return answered
    }
    // An endpoint that is off answers nothing else.
    const fault = options.httpEndpoint === 'disabled' ? undefined : steering.takeFault(id, url)
    const asUsual = () => door(request, { instance, hops: steering.of(id).hops ?? client.hops })
    const answered = fault === undefined ? asUsual() : faultAnswer(fault, asUsual)
    return answered instanceof Promise ? answered.then(noted) : noted(answered)
  }
}

async function faultAnswer(
  { latencyMs, answer }: MetadataFault,
  asUsual: () => Answered | Promise<Answered>,
): Promise<Answered> {
  // Nothing waits for a client that has left, and least of all the end of the process.
  if (latencyMs !== undefined) await pause(latencyMs, undefined, { ref: false })
  if (answer === undefined) return await asUsual()
  if (answer === 'none') return undefined
  if (answer === 'reset') return answer
  return answer === 404 ? NOT_FOUND : bare(answer)
}
