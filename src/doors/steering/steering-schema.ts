import { z } from 'zod'
import { DOCUMENT_FAULTS, VARIANTS } from '../../domain/instances/index.ts'
import { epochMillis } from '../../model/index.ts'
import { parseDuration } from './parse-duration.ts'

const MOST = {
  faults: 20,
  perSecond: 1000,
  /** Longer than clients wait; a stop of the node waits for none of them longer than its drain. */
  latencyMs: 60_000,
  times: 1_000_000,
  ageMs: 36 * 3_600_000,
  events: 100,
  states: 100,
  paths: 1000,
  tags: 50,
  value: 65_536,
}
const STATUSES = [400, 401, 403, 404, 405, 429, 500, 502, 503, 504] as const
const PATH = /^(?:[^\p{Cc}\p{Cs}/?#%\\]+\/)*[^\p{Cc}\p{Cs}/?#%\\]+$/u
const CLIMBS = /(?:^|\/)\.{1,2}(?:\/|$)/
const VERSION = /^(?:latest|1\.0|[0-9]{4}-[0-9]{2}-[0-9]{2})(?:\/|$)/
const INSTANT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/

/** A member that `null` brings back to as usual. */
const member = <Value extends z.ZodType>(value: Value) =>
  value
    .nullable()
    .transform((sent) => sent ?? undefined)
    .optional()

const path = z
  .string()
  .max(255)
  .regex(PATH, 'must be a path below the version, such as meta-data/iam, without slashes at its ends')
  .refine((text) => !CLIMBS.test(text), 'must not climb: no segment can be . or ..')

const tree = path.regex(/^(?:(?:meta-data|dynamic)\/|user-data$)/, 'must be below meta-data or dynamic, or user-data')

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text)
  if (ms !== undefined) return ms
  context.addIssue('must be a duration in whole days, hours, minutes and seconds, such as PT2M')
  return z.NEVER
})

/** For credentials: some time at least, and no longer than any are good. */
const age = duration.refine((ms) => ms >= 1000 && ms <= MOST.ageMs, 'must be between PT1S and PT36H')

/** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html */
const tagKey = z
  .string()
  .regex(/^[A-Za-z0-9+\-=.,_:@]{1,128}$/, 'must be a key of letters, digits and + - = . , _ : @')
  .refine((key) => !/^\.{1,2}$|^_index$/.test(key), 'must not be . or .. or _index')

const instant = z.string().transform((text, context) => {
  const ms = INSTANT.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(ms)) return epochMillis(ms)
  context.addIssue('must be an instant such as 2030-01-31T12:00:00Z')
  return z.NEVER
})

/** When, by the broker's clock: so long from now, or then; now when neither is said. */
const MOMENT = { in: duration.optional(), at: instant.optional() }
const oneMoment = [
  ({ in: delay, at }: { in?: unknown; at?: unknown }) => delay === undefined || at === undefined,
  'takes in or at, not both',
] as const

const FAULT = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS']).optional(),
  path: path.refine((text) => !VERSION.test(text), 'must leave out the version').optional(),
  latencyMs: z.int().min(0).max(MOST.latencyMs).optional(),
  answer: z
    .union([z.literal(STATUSES), z.enum(['reset', 'none', 'stall'])], {
      error: `must be ${STATUSES.join(', ')}, "reset", "none" or "stall"`,
    })
    .optional(),
  perSecond: z.int().min(1).max(MOST.perSecond).optional(),
  times: z.int().min(1).max(MOST.times).optional(),
})

const SPOT = z.strictObject({ action: z.enum(['terminate', 'stop', 'hibernate']), ...MOMENT })

const REBALANCE = z.strictObject(MOMENT)

const EVENT = z.strictObject({
  code: z.enum(['instance-reboot', 'system-reboot', 'system-maintenance', 'instance-retirement', 'instance-stop']),
  description: z
    .string()
    .max(255)
    .regex(/^\P{Cc}+$/u, 'must be one line')
    .optional(),
  eventId: z
    .string()
    .regex(/^instance-event-[0-9a-f]{17}$/, 'must be instance-event- and 17 hexadecimal digits')
    .optional(),
  state: z.enum(['active', 'completed', 'canceled']).default('active'),
  ...MOMENT,
})

/** @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html */
const LIFECYCLE_STATES = [
  ...['Detached', 'InService', 'Standby', 'Terminated'],
  ...['Warmed:Hibernated', 'Warmed:Running', 'Warmed:Stopped', 'Warmed:Terminated'],
] as const

const LIFECYCLE = z.strictObject({
  state: z.enum(LIFECYCLE_STATES),
  ...MOMENT,
})

const FAILED = z.strictObject({
  failed: z.string().regex(/^[A-Za-z]{1,64}$/, 'must be a code, such as AssumeRoleUnauthorizedAccess'),
})

/**
 * What an instance can be steered to do, as JSON: the one description of it, for the admin listener, the command line and
 * programs. What is left out stays as it is.
 */
export const STEERING = z.strictObject({
  connections: member(z.literal('refused')),
  httpEndpoint: member(z.enum(['enabled', 'disabled'])),
  httpTokens: member(z.enum(['optional', 'required'])),
  httpPutResponseHopLimit: member(z.int().min(1).max(64)),
  hops: member(z.int().min(1).max(64)),
  rotation: member(z.literal('stopped')),
  lifetime: member(age),
  rotateAfter: member(age),
  document: member(
    z.union([z.enum(DOCUMENT_FAULTS), FAILED], { error: `must be ${DOCUMENT_FAULTS.join(', ')} or {"failed": CODE}` }),
  ),
  variants: member(z.array(z.enum(VARIANTS)).max(VARIANTS.length)),
  faults: member(
    z
      .array(
        FAULT.refine(
          ({ latencyMs, answer }) => latencyMs !== undefined || answer !== undefined,
          'needs latencyMs or answer: without them it does nothing',
        ),
      )
      .max(MOST.faults),
  ),
  spotInterruption: member(SPOT.refine(...oneMoment)),
  rebalance: member(REBALANCE.refine(...oneMoment)),
  maintenanceEvents: member(z.array(EVENT.refine(...oneMoment)).max(MOST.events)),
  lifecycle: member(z.array(LIFECYCLE.refine(...oneMoment)).max(MOST.states)),
  instanceMetadataTags: member(z.enum(['enabled', 'disabled'])),
  tags: member(
    z
      .record(
        tagKey,
        z
          .string()
          .max(256)
          .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be one line'),
      )
      .refine((tags) => Object.keys(tags).length <= MOST.tags, `takes at most ${MOST.tags} tags`),
  ),
  metadata: member(
    z
      .record(tree, z.string().max(MOST.value).nullable())
      .refine((paths) => Object.keys(paths).length <= MOST.paths, `takes at most ${MOST.paths} paths`),
  ),
})

/** What a task or the pods of a service account can be steered to do: what has a meaning for them. */
export const CONTAINER_STEERING = STEERING.pick({
  rotation: true,
  lifetime: true,
  rotateAfter: true,
  faults: true,
}).extend({ document: member(z.enum(DOCUMENT_FAULTS).exclude(['failed'])) })

/** What programs steer a container with. */
export type ContainerSteeringInput = z.input<typeof CONTAINER_STEERING>

/** The same as JSON Schema, for programs in any language. */
export function steeringSchemas(): { readonly instance: object; readonly container: object } {
  return {
    instance: z.toJSONSchema(STEERING, { io: 'input' }),
    container: z.toJSONSchema(CONTAINER_STEERING, { io: 'input' }),
  }
}

/** What programs steer an instance with. Times are by the broker's clock: `in` an ISO 8601 duration, or `at` an instant. */
export type SteeringInput = z.input<typeof STEERING>

/** The members that there are, by where: list positions left out. At the top they are those of the schema itself. */
export const KNOWN_MEMBERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['faults', Object.keys(FAULT.shape)],
  ['spotInterruption', Object.keys(SPOT.shape)],
  ['rebalance', Object.keys(REBALANCE.shape)],
  ['maintenanceEvents', Object.keys(EVENT.shape)],
  ['lifecycle', Object.keys(LIFECYCLE.shape)],
])
