import { constants, verify, X509Certificate } from 'node:crypto'
import type { SignedInfo } from '../../../engines/saml/index.ts'

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } as const
const ALGORITHMS: Readonly<Record<string, { readonly hash: string; readonly padding: object }>> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': { hash: 'sha256', padding: {} },
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': { hash: 'sha512', padding: {} },
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1': { hash: 'sha256', padding: PSS },
}

/**
 * Whether the key of a certificate made a signature: of its `SignedInfo`, and so of a digest. Whether the digest is that of
 * the document is not asked.
 * @param certificate - base64 of its DER
 */
export function verifySignedInfo({ octets, method, value }: SignedInfo, certificate: string): boolean {
  const algorithm = Object.hasOwn(ALGORITHMS, method) ? ALGORITHMS[method] : undefined
  if (algorithm === undefined) return false
  try {
    const key = new X509Certificate(Buffer.from(certificate, 'base64')).publicKey
    if (key.asymmetricKeyType !== 'rsa') return false
    return verify(algorithm.hash, Buffer.from(octets), { key, ...algorithm.padding }, value)
  } catch {
    return false
  }
}
