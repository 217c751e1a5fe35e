import type { z } from 'zod'
import type { Steering } from '../../domain/instances/index.ts'
import { type EpochMillis, epochMillis, isoSeconds, ValidationError } from '../../model/index.ts'
import { closest } from '../../platform/config/index.ts'
import { CONTAINER_STEERING, KNOWN_MEMBERS, STEERING } from './steering-schema.ts'

const MOST_PROBLEMS = 20
const LONGEST_NAME = 64
/** How long before it is taken back a spot instance is told; one that hibernates is told when it does. */
const SPOT_NOTICE_MS = 120_000
const EVENT_LASTS_MS = 2 * 3_600_000
const LATEST = Date.UTC(9999, 0, 1)

/**
 * Reads what a task or the pods of a service account are to be steered to do, which may be anything.
 * @throws {@link ValidationError} with everything that is wrong with it
 */
export function readContainerSteering(value: unknown): Steering {
  const checked = check(CONTAINER_STEERING, value)
  const { lifetime, rotateAfter, faults, ...plain } = checked
  return {
    ...plain,
    ...('lifetime' in checked && { lifetimeMs: lifetime }),
    ...('rotateAfter' in checked && { rotateAfterMs: rotateAfter }),
    ...('faults' in checked && { faults: faultsOf(faults) }),
  }
}

/**
 * Reads what an instance is to be steered to do, which may be anything.
 * @param now - what `in` is counted from
 * @throws {@link ValidationError} with everything that is wrong with it
 */
export function readSteering(value: unknown, now: EpochMillis): Steering {
  refusePrototype(value)
  const checked = check(STEERING, value)
  const { faults, spotInterruption, rebalance, maintenanceEvents, lifecycle, metadata, tags, ...rest } = checked
  const { lifetime, rotateAfter, ...plain } = rest
  const has = (name: string): boolean => Object.hasOwn(checked, name)
  return {
    ...plain,
    ...(has('lifetime') && { lifetimeMs: lifetime }),
    ...(has('rotateAfter') && { rotateAfterMs: rotateAfter }),
    ...(has('faults') && { faults: faultsOf(faults) }),
    ...(has('tags') && { tags: tags && Object.entries(tags).map(([key, value]) => ({ key, value })) }),
    ...(has('spotInterruption') && {
      spotInterruption: spotInterruption && {
        action: spotInterruption.action,
        time: instantOf(spotInterruption, now, spotInterruption.action === 'hibernate' ? 0 : SPOT_NOTICE_MS),
      },
    }),
    ...(has('rebalance') && { rebalanceNoticeTime: rebalance && instantOf(rebalance, now) }),
    ...(has('maintenanceEvents') && {
      maintenanceEvents: maintenanceEvents?.map((event, index) => {
        const { code, description = `The instance is scheduled for ${code}`, eventId, state } = event
        const notBefore = instantOf(event, now)
        return {
          eventId: eventId ?? `instance-event-${String(index).padStart(17, '0')}`,
          code,
          description,
          notBefore,
          notAfter: epochMillis(notBefore + EVENT_LASTS_MS),
          notBeforeDeadline: undefined,
          state,
        }
      }),
    }),
    ...(has('lifecycle') && {
      lifecycle: lifecycle
        ?.map((each) => ({ state: each.state, from: instantOf(each, now) }))
        .sort((one, other) => one.from - other.from),
    }),
    ...(has('metadata') && {
      metadata: metadata && Object.entries(metadata).map(([path, text]) => ({ path, value: text ?? undefined })),
    }),
  }
}

/** What JSON may call a path or a tag, and no record can hold: the check below would leave it out in silence. */
function refusePrototype(value: unknown): void {
  const { metadata, tags }: { metadata?: unknown; tags?: unknown } =
    typeof value === 'object' && value !== null ? value : {}
  for (const [name, record] of Object.entries({ metadata, tags })) {
    if (typeof record !== 'object' || record === null || !Object.hasOwn(record, '__proto__')) continue
    const must = name === 'tags' ? 'cannot be a tag here' : 'must be below meta-data or dynamic, or user-data'
    throw new ValidationError(`${name}.__proto__: ${must}`)
  }
}

/** The same as {@link readSteering} takes it, with instants instead of durations. */
export function describeSteering(steering: Steering): Record<string, unknown> {
  const { spotInterruption: spot, rebalanceNoticeTime, maintenanceEvents, lifecycle, metadata, ...rest } = steering
  const { lifetimeMs, rotateAfterMs, tags, ...plain } = rest
  return {
    ...plain,
    lifetime: durationOf(lifetimeMs),
    rotateAfter: durationOf(rotateAfterMs),
    tags: tags && Object.fromEntries(tags.map(({ key, value }) => [key, value])),
    spotInterruption: spot && { action: spot.action, at: isoSeconds(spot.time) },
    rebalance: rebalanceNoticeTime === undefined ? undefined : { at: isoSeconds(rebalanceNoticeTime) },
    maintenanceEvents: maintenanceEvents?.map(({ eventId, code, description, notBefore, state }) => ({
      ...{ code, description, eventId, state },
      at: isoSeconds(notBefore),
    })),
    lifecycle: lifecycle?.map(({ state, from }) => ({ state, at: isoSeconds(from) })),
    metadata: metadata && Object.fromEntries(metadata.map(({ path, value }) => [path, value ?? null])),
  }
}

/** @throws {@link ValidationError} */
function check<Checked>(
  schema: z.ZodType<Checked> & { readonly shape: Readonly<Record<string, unknown>> },
  value: unknown,
): Checked {
  const checked = schema.safeParse(value)
  if (checked.success) return checked.data
  const problems = checked.error.issues.flatMap((issue) => problemsOf(issue, Object.keys(schema.shape)))
  const more = problems.length - MOST_PROBLEMS
  throw new ValidationError(problems.slice(0, MOST_PROBLEMS).join('; ') + (more > 0 ? `; and ${more} more` : ''))
}

function faultsOf(faults: z.output<typeof STEERING>['faults']): Steering['faults'] {
  return faults?.map(({ method, path, latencyMs, answer, perSecond, times }) => ({
    ...{ method, path, latencyMs, answer, perSecond, times },
  }))
}

function durationOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `PT${ms / 1000}S`
}

function instantOf(
  { in: delay, at }: { readonly in?: number | undefined; readonly at?: EpochMillis | undefined },
  now: EpochMillis,
  otherwise = 0,
): EpochMillis {
  const instant = at ?? now + (delay ?? otherwise)
  // Dates on the wire have four digits for the year.
  return epochMillis(Math.min(instant, LATEST))
}

function problemsOf(issue: z.core.$ZodIssue, members: readonly string[]): readonly string[] {
  const at = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    const known = KNOWN_MEMBERS.get(at.filter((name) => !/^[0-9]+$/.test(name)).join('.')) ?? members
    return issue.keys.map((key) => {
      const name = key.slice(0, LONGEST_NAME)
      const meant = closest(name, known)
      const hint = meant === undefined ? `there is ${known.join(', ')}` : `did you mean ${meant}?`
      return `${[...at, name].join('.')}: is no member here; ${hint}`
    })
  }
  const says = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message
  const where = at.join('.').slice(0, 2 * LONGEST_NAME)
  return [where === '' ? says : `${where}: ${says}`]
}
