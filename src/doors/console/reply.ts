import type { Fault } from '../../model/index.ts'
import type { View } from './html.ts'

/** A path of this site. */
export type OwnPath = `/${string}`

/** What a page answers. */
export type Reply = (Shown | Sent | Elsewhere) & {
  /** `Set-Cookie` headers, from `Cookies`. */
  readonly cookies?: readonly string[] | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** The refusal that it is about, for the log. */
  readonly because?: Fault | undefined
}

interface Shown extends Required<Pick<ShowOptions, 'status' | 'showsReference'>> {
  readonly kind: 'shown'
  /** Of the window; the name of the site follows it. */
  readonly title: string
  readonly view: View
}

interface Sent {
  readonly kind: 'sent'
  readonly status: number
  readonly type: string
  readonly body: string
}

interface Elsewhere {
  readonly kind: 'elsewhere'
  readonly location: string
}

/** How a page is shown. */
export interface ShowOptions {
  readonly status?: number
  /** Whether its foot names the request, for whoever asks an administrator. */
  readonly showsReference?: boolean
  /** The refusal that it shows, for the log. */
  readonly because?: Fault
}

/** Shows a page. */
export function show(
  title: string,
  view: View,
  { status = 200, showsReference = false, because }: ShowOptions = {},
): Reply {
  return { kind: 'shown', status, showsReference, title, view, because }
}

/** Has the browser get another page of this site. Say the path; never hand on what came in. */
export function goTo(path: OwnPath): Reply {
  if (/^\/[/\\]/.test(path)) throw new Error('another site would be taken for a path of this one')
  return { kind: 'elsewhere', location: path }
}

/**
 * Has the browser go to another site: one that the configuration or the directory names. Only as the answer to GET: where
 * a form was sent, browsers hold to `form-action 'self'`, through redirects too.
 */
export function leaveFor(url: URL): Reply {
  return { kind: 'elsewhere', location: url.href }
}

/** Sends what is no page: metadata, or an answer to a program. */
export function send(type: string, body: string, status = 200): Reply {
  return { kind: 'sent', status, type, body }
}
