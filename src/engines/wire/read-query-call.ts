import { InvalidAction, MissingAction, SignatureDoesNotMatch } from '../../model/index.ts'
import { excerpt } from './excerpt.ts'
import { hasBadEscape } from './form-decode.ts'
import { type Answer, headerOf, type Received } from './messages.ts'
import type { Params } from './params.ts'
import { readForm } from './read-form.ts'

/** What a Query request asks for. Whether such an operation exists is for whoever holds the table of operations. */
export interface QueryCall {
  /** May be empty: AWS looks for an operation of that name too. */
  readonly action: string
  /** `undefined` when the request names none, which AWS answers otherwise than an empty one. */
  readonly version: string | undefined
  readonly params: Params
}

/** How a listener takes Query requests. */
export interface QueryOptions {
  /** Answers CORS preflights: only where a browser's pages may call. */
  readonly cors: boolean
  /**
   * Answers a request without an action as AWS does, with a redirect to AWS's own site. Off, it is a `MissingAction`
   * fault: the redirect would hand a presigned query string to a foreign host.
   */
  readonly redirectMissingAction: boolean
  /** Of the URL and the body together. */
  readonly maxParameters: number
}

const FORM = /^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i
const PRINTABLE = /^[\x21-\x7e]*$/
/** Code points of an unknown name that an answer repeats. */
const MAX_NAME = 128
const AWS_SITE = 'https://aws.amazon.com/iam'

const BAD_PATH: Answer = { status: 400, headers: {}, body: '' }
const UNKNOWN_PATH: Answer = { status: 404, headers: {}, body: '<UnknownOperationException/>' }
const UNKNOWN_PATH_HEAD: Answer = { status: 404, headers: {}, body: '' }
const PREFLIGHT: Answer = {
  status: 200,
  headers: {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'GET, POST',
    // A wildcard would not cover Authorization, so the headers that AWS SDKs send are named.
    'Access-Control-Allow-Headers':
      'authorization, content-type, x-amz-content-sha256, x-amz-date, x-amz-security-token, x-amz-user-agent, amz-sdk-invocation-id, amz-sdk-request',
    'Access-Control-Max-Age': '172800',
  },
  body: '',
}

/**
 * Reads a request of the Query protocol: `GET` with the parameters in the URL, or a form `POST`, whose parameters
 * those of the URL precede. Checks go in AWS's order: path and escapes, then method and content type, then the action.
 * Checks no signature.
 * @returns the call, or the whole answer where AWS answers without a fault
 * @throws {@link MalformedQueryString}, {@link MissingAction}, {@link SignatureDoesNotMatch} for a path below `/`,
 * {@link ValidationError} for too many parameters
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 */
export function readQueryCall(received: Received, options: QueryOptions): QueryCall | Answer {
  const { method, target } = received
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const query = mark < 0 ? '' : target.slice(mark + 1)
  if (hasBadEscape(path)) return BAD_PATH
  if (options.cors && isPreflight(received)) return PREFLIGHT

  const form = method === 'POST' && FORM.test(headerOf(received, 'content-type') ?? '')
  const params = readForm(form ? [query, textOf(received.body)] : [query], options.maxParameters)
  const action = params.text('Action')
  if (path !== '/') return refusePath(method, action)
  if (action === undefined || !(form || method === 'GET')) return refuseMissingAction(method, query, options)
  return { action, version: params.text('Version'), params }
}

/** The fault for an action, or a version of it, that is not known; `version` as {@link QueryCall} has it. */
export function noSuchOperation({ action, version }: Pick<QueryCall, 'action' | 'version'>): InvalidAction {
  const [operation, of] = [excerpt(action, MAX_NAME), excerpt(version ?? 'NO_VERSION_SPECIFIED', MAX_NAME)]
  return new InvalidAction(`Could not find operation ${operation} for version ${of}`)
}

function isPreflight(received: Received): boolean {
  return (
    received.method === 'OPTIONS' &&
    headerOf(received, 'origin') !== undefined &&
    headerOf(received, 'access-control-request-method') !== undefined
  )
}

function refusePath(method: string, action: string | undefined): Answer {
  if (action !== undefined) {
    throw new SignatureDoesNotMatch(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    )
  }
  return method === 'HEAD' ? UNKNOWN_PATH_HEAD : UNKNOWN_PATH
}

function refuseMissingAction(method: string, query: string, { redirectMissingAction }: QueryOptions): Answer {
  if (!redirectMissingAction) {
    throw new MissingAction(
      'The request is missing an action: send Action in the URL of a GET, or in a POST of type application/x-www-form-urlencoded.',
    )
  }
  const keepsQuery = method === 'GET' && query !== '' && PRINTABLE.test(query)
  return { status: 302, headers: { Location: keepsQuery ? `${AWS_SITE}?${query}` : AWS_SITE }, body: '' }
}

function textOf(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
}
