import {
  deriveSigningKey,
  readSignature,
  type SignedRequest,
  signatureMatches,
} from '../../../src/engines/sigv4/index.ts'
import { ACCESS_KEY_ID, NOW, REGION, SECRET_ACCESS_KEY } from './vectors.ts'

/** Whether a node that knows the one published key takes the request for signed by it. */
export function accepts(request: SignedRequest, service = 'sts'): boolean {
  const presented = readSignature(request, { now: NOW, service, isRegion: (region) => region === REGION })
  if (presented.accessKeyId !== ACCESS_KEY_ID) return false
  return signatureMatches(presented, request, deriveSigningKey(SECRET_ACCESS_KEY, presented))
}
