import { IncompleteSignature, MissingAuthenticationToken } from '../../model/index.ts'
import { ALGORITHM } from './canonical-request.ts'
import type { SignatureParts } from './signature-parts.ts'

/**
 * Reads the `X-Amz-*` parameters of a presigned URL. `X-Amz-Expires` is not looked at: STS counts 15 minutes whatever it says.
 * @throws {@link MissingAuthenticationToken} for another algorithm
 * @throws {@link IncompleteSignature} for a missing parameter
 */
export function readPresigned(algorithm: string, fields: ReadonlyMap<string, string>): SignatureParts {
  if (algorithm !== ALGORITHM) throw new MissingAuthenticationToken()
  const credential = fields.get('X-Amz-Credential')
  const signature = fields.get('X-Amz-Signature')
  const signedHeaders = fields.get('X-Amz-SignedHeaders')
  const date = fields.get('X-Amz-Date')
  if (credential === undefined || signature === undefined || signedHeaders === undefined || date === undefined) {
    let missing = ''
    if (credential === undefined) missing += requires('X-Amz-Credential')
    if (signature === undefined) missing += requires('X-Amz-Signature')
    if (signedHeaders === undefined) missing += requires('X-Amz-SignedHeaders')
    if (date === undefined) missing += requires('X-Amz-Date')
    throw new IncompleteSignature(`${missing}Re-examine the query-string parameters.`)
  }
  const sessionToken = fields.get('X-Amz-Security-Token')
  return { carrier: 'query', credential, signature, signedHeaders, date, sessionToken }
}

function requires(parameter: string): string {
  return `AWS query-string parameters must include '${parameter}'. `
}
