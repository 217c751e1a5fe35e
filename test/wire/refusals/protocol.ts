import type { WireRequest } from '../wire-client.ts'
import { type Ask, answered, OPEN, type Refusal } from './refusal.ts'

const NO_MATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'
const NOTHING = { code: undefined, message: undefined }
const MISSING_ACTION = answered(
  400,
  'MissingAction',
  'The request is missing an action: send Action in the URL of a GET, or in a POST of type application/x-www-form-urlencoded.',
)
const TOO_MANY = answered(400, 'ValidationError', 'A request can have at most 1000 parameters.')
const BODY_LIMIT = 262_144

const noOperation = (action: string, version: string) =>
  answered(400, 'InvalidAction', `Could not find operation ${action} for version ${version}`)
const badEscape = (message: string) => answered(400, 'MalformedQueryString', message)

/** A request that nobody signed: these rules come before anybody is asked who they are. */
function unsigned(rule: string, answer: Pick<Refusal, 'status' | 'code' | 'message'>, ask: Ask): Refusal {
  return { rule, ask: { by: 'nobody', ...ask }, ...answer }
}
const to = (target: string): Pick<Ask, 'before'> => ({ before: (request) => ({ ...request, target }) })
const as = (changes: Partial<WireRequest>): Pick<Ask, 'before'> => ({
  before: (request) => ({ ...request, ...changes }),
})
const typed = (type: string | readonly string[]): Pick<Ask, 'before'> => ({
  before: (request) => ({ ...request, headers: { ...request.headers, 'content-type': type } }),
})
const padded = (bytes: number): Pick<Ask, 'before'> => ({
  before: (request) => ({ ...request, body: request.body.padEnd(bytes, '&') }),
})
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, '']))

/** Requests that no operation ever sees. */
export const PROTOCOL_REFUSALS: readonly Refusal[] = [
  unsigned('an action that does not exist is not found', noOperation('AssumeRoot', '2011-06-15'), {
    params: { Action: 'AssumeRoot' },
  }),
  {
    rule: 'an action that does not exist is not found, whoever asks',
    ask: { params: { Action: 'TakeRole' } },
    ...noOperation('TakeRole', '2011-06-15'),
    permitted: {},
  },
  unsigned('the name of an action has case', noOperation('assumeRole', '2011-06-15'), {
    params: { Action: 'assumeRole' },
  }),
  unsigned('the name of an action is no property of a table', noOperation('constructor', '2011-06-15'), {
    params: { Action: 'constructor' },
  }),
  unsigned('an action exists in its own version alone', noOperation('AssumeRole', '2010-05-08'), {
    params: { Version: '2010-05-08' },
  }),
  unsigned('an action needs a version', noOperation('AssumeRole', 'NO_VERSION_SPECIFIED'), {
    params: { Version: undefined },
  }),
  unsigned('an empty version is none', noOperation('AssumeRole', ''), { params: { Version: '' } }),
  unsigned('an empty action is none', noOperation('', '2011-06-15'), { params: { Action: '' } }),
  unsigned('the name of an action is no markup', noOperation('</Message><x a="b">&amp;', '2011-06-15'), {
    params: { Action: '</Message><x a="b">&amp;' },
  }),
  unsigned('a POST without an action is none', MISSING_ACTION, { params: { Action: undefined } }),
  unsigned('a GET without an action is none', MISSING_ACTION, { get: true, params: { Action: undefined } }),
  unsigned('the root of the listener is no page', MISSING_ACTION, { get: true, ...to('/') }),
  unsigned('a body of another type has no action', MISSING_ACTION, typed('application/json')),
  unsigned(
    'a body of a type that begins like a form has no action',
    MISSING_ACTION,
    typed('application/x-www-form-urlencoded-not'),
  ),
  unsigned('a body without type has no action', MISSING_ACTION, typed([])),
  unsigned('nothing is PUT', MISSING_ACTION, as({ method: 'PUT' })),
  unsigned('nothing is DELETEd', MISSING_ACTION, as({ method: 'DELETE' })),
  unsigned('no page of another origin is let in', MISSING_ACTION, {
    before: (request) => ({
      ...request,
      method: 'OPTIONS',
      headers: { ...request.headers, origin: 'https://example.com', 'access-control-request-method': 'POST' },
    }),
  }),
  unsigned(
    'another path is unknown',
    { status: 404, ...NOTHING },
    { ...as({ method: 'GET', target: '/latest/meta-data/', body: '' }) },
  ),
  unsigned('another path is never signed for', answered(403, 'SignatureDoesNotMatch', NO_MATCH), {
    get: true,
    ...to('/sts?Action=GetCallerIdentity&Version=2011-06-15'),
  }),
  unsigned('a path that leads back to the root is another path', answered(403, 'SignatureDoesNotMatch', NO_MATCH), {
    get: true,
    ...to('/sts/..?Action=GetCallerIdentity&Version=2011-06-15'),
  }),
  unsigned('two slashes are another path', answered(403, 'SignatureDoesNotMatch', NO_MATCH), {
    get: true,
    ...to('//?Action=GetCallerIdentity&Version=2011-06-15'),
  }),
  unsigned(
    'a path has no bad escape',
    { status: 400, ...NOTHING },
    { get: true, ...to('/%zz?Action=GetCallerIdentity') },
  ),
  unsigned('a query does not end in an escape', badEscape('Incomplete trailing escape % sequence'), {
    get: true,
    ...to('/?Action=GetCallerIdentity&a=%4'),
  }),
  unsigned('a query has no bad escape', badEscape('Illegal hex character in escape % pattern: %zz'), {
    get: true,
    ...to('/?Action=GetCallerIdentity&a=%zzz'),
  }),
  unsigned('a body does not end in an escape', badEscape('Incomplete trailing escape % sequence'), {
    before: (request) => ({ ...request, body: `${request.body}&a=%` }),
  }),
  unsigned('a body has no bad escape', badEscape('Illegal hex character in escape % pattern: %g0'), {
    before: (request) => ({ ...request, body: `${request.body}&%g0=` }),
  }),
  {
    rule: 'a body is 256 KiB long at most',
    ask: padded(BODY_LIMIT + 1),
    status: 413,
    ...NOTHING,
    permitted: padded(BODY_LIMIT),
  },
  {
    rule: 'a request has 1000 parameters at most',
    ask: { params: many(1001 - 4) },
    ...TOO_MANY,
    permitted: { params: many(1000 - 4) },
  },
  {
    rule: 'the parameters of a URL count, too',
    ask: { params: many(600), ...to(`/?${'&p'.repeat(397)}`) },
    ...TOO_MANY,
    permitted: { params: many(600), ...to(`/?${'&p'.repeat(396)}`) },
  },
  {
    rule: 'what a URL says comes before what the body says',
    ask: to('/?Action=NoSuchThing'),
    ...noOperation('NoSuchThing', '2011-06-15'),
    permitted: to(`/?RoleSessionName=${OPEN}`),
  },
]
