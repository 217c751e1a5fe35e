import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { SignatureV4 } from '@smithy/signature-v4'
import { readXml } from '../engines/wire/read-xml.ts'
import { Sha256 } from '../sha256.ts'

/** A key to sign with, as the SDK has it. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** A request as it goes over the wire: `target` and `body` are sent as they stand. */
export interface WireRequest {
  readonly method: string
  readonly target: string
  /** Names in lower case, `host` among them. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string
}

/** Parameters by name; a list repeats the name, `undefined` leaves it out. */
export type Params = Readonly<Record<string, string | readonly string[] | undefined>>

/** How a request is signed, where it is not signed as usual. */
export interface Signing {
  readonly region?: string
  readonly service?: string
  readonly at?: Date
  /** In the URL instead of the headers: then the parameters move there, too. */
  readonly presigned?: boolean
}

/** An answer, and what its XML says where it is an error. */
export interface WireAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly fault: WireFault | undefined
}

/** An error as AWS's XML has it; `message` is `undefined` when there is no such element. */
export interface WireFault {
  readonly type: string | undefined
  readonly code: string | undefined
  readonly message: string | undefined
  readonly requestId: string | undefined
  readonly namespace: string | undefined
}

/** Writes parameters as a form does. */
export function formOf(params: Params): string {
  const pairs: string[] = []
  for (const [name, value] of Object.entries(params)) {
    for (const each of value === undefined ? [] : [value].flat()) pairs.push(`${encode(name)}=${encode(each)}`)
  }
  return pairs.join('&')
}

/** A request as AWS SDKs send it: a form in the body. */
export function formPost(host: string, params: Params): WireRequest {
  const headers = { host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
  return { method: 'POST', target: '/', headers, body: formOf(params) }
}

/** The same as a GET with the parameters in the URL. */
export function queryGet(host: string, params: Params): WireRequest {
  return { method: 'GET', target: `/?${formOf(params)}`, headers: { host }, body: '' }
}

/** Signs a request with AWS's own signer. */
export async function sign(request: WireRequest, credentials: Credentials, how: Signing = {}): Promise<WireRequest> {
  const { region = 'us-east-1', service = 'sts', at = new Date(), presigned = false } = how
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: false })
  const url = new URL(request.target, 'http://localhost')
  const query = Object.fromEntries([...url.searchParams.keys()].map((name) => [name, url.searchParams.getAll(name)]))
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(',')]),
  )
  const { method, body } = request
  const plain = { method, protocol: 'http:', hostname: 'localhost', path: url.pathname, query, headers, body }
  if (!presigned)
    return { ...request, headers: { ...request.headers, ...(await signer.sign(plain, { signingDate: at })).headers } }
  const signed = await signer.presign(plain, { signingDate: at, expiresIn: 60 })
  return { ...request, target: `${url.pathname}?${formOf(signed.query as Params)}`, headers: signed.headers }
}

/** Sends a request and reads the whole answer. */
export function send(endpoint: string, { method, target, headers, body }: WireRequest): Promise<WireAnswer> {
  const { hostname, port } = new URL(endpoint)
  return new Promise((resolve, reject) => {
    const lines: OutgoingHttpHeaders = { 'content-length': Buffer.byteLength(body) }
    for (const [name, value] of Object.entries(headers)) lines[name] = typeof value === 'string' ? value : [...value]
    const request = httpRequest({ hostname, port, method, path: target, headers: lines }, (response) => {
      const chunks: Buffer[] = []
      response.on('error', reject)
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, fault: faultIn(text) })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

function faultIn(body: string): WireFault | undefined {
  if (!body.startsWith('<ErrorResponse')) return undefined
  const { children } = readXml(body)
  const error = children.find(({ name }) => name === 'Error')?.children ?? []
  const textOf = (wanted: string) => [...error, ...children].find(({ name }) => name === wanted)?.text
  const namespace = /^<ErrorResponse xmlns="([^"]*)">/.exec(body)?.[1]
  return {
    type: textOf('Type'),
    code: textOf('Code'),
    message: textOf('Message'),
    requestId: textOf('RequestId'),
    namespace,
  }
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
}
