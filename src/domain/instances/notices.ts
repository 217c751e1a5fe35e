import { type EpochMillis, epochMillis, type Instance, isoSeconds, type MaintenanceEvent } from '../../model/index.ts'
import type { LifecycleState } from './steering.ts'

/** How long before it is taken back a spot instance is told. */
const SPOT_NOTICE_MS = 120_000
const NEVER = epochMillis(Number.POSITIVE_INFINITY)

/** What an instance is told of its future, and until when that stays as it is. */
export interface Notices {
  /** Bodies by path below `meta-data/`. */
  readonly leaves: ReadonlyMap<string, string>
  readonly until: EpochMillis
}

/**
 * What an instance is told at an instant. A spot notice comes two minutes before; one of hibernation comes at once,
 * because it begins at once. A rebalance recommendation stays once it was given.
 * @param lifecycle - the states that an Auto Scaling group wants it in, in order; before the first it is in no group
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html
 */
export function noticesAt(instance: Instance, now: EpochMillis, lifecycle: readonly LifecycleState[] = []): Notices {
  const { spotInterruption: spot, rebalanceNoticeTime: rebalance, maintenanceEvents: events } = instance
  const leaves = new Map([
    ['events/maintenance/history', eventList(events.filter(({ state }) => state !== 'active'))],
    ['events/maintenance/scheduled', eventList(events.filter(({ state }) => state === 'active'))],
  ])
  let until = NEVER
  if (spot !== undefined) {
    const noticeAt = epochMillis(spot.action === 'hibernate' ? spot.time : spot.time - SPOT_NOTICE_MS)
    if (now < noticeAt) until = noticeAt
    else {
      const time = isoSeconds(spot.time)
      leaves.set('spot/instance-action', JSON.stringify({ action: spot.action, time }))
      if (spot.action === 'terminate') leaves.set('spot/termination-time', time)
    }
  }
  if (rebalance !== undefined) {
    if (now < rebalance) until = until < rebalance ? until : rebalance
    else leaves.set('events/recommendations/rebalance', JSON.stringify({ noticeTime: isoSeconds(rebalance) }))
  }
  for (const { state, from } of lifecycle) {
    if (now >= from) leaves.set('autoscaling/target-lifecycle-state', state)
    else if (from < until) until = from
  }
  return { leaves, until }
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_scheduled_events.html */
function eventList(events: readonly MaintenanceEvent[]): string {
  if (events.length === 0) return '[]'
  const entries = events.map(({ eventId, code, description, notBefore, notAfter, notBeforeDeadline, state }) => ({
    NotBefore: gmt(notBefore),
    Code: code,
    Description: state === 'active' ? description : withState(description, state),
    EventId: eventId,
    NotAfter: gmt(notAfter),
    State: state,
    NotBeforeDeadline: notBeforeDeadline === undefined ? undefined : gmt(notBeforeDeadline),
  }))
  return JSON.stringify(entries, undefined, 2).replaceAll(/^( {4}"\w+"):/gm, '$1 :')
}

function withState(description: string, state: 'completed' | 'canceled'): string {
  const mark = state === 'completed' ? '[Completed] ' : '[Canceled] '
  return description.startsWith(mark) ? description : mark + description
}

/** `21 Jan 2019 09:00:43 GMT` */
function gmt(instant: EpochMillis): string {
  return new Date(instant).toUTCString().slice('Mon, '.length)
}
