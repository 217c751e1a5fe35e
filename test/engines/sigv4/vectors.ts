import type { SignedRequest } from '../../../src/engines/sigv4/index.ts'
import { epochMillis, Secret } from '../../../src/model/index.ts'

/** A published request, with the signature it has in either carrier. */
export interface Vector {
  readonly name: string
  readonly method: string
  readonly target: string
  /** Name, value, name, value: what is signed besides `host`, the date and the token. */
  readonly headers: readonly string[]
  readonly body: string
  readonly service: string
  readonly host: string
  readonly expires: number
  readonly sessionToken?: string
  /** Added after signing, where signing does not cover it. */
  readonly tokenAfterSigning?: string
  readonly headerSignature?: string
  readonly querySignature?: string
}

export const ACCESS_KEY_ID = 'AKIDEXAMPLE'
export const SECRET_ACCESS_KEY = new Secret('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY')
export const REGION = 'us-east-1'
export const TIMESTAMP = '20150830T123600Z'
export const NOW = epochMillis(Date.UTC(2015, 7, 30, 12, 36, 0))
export const SIGNING_KEYS = {
  sts: 'a9d028e9e96178f3ed6acfa66eff308447119de7ba1dd1dc7b666bbcb5686dfd',
  service: '938127b5336810ddb6a5d6af445fcac9e371f9ed418ed386b022aed82901be75',
}

const FORM_HASH = '9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e'
const SUITE_TOKEN = '6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267'
const FORM_TYPE = 'application/x-www-form-urlencoded'

function suite(
  name: string,
  [method, target, headers = [], body = '']: readonly [string, string, (readonly string[])?, string?],
  headerSignature: string,
  querySignature: string,
  more: Partial<Vector> = {},
): Vector {
  // Node hands over one character per byte of the request line.
  const onTheWire = Buffer.from(target).toString('latin1')
  const shared = { service: 'service', host: 'example.amazonaws.com', expires: 3600, headerSignature, querySignature }
  return { name, method, target: onTheWire, headers, body, ...shared, ...more }
}

const VANILLA = [
  '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  'e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d',
] as const
const POST_VANILLA = [
  '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  '2ce6e6d2e0cf2f9d1b55fafec88cd20574c31dc2e7631979f71ba2310083e95b',
] as const
const POST_QUERY = [
  '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
  'a9ef26247f293bffe40eeff86a0480ba8c14d31503b2e0c3399e3a16bf1a3682',
] as const

/** The suite that AWS's own clients are tested with: the cases whose paths are normalised. */
export const SUITE: readonly Vector[] = [
  suite('get-vanilla', ['GET', '/'], ...VANILLA),
  suite('get-vanilla-query', ['GET', '/'], ...VANILLA),
  suite('get-relative-normalized', ['GET', '/example/..'], ...VANILLA),
  suite('get-relative-relative-normalized', ['GET', '/example1/example2/../..'], ...VANILLA),
  suite('get-slash-normalized', ['GET', '//'], ...VANILLA),
  suite('get-slash-dot-slash-normalized', ['GET', '/./'], ...VANILLA),
  suite(
    'get-slash-pointless-dot-normalized',
    ['GET', '/./example'],
    'ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5',
    '35034b1a0bdd969f346975386daf8aedfd4976573b8348cf4f67eaa41c5857de',
  ),
  suite(
    'get-slashes-normalized',
    ['GET', '//example//'],
    '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
    'c1834e8fb0307243711f0f907f6ab7311ed300d87f13792d7ee4da89ab93e082',
  ),
  suite(
    'get-space-normalized',
    ['GET', '/example space/'],
    '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
    '7a1f416954786484c9824d93c1f26ef64acb9b1b6c9154d08c9f07d0e394abf6',
  ),
  suite(
    'get-utf8',
    ['GET', '/\u1234'],
    '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
    '10eae3f14a260bd3911cc6d008d3c576d143b05b62f09782a7a4b37f52178e44',
  ),
  suite(
    'get-unreserved',
    ['GET', '/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'],
    '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
    '95968482db1b9e0fadef6efc1bd24689f77c77d9ef56919c96a28cc92e0d6005',
  ),
  suite(
    'get-vanilla-empty-query-key',
    ['GET', '/?Param1=value1'],
    'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
    '49096700cbbaa5753443850f40df10f904fc2fdb544dc9512203cc77c471a9de',
  ),
  suite(
    'get-vanilla-query-order-key-case',
    ['GET', '/?Param2=value2&Param1=value1'],
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    '86012e2c9ad4d77369f5d81c11f75158aae4f895a085212cc6d3f923d300bed5',
  ),
  suite(
    'get-vanilla-query-order-encoded',
    ['GET', '/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1'],
    '371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac',
    'c5f1848ceec943ac2ca68ee720460c23aaae30a2300586597ada94c4a65e4787',
  ),
  suite(
    'get-vanilla-utf8-query',
    ['GET', '/?\u1234=bar'],
    '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
    '0bdd809b1519ac4f0c1dc3540e2cc46bd0c7f778eda408b2ebf3b913d21ff600',
  ),
  suite(
    'get-header-key-duplicate',
    ['GET', '/', ['My-Header1', 'value2', 'My-Header1', 'value2', 'My-Header1', 'value1']],
    'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
    '3349ee0b81b4b589da0ff28a395c3591e04de515651dd74f298fa992d1507a97',
  ),
  suite(
    'get-header-value-order',
    ['GET', '/', ['My-Header1', 'value4', 'My-Header1', 'value1', 'My-Header1', 'value3', 'My-Header1', 'value2']],
    '08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01',
    '313720e71ca6202fdcfa9b20f88de01a4eb0638a83c833b1c184359a4eda864e',
  ),
  suite(
    'get-header-value-trim',
    ['GET', '/', ['My-Header1', ' value1', 'My-Header2', ' "a   b   c"']],
    'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
    'e7bb0fd515e125e1aec2ecc4c0c17484fb06f6846b927c35e46005dd3df3acd4',
  ),
  suite(
    'get-header-value-multiline',
    ['GET', '/', ['My-Header1', 'value1\n  value2\n     value3']],
    'cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd',
    'e6f5def831211aca02987a44b96826706278c7bc078112ae0263659c5b2f2d56',
  ),
  suite(
    'get-vanilla-with-session-token',
    ['GET', '/'],
    '07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8',
    '7ff2b50b376cb4d151970630573d6291dc128cc5c2a12ffb237f73cc53f67b6c',
    { sessionToken: SUITE_TOKEN },
  ),
  suite('post-vanilla', ['POST', '/'], ...POST_VANILLA),
  suite('post-header-key-case', ['POST', '/'], ...POST_VANILLA),
  suite('post-sts-header-after', ['POST', '/'], ...POST_VANILLA, { tokenAfterSigning: SUITE_TOKEN }),
  suite(
    'post-header-key-sort',
    ['POST', '/', ['My-Header1', 'value1']],
    'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
    'c09d07e0d55871f10f2a6d350d994acf6825a3cae70673d7def55616e6119dd7',
  ),
  suite(
    'post-header-value-case',
    ['POST', '/', ['My-Header1', 'VALUE1']],
    'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
    '0698bc9e4f7f9139065ba2909c0e99da257e8e2a42492a097bcd46d792391fed',
  ),
  suite('post-vanilla-query', ['POST', '/?Param1=value1'], ...POST_QUERY),
  suite('post-vanilla-empty-query-value', ['POST', '/?Param1=value1'], ...POST_QUERY),
  suite(
    'post-x-www-form-urlencoded',
    ['POST', '/', ['Content-Type', FORM_TYPE, 'Content-Length', '13'], 'Param1=value1'],
    'd3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b',
    '89a40deed0f26f9461242825a082d2222717248abc7ab41f552ad84a94ad46e9',
  ),
  suite(
    'post-x-www-form-urlencoded-parameters',
    ['POST', '/', ['Content-Type', `${FORM_TYPE}; charset=utf-8`, 'Content-Length', '13'], 'Param1=value1'],
    '328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422',
    '0dbeb9b026c7b6675f266b8427efec9b4fa8b1f6ef1477d717aea231106eab4d',
  ),
]

const STS = { service: 'sts', host: 'sts.us-east-1.amazonaws.com', expires: 60 }
const STS_POST = { ...STS, method: 'POST', target: '/', headers: ['content-type', `${FORM_TYPE}; charset=utf-8`] }
const WHO_AM_I = 'Action=GetCallerIdentity&Version=2011-06-15'

/** Requests as STS clients send them. */
export const STS_VECTORS: readonly Vector[] = [
  {
    ...STS_POST,
    name: 'GetCallerIdentity',
    body: WHO_AM_I,
    headerSignature: '52a8540fea00e731072179f763577cbe2a45eac2c5d32fb4d785f3eefac88165',
  },
  {
    ...STS_POST,
    name: 'GetCallerIdentity with a session token',
    body: WHO_AM_I,
    sessionToken: 'TOKEN//EXAMPLE+TOKEN==',
    headerSignature: '3c6079399590b0cc2467b8dd18bc6fbc08b8049d8254507b1bc83a06c029ff64',
  },
  {
    ...STS_POST,
    name: 'AssumeRole',
    body: 'Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdemo&RoleSessionName=s1&Tags.member.1.Key=Project&Tags.member.1.Value=A+B%2BC',
    headerSignature: '3d5b74ce01a3690b13539927aa2725715cfb297d1c82d6e29eb182cac76cf037',
  },
  {
    ...STS,
    name: 'presigned GetCallerIdentity for a cluster',
    method: 'GET',
    target: `/?${WHO_AM_I}`,
    headers: ['x-k8s-aws-id', 'demo-cluster'],
    body: '',
    querySignature: '41ddb1547b081f32cce52c467d9c7fa99501cb0dfdf5cda6e08f8cc68801e482',
  },
]

/** The request as it is signed: with `Host`, and without anything that signing adds. */
export function unsigned(vector: Vector): SignedRequest {
  // The suite sends this header with its own spelling; names are signed in lower case.
  const host = vector.name === 'post-header-key-case' ? 'HOST' : 'Host'
  const rawHeaders = [host, vector.host, ...vector.headers]
  return { method: vector.method, target: vector.target, rawHeaders, body: Buffer.from(vector.body) }
}

/** The unsigned request of the header form: the suite's forms also declare the hash of their body there. */
export function unsignedWithHash(vector: Vector): SignedRequest {
  const request = unsigned(vector)
  if (vector.service !== 'service' || vector.body === '') return request
  return { ...request, rawHeaders: [...request.rawHeaders, 'X-Amz-Content-Sha256', FORM_HASH] }
}

/** The published request of the header form, put together from its row. */
export function inHeader(vector: Vector): SignedRequest {
  const request = unsignedWithHash(vector)
  const rawHeaders = [...request.rawHeaders, 'X-Amz-Date', TIMESTAMP]
  if (vector.sessionToken !== undefined) rawHeaders.push('X-Amz-Security-Token', vector.sessionToken)
  const credential = `${ACCESS_KEY_ID}/20150830/${REGION}/${vector.service}/aws4_request`
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${namesOf(rawHeaders)}, Signature=${vector.headerSignature}`
  rawHeaders.push('Authorization', authorization)
  return { ...request, rawHeaders }
}

/** The published request of the query form, put together from its row. */
export function inQuery(vector: Vector): SignedRequest {
  const request = unsigned(vector)
  const fields = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${ACCESS_KEY_ID}%2F20150830%2F${REGION}%2F${vector.service}%2Faws4_request`,
    `X-Amz-Date=${TIMESTAMP}`,
    `X-Amz-Expires=${vector.expires}`,
    `X-Amz-SignedHeaders=${encodeURIComponent(namesOf(request.rawHeaders))}`,
    `X-Amz-Signature=${vector.querySignature}`,
  ]
  const token = vector.sessionToken ?? vector.tokenAfterSigning
  if (token !== undefined) fields.push(`X-Amz-Security-Token=${encodeURIComponent(token)}`)
  return { ...request, target: request.target + (request.target.includes('?') ? '&' : '?') + fields.join('&') }
}

function namesOf(rawHeaders: readonly string[]): string {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
  return [...new Set(names)].sort().join(';')
}
