import { crc32 } from 'node:zlib'
import type { InstanceView } from '../../domain/instances/index.ts'
import type { EpochMillis } from '../../model/index.ts'
import { headersFor, type MetadataAnswer, UNAUTHORIZED_PAGE, withBody } from './metadata-answer.ts'
import type { MetadataRequest } from './metadata-door.ts'
import { metadataPath } from './metadata-path.ts'

const NEWLINE = Buffer.from('\n')
const EC2_ADDRESS = '169.254.169.254'
/** What tells that a request came through a proxy. */
const PROXY_HEADERS = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'] as const

/** Whether a proxy handed the request on, as far as it says so itself. */
export function isHandedOn({ headers }: MetadataRequest): boolean {
  return PROXY_HEADERS.some((name) => headers[name] !== undefined)
}

/** An answer as hosts of EC2 used to send it for a directory that is asked for without its slash. */
export function redirected(
  answer: MetadataAnswer,
  { url = '', headers }: MetadataRequest,
  view: InstanceView,
  now: EpochMillis,
): MetadataAnswer {
  const target = url.split('?', 1)[0] ?? ''
  const path = metadataPath(target)
  if (answer.status !== 200 || target.endsWith('/') || path === undefined) return answer
  const slash = path.indexOf('/')
  const node = view.find(slash < 0 ? '' : path.slice(slash + 1), now)
  if (node?.kind !== 'text' || node.isListing === undefined) return answer
  const body = Buffer.alloc(0)
  // Who asked here is known to mean this listener by it.
  const location = `http://${headers.host ?? EC2_ADDRESS}${encodeURI(`/${path}/`)}`
  return { status: 301, headers: ['Location', location, ...headersFor(body)], body }
}

/** A session token as imitations of EC2 have sent it. */
export function withNewline(answer: MetadataAnswer, { method }: MetadataRequest): MetadataAnswer {
  if (answer.status !== 200 || method !== 'PUT') return answer
  return withBody(answer, Buffer.concat([answer.body, NEWLINE]))
}

/**
 * An answer as old hosts of EC2, on Xen, sent it. Captures show reads and 401 and 404; of the others they tell no more
 * than the version of HTTP.
 * @param date - as HTTP writes it
 */
export function asOnXen(answer: MetadataAnswer, date: string): MetadataAnswer {
  const sent = { ...(answer.status === 401 ? UNAUTHORIZED : answer), httpVersion: '1.0' } as const
  const headers = [...sent.headers, 'Date', date]
  const ranges = headers.indexOf('Accept-Ranges')
  if (ranges < 0) return { ...sent, headers }
  headers[ranges + 1] = 'bytes'
  headers.push('ETag', `"${crc32(sent.body)}"`)
  const left = headers.indexOf('X-Aws-Ec2-Metadata-Token-Ttl-Seconds')
  if (left >= 0) headers.splice(left, 2)
  return { ...sent, headers }
}

const UNAUTHORIZED: MetadataAnswer = {
  status: 401,
  headers: headersFor(UNAUTHORIZED_PAGE, 'text/html'),
  body: UNAUTHORIZED_PAGE,
}
