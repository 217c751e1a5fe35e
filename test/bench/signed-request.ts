import { randomUUID } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from '../sha256.ts'

/** A request that a load generator sends as it is. */
export interface PreparedRequest {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string
}

/** Who signs. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

const VERSIONS = { sts: '2011-06-15', iam: '2010-05-08' } as const

/** Signs a call of STS, or of IAM, as the AWS SDK for JavaScript would send it, headers and all. */
export async function signedCall(
  endpoint: string,
  credentials: Credentials,
  parameters: Readonly<Record<string, string>>,
  service: keyof typeof VERSIONS = 'sts',
): Promise<PreparedRequest> {
  const { protocol, hostname, host, port } = new URL(endpoint)
  const body = new URLSearchParams({ ...parameters, Version: VERSIONS[service] }).toString()
  const signer = new SignatureV4({ service, region: 'us-east-1', credentials, sha256: Sha256 })
  const { method, path, headers } = await signer.sign({
    method: 'POST',
    protocol,
    hostname,
    port: Number(port),
    path: '/',
    query: {},
    headers: {
      host,
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'aws-sdk-js/3.1169.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#24.21.0 api/sts#3.1169.0',
      'x-amz-user-agent': 'aws-sdk-js/3.1169.0',
      'amz-sdk-invocation-id': randomUUID(),
      'amz-sdk-request': 'attempt=1; max=3',
      // In these letters: the load generator sets it once more.
      'Content-Length': String(body.length),
    },
    body,
  })
  return { method, path, headers, body }
}

/** Sends a prepared request, and wants status 200. @throws {Error} with the answer's text when it is another one */
export async function send(
  endpoint: string,
  { method, path, headers, body }: PreparedRequest,
): Promise<{ readonly headers: Headers; readonly body: string }> {
  const response = await fetch(new URL(path, endpoint), { method, headers, ...(body !== '' && { body }) })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`The answer was ${response.status}: ${text}`)
  return { headers: response.headers, body: text }
}
