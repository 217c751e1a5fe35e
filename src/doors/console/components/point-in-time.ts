import type { EpochMillis } from '../../../model/index.ts'
import { html, type View } from '../html.ts'

const DAY_MS = 86_400_000

/** When something was, and how many days ago. */
export function pointInTime(date: Date, now: EpochMillis): View {
  const iso = date.toISOString()
  return html`<time datetime=${iso}>${`${iso.slice(0, 16).replace('T', ' ')} UTC`}</time> (${daysAgo(date, now)})`
}

/** As people say it; what is about to be counts as of today, because clocks differ. */
function daysAgo(date: Date, now: EpochMillis): string {
  const days = Math.max(0, Math.floor((now - date.getTime()) / DAY_MS))
  if (days === 0) return 'today'
  return days === 1 ? '1 day ago' : `${days} days ago`
}
