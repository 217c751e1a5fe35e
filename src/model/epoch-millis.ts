import type { Brand } from './brand.ts'

/** Milliseconds since 1970-01-01T00:00:00Z. Seconds exist on the wire only. */
export type EpochMillis = Brand<number, 'EpochMillis'>

/** Marks a count of milliseconds since the epoch. */
export function epochMillis(millis: number): EpochMillis {
  return millis as EpochMillis
}

/** Whole seconds since the epoch, as the wire has them. */
export function epochSeconds(instant: EpochMillis): number {
  return Math.floor(instant / 1000)
}

/** An instant as ISO 8601 in whole seconds: `2026-01-01T12:00:00Z`, as AWS writes instants in text. */
export function isoSeconds(instant: EpochMillis): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`
}
