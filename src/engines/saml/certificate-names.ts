import { X509Certificate } from 'node:crypto'

/** What people tell certificates apart by. */
interface CertificateNames {
  /** SHA-256 of the certificate, as `openssl x509 -fingerprint -sha256` writes it. */
  readonly fingerprint: string
  /** Its subject, in one line. */
  readonly subject: string
}

const LONGEST = 16_384

/** The names of a certificate; `undefined` for what is none. @param base64 - of its DER */
export function certificateNames(base64: string): CertificateNames | undefined {
  if (base64.length > LONGEST) return undefined
  try {
    const { fingerprint256: fingerprint, subject } = new X509Certificate(Buffer.from(base64, 'base64'))
    return { fingerprint, subject: subject.replaceAll('\n', ', ') }
  } catch {
    return undefined
  }
}
