import type { EpochMillis } from '../../../model/index.ts'
import { html, type View } from '../html.ts'

const MINUTE_MS = 60_000

/** How long something lasts, which the script counts down, and when it ends. */
export function timeLeft(expiresAt: EpochMillis, now: EpochMillis): View {
  const leftMs = Math.max(0, expiresAt - now)
  const end = new Date(expiresAt).toISOString()
  return html`
    <span class="left" data-seconds-left=${Math.floor(leftMs / 1000)}>${durationOf(leftMs)}</span>${' '}
    <span class="end">(<time datetime=${end}>${`${end.slice(0, 16).replace('T', ' ')} UTC`}</time>)</span>
  `
}

/** A duration in hours and minutes. */
export function durationOf(ms: number): string {
  const minutes = Math.floor(ms / MINUTE_MS)
  if (minutes < 1) return 'less than a minute'
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  return [hours > 0 && `${hours} h`, rest > 0 && `${rest} min`].filter((part) => part !== false).join(' ')
}
