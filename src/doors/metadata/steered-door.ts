import { setTimeout as pause } from 'node:timers/promises'
import type { MetadataFault, Variant } from '../../domain/instances/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { InstanceSteering } from './instance-steering.ts'
import { bare, NOT_FOUND } from './metadata-answer.ts'
import type { Answered, MetadataDoor } from './metadata-door.ts'
import type { RequestRecording } from './request-recording.ts'
import { asOnXen, isHandedOn, redirected, withNewline } from './variant-answer.ts'

/** What a door is steered by, and where what it is asked is recorded. */
interface SteeredDoorOptions {
  readonly steering: InstanceSteering
  readonly recording: RequestRecording
  readonly clock: Clock
  /** Dates answers where Node does not. */
  readonly wireClock: Clock
  /** Nobody is kept waiting any more when this says so. */
  readonly stopping: AbortSignal
}

const NO_VARIANTS: readonly Variant[] = []
const FORBIDDEN = bare(403)

/** A metadata service that meets its clients with the faults it was given, and remembers what they asked. */
export function steeredDoor(door: MetadataDoor, options: SteeredDoorOptions): MetadataDoor {
  const { steering, recording, clock, wireClock, stopping } = options
  return (request, client) => {
    const { instance } = client
    if (instance === undefined) return door(request, client)
    const {
      id,
      options: { httpEndpoint },
    } = instance.instance
    const { variants = NO_VARIANTS } = steering.of(id)
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
      if (answered === undefined || answered === 'reset') {
        recording.finish(record, answered ?? 'none')
        return answered
      }
      let sent = answered
      if (variants.includes('legacyRedirects')) sent = redirected(sent, request, instance, clock.now())
      if (variants.includes('tokenNewline')) sent = withNewline(sent, request)
      if (variants.includes('xen')) sent = asOnXen(sent, new Date(wireClock.now()).toUTCString())
      recording.finish(record, sent.status)
      return sent
    }
    // An endpoint that is off answers nothing else.
    const fault = httpEndpoint === 'disabled' ? undefined : steering.takeFault(id, url)
    const isRefused = variants.includes('strict') && isHandedOn(request)
    const asUsual = () =>
      isRefused ? FORBIDDEN : door(request, { instance, hops: steering.of(id).hops ?? client.hops })
    const answered = fault === undefined ? asUsual() : faultAnswer(fault, asUsual, stopping)
    return answered instanceof Promise ? answered.then(noted) : noted(answered)
  }
}

async function faultAnswer(
  { latencyMs, answer }: MetadataFault,
  asUsual: () => Answered | Promise<Answered>,
  signal: AbortSignal,
): Promise<Answered> {
  if (latencyMs !== undefined) {
    // Nothing waits for a client that has left, and least of all the end of the process.
    const isOver = await pause(latencyMs, true, { ref: false, signal }).catch(() => false)
    if (!isOver) return 'reset'
  }
  if (answer === undefined) return await asUsual()
  if (answer === 'none') return undefined
  if (answer === 'reset') return answer
  return answer === 404 ? NOT_FOUND : bare(answer)
}
