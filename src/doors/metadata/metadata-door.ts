import type { IncomingHttpHeaders } from 'node:http'
import {
  type IdentityDocuments,
  type InstanceTokens,
  type InstanceView,
  type MetadataNode,
  VERSIONS,
} from '../../domain/instances/index.ts'
import { type EpochMillis, epochMillis, type Instance } from '../../model/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { InstanceCredentials } from './instance-credentials.ts'
import { bare, found, issued, type MetadataAnswer, methods, NOT_FOUND } from './metadata-answer.ts'
import { metadataPath } from './metadata-path.ts'
import { withAccountId } from './with-account-id.ts'

/** What the metadata service consults. */
export interface MetadataDoorOptions {
  /** Judges session tokens, and what an instance is told when. */
  readonly clock: Clock
  readonly tokens: Pick<InstanceTokens, 'issue' | 'expiryOf'>
  readonly documents: IdentityDocuments
  readonly credentials: Pick<InstanceCredentials, 'of'>
}

/** Who asks: which instance its address stands for, and how many hops away it is. */
export interface MetadataClient {
  /** `undefined`: no instance answers here. */
  readonly instance: InstanceView | undefined
  readonly hops: number
}

/** A request whose sender was checked and whose body was read. */
export interface MetadataRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
  /** Each value by itself, where a header came more than once. */
  readonly headersDistinct: NodeJS.Dict<string[]>
}

/** What becomes of a request: an answer, none that reaches the client (`undefined`), or a connection that is cut. */
export type Answered = MetadataAnswer | 'reset' | undefined

/** Answers every request. */
export type MetadataDoor = (request: MetadataRequest, client: MetadataClient) => Answered | Promise<Answered>

const TOKEN_PATH = 'latest/api/token'
const DATED_TOKEN_PATH = /^[^/]*\/api\/token$/
const TTL = { min: 1, max: 21_600 }
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds'
const TOKEN_HEADER = 'x-aws-ec2-metadata-token'
const VERSION_LIST: Buffer = Buffer.from(VERSIONS.join('\n'))
const UNAUTHORIZED = bare(401)
const FORBIDDEN = bare(403)
const KNOWN_VERSIONS: ReadonlySet<string> = new Set(VERSIONS)

/**
 * The metadata service of EC2. The order of the checks shows on the wire: the token before the path, so that nobody
 * without one learns which paths there are.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
export function metadataDoor(options: MetadataDoorOptions): MetadataDoor {
  return (request, { instance, hops }) => {
    if (instance === undefined) return NOT_FOUND
    if (instance.instance.options.httpEndpoint === 'disabled') return FORBIDDEN
    const path = metadataPath(request.url ?? '')
    if (path === TOKEN_PATH) return answerTokenRequest(request, instance.instance, hops, options)
    return answerRead(request, path, instance, options)
  }
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html */
function answerTokenRequest(
  { method, headers }: MetadataRequest,
  instance: Instance,
  hops: number,
  { clock, tokens }: MetadataDoorOptions,
): MetadataAnswer | undefined {
  // Present is enough, whatever it says: an open proxy must not fetch tokens for others. AWS documents that it refuses,
  // not how.
  if (headers['x-forwarded-for'] !== undefined) return FORBIDDEN
  if (method === 'OPTIONS') return methods(200, 'OPTIONS, PUT')
  if (method !== 'PUT') return methods(405, 'OPTIONS, PUT')
  // A packet that may travel fewer hops than there are to its receiver is lost.
  if (hops > instance.options.httpPutResponseHopLimit) return undefined
  if (headers.expect !== undefined) return bare(417)
  const text = headers[TTL_HEADER]
  // A header that came twice holds a comma.
  const seconds = typeof text === 'string' && /^[0-9]{1,9}$/.test(text) ? Number(text) : 0
  if (seconds < TTL.min || seconds > TTL.max) return bare(400)
  return issued(tokens.issue(instance, epochMillis(clock.now() + seconds * 1000)), seconds)
}

function answerRead(
  { method, headers }: MetadataRequest,
  path: string | undefined,
  view: InstanceView,
  options: MetadataDoorOptions,
): MetadataAnswer | Promise<MetadataAnswer> {
  if (method !== 'GET' && method !== 'HEAD') {
    // AWS documents that only /latest/ gives tokens.
    const isTokenPath = method === 'PUT' && path !== undefined && DATED_TOKEN_PATH.test(path)
    return isTokenPath ? FORBIDDEN : methods(405, 'GET, HEAD')
  }
  const now = options.clock.now()
  const token = headers[TOKEN_HEADER]
  let tokenSeconds: number | undefined
  if (token !== undefined) {
    // Two tokens are one text with a comma, which is none.
    const expiresAt = typeof token === 'string' ? options.tokens.expiryOf(token, view.instance) : undefined
    // A token that is no good never falls back to a request without one.
    if (expiresAt === undefined || now >= expiresAt) return UNAUTHORIZED
    // None is given for longer: the clock was set back since, and the token would outlive its time.
    if (expiresAt - now > TTL.max * 1000) return UNAUTHORIZED
    tokenSeconds = Math.ceil((expiresAt - now) / 1000)
  } else if (view.instance.options.httpTokens === 'required') return UNAUTHORIZED
  if (path === undefined) return NOT_FOUND
  if (path === '') {
    return found({ body: VERSION_LIST, lastModified: new Date(now).toUTCString(), tokenSeconds })
  }
  const slash = path.indexOf('/')
  if (!KNOWN_VERSIONS.has(slash < 0 ? path : path.slice(0, slash))) return NOT_FOUND
  const node = view.find(slash < 0 ? '' : path.slice(slash + 1), now)
  return node === undefined ? NOT_FOUND : answerNode(node, view, now, tokenSeconds, options)
}

function answerNode(
  node: MetadataNode,
  view: InstanceView,
  now: EpochMillis,
  tokenSeconds: number | undefined,
  { documents, credentials }: MetadataDoorOptions,
): MetadataAnswer | Promise<MetadataAnswer> {
  const { lastModified } = view
  switch (node.kind) {
    case 'text':
      return found({ body: node.body, lastModified, tokenSeconds })
    case 'bytes':
      return found({ body: node.body, contentType: 'application/octet-stream', lastModified, tokenSeconds })
    case 'credentials': {
      const delivery = tokenSeconds === undefined ? '1.0' : '2.0'
      return credentials.of(view.instance, node.roleName, delivery).then((document) => {
        const body = node.namesAccount ? withAccountId(document, view.instance.account) : document
        return found({ body, lastModified, tokenSeconds, isSecret: true })
      })
    }
    case 'signature':
      return view.signature(node.name, documents, now).then((body) => found({ body, lastModified, tokenSeconds }))
  }
}
