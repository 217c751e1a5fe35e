import { setTimeout as pause } from 'node:timers/promises'
import type { ServiceAccountTokens } from '../../domain/containers/index.ts'
import type { MetadataFault, Variant } from '../../domain/instances/index.ts'
import type { Clock } from '../../platform/clock.ts'
import { containerAsking } from './container-door.ts'
import { faultyDocument } from './faulty-document.ts'
import type { MachineSteering } from './machine-steering.ts'
import { bare, type MetadataAnswer, NOT_FOUND, withBody } from './metadata-answer.ts'
import type { Answered, MetadataDoor, MetadataRequest } from './metadata-door.ts'
import type { RequestRecording } from './request-recording.ts'
import { asOnXen, isHandedOn, redirected, withNewline } from './variant-answer.ts'

/** What a door is steered by, and where what it is asked is recorded. */
interface SteeredDoorOptions {
  readonly steering: MachineSteering
  readonly recording: RequestRecording
  readonly clock: Clock
  /** Dates answers where Node does not, and counts rates. */
  readonly wireClock: Clock
  /** Nobody is kept waiting any more when this says so. */
  readonly stopping: AbortSignal
}

/** A request, and whose it is. */
interface Asked {
  readonly machine: string
  readonly request: MetadataRequest
  readonly hasToken: boolean
  readonly meetsFaults: boolean
}

const NO_VARIANTS: readonly Variant[] = []
const FORBIDDEN = bare(403)

/** A metadata service that meets its clients with the faults it was given, and remembers what they asked. */
export function steeredDoor(door: MetadataDoor, options: SteeredDoorOptions): MetadataDoor {
  const { steering, clock, wireClock } = options
  return (request, client) => {
    const { instance } = client
    if (instance === undefined) return door(request, client)
    const {
      id,
      options: { httpEndpoint },
    } = instance.instance
    const { variants = NO_VARIANTS } = steering.of(id)
    const isRefused = variants.includes('strict') && isHandedOn(request)
    const asUsual = () =>
      isRefused ? FORBIDDEN : door(request, { instance, hops: steering.of(id).hops ?? client.hops })
    const sent = (answer: MetadataAnswer): MetadataAnswer => {
      let sent = answer
      if (variants.includes('legacyRedirects')) sent = redirected(sent, request, instance, clock.now())
      if (variants.includes('tokenNewline')) sent = withNewline(sent, request)
      if (variants.includes('xen')) sent = asOnXen(sent, new Date(wireClock.now()).toUTCString())
      return sent
    }
    const hasToken = request.headers['x-aws-ec2-metadata-token'] !== undefined
    // An endpoint that is off answers nothing else.
    return recorded(
      { machine: id, request, hasToken, meetsFaults: httpEndpoint !== 'disabled' },
      asUsual,
      sent,
      options,
    )
  }
}

/** Has an answer for the paths of containers; `undefined` for all others. */
type ContainerDoor = (request: MetadataRequest) => Answered | Promise<Answered>

/** The endpoints of containers, steered likewise. */
export function steeredContainers(
  door: ContainerDoor,
  tokens: ServiceAccountTokens,
  options: SteeredDoorOptions,
): ContainerDoor {
  const { steering, clock } = options
  return (request) => {
    const machine = containerAsking(request, tokens)
    if (machine === undefined) return door(request)
    const sent = (answer: MetadataAnswer): MetadataAnswer => {
      const { document } = steering.of(machine)
      if (document === undefined || answer.status !== 200) return answer
      return withBody(answer, faultyDocument(answer.body, document, clock.now(), JSON.stringify))
    }
    const hasToken = request.headers.authorization !== undefined
    return recorded({ machine, request, hasToken, meetsFaults: true }, () => door(request), sent, options)
  }
}

/** Notes a request and what becomes of it: the fault that its machine meets, or what it is answered as usual. */
function recorded(
  { machine, request, hasToken, meetsFaults }: Asked,
  asUsual: () => Answered | Promise<Answered>,
  sent: (answer: MetadataAnswer) => MetadataAnswer,
  { steering, recording, clock, wireClock, stopping }: SteeredDoorOptions,
): Answered | Promise<Answered> {
  const { method = '', url = '', headers } = request
  const userAgent = headers['user-agent']
  const record = recording.begin({
    machine,
    at: clock.now(),
    method,
    path: url,
    hasToken,
    userAgent,
    answer: 'waiting',
  })
  const noted = (answered: Answered): Answered => {
    const answer = answered === undefined || answered === 'reset' ? answered : sent(answered)
    const became = typeof answer === 'object' ? (answer.stalls ? 'stall' : answer.status) : (answer ?? 'none')
    recording.finish(record, became)
    return answer
  }
  const fault = meetsFaults ? steering.takeFault(machine, method, url, wireClock.now()) : undefined
  const answered = fault === undefined ? asUsual() : faultAnswer(fault, asUsual, stopping)
  return answered instanceof Promise ? answered.then(noted) : noted(answered)
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
  if (answer === 'stall') {
    const usual = await asUsual()
    return typeof usual === 'object' ? { ...usual, stalls: true } : usual
  }
  if (answer === 'reset') return answer
  return answer === 404 ? NOT_FOUND : bare(answer)
}
