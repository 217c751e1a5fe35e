import { createHash } from 'node:crypto'
import type { WireRequest } from '../wire-client.ts'
import { type Ask, answered, type Refusal } from './refusal.ts'

type Change = (request: WireRequest) => WireRequest
type Answered = ReturnType<typeof answered>

const WHO_AM_I = { params: { Action: 'GetCallerIdentity' } }
const PRESIGNED = { ...WHO_AM_I, get: true, signing: { presigned: true } }
const MINUTE = 60_000
const YEAR = 365 * 24 * 60 * MINUTE
const later = (ms: number) => ({ at: new Date(Date.now() + ms) })

const MISSING = answered(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token')
const incomplete = (message: string | RegExp) => answered(400, 'IncompleteSignature', message)
const mismatch = (message?: string | RegExp) => answered(403, 'SignatureDoesNotMatch', message)
const NO_MATCH = mismatch(
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
)
const HOST_UNSIGNED = mismatch(`'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.`)
const EXPIRED = mismatch(
  /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/,
)
const NOT_YET = mismatch(
  /^Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 15 min\.\)$/,
)
const HASHED = '[A-Za-z0-9+/]{43}='

/** A signed request that is changed on its way. */
const changed = (rule: string, answer: Answered, after: Change): Refusal => ({
  rule,
  ask: { ...WHO_AM_I, after },
  ...answer,
  permitted: WHO_AM_I,
})
/** A presigned URL that is changed on its way. */
const urlChanged = (rule: string, answer: Answered, after: Change): Refusal => ({
  rule,
  ask: { ...PRESIGNED, after },
  ...answer,
  permitted: PRESIGNED,
})
/** A request that was not signed as it should be. */
const signed = (rule: string, answer: Answered, signing: Ask['signing']): Refusal => ({
  rule,
  ask: { ...WHO_AM_I, ...(signing && { signing }) },
  ...answer,
  permitted: WHO_AM_I,
})

function header(name: string, value: string | readonly string[]): Change {
  return (request) => ({ ...request, headers: { ...request.headers, [name]: value } })
}
/** Changes the Authorization header. */
function authorization(from: string | RegExp, to: string): Change {
  return (request) => header('authorization', String(request.headers['authorization']).replace(from, to))(request)
}
/** Changes the URL. */
function target(from: string | RegExp, to: string): Change {
  return (request) => ({ ...request, target: request.target.replace(from, to) })
}
function without(name: string): Change {
  return target(new RegExp(`&X-Amz-${name}=[^&]*`), '')
}
function both(first: Change, second: Change): Change {
  return (request) => second(first(request))
}

const requires = (name: string) => `Authorization header requires '${name}' parameter. `
const hashed = (header: string) =>
  `(Hashed with SHA-256 and encoded with Base64) Authorization=${createHash('sha256').update(header).digest('base64')}`
const lacks = (missing: string) =>
  incomplete(new RegExp(`^${missing}\\(Hashed with SHA-256 and encoded with Base64\\) Authorization=${HASHED}$`))
const mustInclude = (...names: readonly string[]) =>
  incomplete(
    `${names.map((name) => `AWS query-string parameters must include 'X-Amz-${name}'. `).join('')}Re-examine the query-string parameters.`,
  )
const NO_DATE = `Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. `

/** Signatures that are missing, cannot be read, are out of date, scoped to something else, or do not match. */
export const SIGNATURE_REFUSALS: readonly Refusal[] = [
  { rule: 'a request has to be signed', ask: { by: 'nobody', ...WHO_AM_I }, ...MISSING, permitted: WHO_AM_I },
  { rule: 'a request for credentials has to be signed', ask: { by: 'nobody' }, ...MISSING, permitted: {} },
  { rule: 'a URL has to be signed', ask: { by: 'nobody', ...WHO_AM_I, get: true }, ...MISSING, permitted: PRESIGNED },
  {
    rule: 'parameters are not read without a signature',
    ask: { by: 'nobody', params: { RoleArn: undefined } },
    ...MISSING,
  },
  changed(
    'a request is signed once: in its header or in its URL',
    mismatch(),
    target('/', '/?X-Amz-Algorithm=AWS4-HMAC-SHA256'),
  ),
  ...['AWS4-ECDSA-P256-SHA256', 'AWS4-HMAC-SHA512', 'aws4-hmac-sha256', 'AWS', 'Bearer'].map((algorithm) =>
    changed(
      `${algorithm} is no algorithm here`,
      incomplete(`Unsupported AWS 'algorithm': '${algorithm}'.`),
      authorization('AWS4-HMAC-SHA256', algorithm),
    ),
  ),
  changed(
    'every part of the header is a key and a value',
    incomplete(
      new RegExp(
        `^Invalid key=value pair \\(missing equal-sign\\) in Authorization header \\(hashed with SHA-256 and encoded with Base64\\): '${HASHED}'\\.$`,
      ),
    ),
    authorization('Signature=', ''),
  ),
  changed('the header has a Credential', lacks(requires('Credential')), authorization(/Credential=[^,]*, /, '')),
  changed('the header has a Signature', lacks(requires('Signature')), authorization(/, Signature=.*/, '')),
  changed('the header has SignedHeaders', lacks(requires('SignedHeaders')), authorization(/SignedHeaders=[^,]*, /, '')),
  changed('the header comes with a date', lacks(NO_DATE), header('x-amz-date', [])),
  changed(
    'everything that the header lacks is told at once',
    incomplete(
      `${requires('Credential')}${requires('Signature')}${requires('SignedHeaders')}${NO_DATE}${hashed('AWS4-HMAC-SHA256')}`,
    ),
    both(header('authorization', 'AWS4-HMAC-SHA256'), header('x-amz-date', [])),
  ),
  urlChanged('another algorithm in a URL is no signature', MISSING, target('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA512')),
  ...['Credential', 'Signature', 'SignedHeaders', 'Date'].map((name) =>
    urlChanged(`a presigned URL has X-Amz-${name}`, mustInclude(name), without(name)),
  ),
  urlChanged(
    'everything that a presigned URL lacks is told at once',
    mustInclude('Credential', 'Signature', 'SignedHeaders', 'Date'),
    target(/\?.*/, '?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256'),
  ),
  changed('the host is signed', HOST_UNSIGNED, authorization('host;', '')),
  urlChanged(
    'the host of a presigned URL is signed',
    HOST_UNSIGNED,
    target('SignedHeaders=host', 'SignedHeaders=accept'),
  ),
  ...['yesterday', '2026-01-01T00:00:00Z', '20260230T000000Z', '20260101T000000'].map((date) =>
    changed(
      `${date} is no date of a signature`,
      incomplete(`Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`),
      header('x-amz-date', date),
    ),
  ),
  signed('a signature of two years ago is over', EXPIRED, later(-2 * YEAR)),
  signed('a signature is over after 15 minutes', EXPIRED, later(-16 * MINUTE)),
  signed('a signature does not begin more than 15 minutes from now', NOT_YET, later(16 * MINUTE)),
  {
    rule: 'a presigned URL is over after 15 minutes, however long it claims to last',
    ask: {
      ...PRESIGNED,
      signing: { presigned: true, ...later(-16 * MINUTE) },
      after: target('Expires=60', 'Expires=604800'),
    },
    ...EXPIRED,
    permitted: PRESIGNED,
  },
  changed('the date of a signature is signed', NO_MATCH, (request) =>
    header('x-amz-date', oneSecondEarlier(String(request.headers['x-amz-date'])))(request),
  ),
  changed(
    'a credential has five elements',
    incomplete(
      /^Credential must have exactly 5 slash-delimited elements, e\.g\. keyid\/date\/region\/service\/term, got '[^']*\/sts'$/,
    ),
    authorization('/aws4_request', ''),
  ),
  changed(
    'a credential has no sixth element',
    incomplete(
      /^Credential must have exactly 5 slash-delimited elements, e\.g\. keyid\/date\/region\/service\/term, got '[^']*\/sts\/aws4_request\/more'$/,
    ),
    authorization('/aws4_request', '/aws4_request/more'),
  ),
  signed('a region that does not exist is no scope', mismatch('Credential should be scoped to a valid region. '), {
    region: 'us-north-9',
  }),
  signed('a region of another partition is no scope', mismatch('Credential should be scoped to a valid region. '), {
    region: 'cn-north-1',
  }),
  signed('a region has case', mismatch('Credential should be scoped to a valid region. '), { region: 'US-EAST-1' }),
  signed(
    'a signature for another service is none',
    mismatch("Credential should be scoped to correct service: 'sts'. "),
    { service: 'iam' },
  ),
  changed(
    'a scope ends in aws4_request',
    mismatch("Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. "),
    authorization('aws4_request', 'aws5_request'),
  ),
  changed(
    'a scope is of the day of its date',
    mismatch(
      /^Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150830' != '(\d{8})', from '\1T\d{6}Z'\.$/,
    ),
    authorization(/\/\d{8}\//, '/20150830/'),
  ),
  changed(
    'everything that is wrong with a scope is told at once',
    mismatch(
      /^Credential should be scoped to a valid region\. Credential should be scoped to correct service: 'sts'\. Credential should be scoped with a valid terminator: 'aws4_request', not 'end'\. Date in Credential scope does not match .*\.$/,
    ),
    authorization(/\/\d{8}\/us-east-1\/sts\/aws4_request/, '/20150830/moon-1/s3/end'),
  ),
  changed('the region of a scope is signed', NO_MATCH, authorization('us-east-1', 'eu-west-1')),
  changed('another action is another request', NO_MATCH, (request) => ({
    ...request,
    body: request.body.replace('GetCallerIdentity', 'AssumeRole'),
  })),
  {
    rule: 'another role is another request',
    ask: { after: (request) => ({ ...request, body: request.body.replace('Open', 'Long') }) },
    ...NO_MATCH,
    permitted: {},
  },
  changed('what is added to a body is another request', NO_MATCH, (request) => ({
    ...request,
    body: `${request.body}&`,
  })),
  changed('what is added to a URL is another request', NO_MATCH, target('/', '/?more=')),
  urlChanged(
    'another parameter in a presigned URL is another request',
    NO_MATCH,
    target('Version=2011-06-15', 'Version=2011-06-15&RoleArn=x'),
  ),
  urlChanged('the lifetime in a presigned URL is signed', NO_MATCH, target('Expires=60', 'Expires=61')),
  {
    rule: 'a presigned URL has no body, though the signer wants it so',
    ask: { ...PRESIGNED, before: (request) => ({ ...request, body: 'x' }) },
    ...NO_MATCH,
    permitted: PRESIGNED,
  },
  urlChanged('a presigned URL has no body', NO_MATCH, (request) => ({ ...request, method: 'GET', body: 'x' })),
  changed('another host is another request', NO_MATCH, header('host', 'sts.amazonaws.com')),
  changed(
    'another content type is another request',
    NO_MATCH,
    header('content-type', 'application/x-www-form-urlencoded'),
  ),
  changed('a header that is signed has to come', NO_MATCH, authorization('host;', 'host;x-absent;')),
  changed('every header of AWS has to be signed', NO_MATCH, header('x-amz-extra', 'unsigned')),
  changed('no body is left unsigned', NO_MATCH, header('x-amz-content-sha256', 'UNSIGNED-PAYLOAD')),
  {
    rule: 'no body is left unsigned, though the signer wants it so',
    ask: { ...WHO_AM_I, before: header('x-amz-content-sha256', 'UNSIGNED-PAYLOAD') },
    ...NO_MATCH,
    permitted: WHO_AM_I,
  },
  changed('a signature is written in lower case', NO_MATCH, (request) =>
    header(
      'authorization',
      String(request.headers['authorization']).replace(/[0-9a-f]+$/, (hex) => hex.toUpperCase()),
    )(request),
  ),
  changed('a signature is not cut short', NO_MATCH, authorization(/.$/, '')),
  changed('a signature is not empty', NO_MATCH, authorization(/[0-9a-f]+$/, '')),
  changed('another signature is none', NO_MATCH, authorization(/[0-9a-f]+$/, '0'.repeat(64))),
]

function oneSecondEarlier(basic: string): string {
  const iso = basic.replace(/(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)/, '$1-$2-$3:$4:$5')
  return new Date(Date.parse(iso) - 1000).toISOString().replace(/[-:]|\.\d{3}/g, '')
}
