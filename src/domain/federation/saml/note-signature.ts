import { certificateNames } from '../../../engines/saml/index.ts'
import { quoted } from '../../../model/index.ts'
import type { NotedChecks } from '../noted-checks.ts'
import { notSigned } from './judge-assertion.ts'
import type { TrustedProvider } from './trusted-provider.ts'
import type { NotVerified, Verification, Verified } from './verify-response.ts'

/** Notes what signatures a response has, and the certificates that were tried. */
export function noteSignature(
  verification: Verification | undefined,
  provider: TrustedProvider,
  noted: NotedChecks,
): void {
  if (verification === undefined) noted.leave('no certificate was tried', 'signature')
  else if ('refused' in verification) noteUnverified(verification, provider, noted)
  else noted.attempt('signature', () => verification, { ok: () => verifiedWords(verification, provider) })
}

function noteUnverified(
  { refused, tried, stranger }: NotVerified,
  provider: TrustedProvider,
  noted: NotedChecks,
): void {
  const words = (places: readonly number[]): string =>
    places.map((place) => certificateWords(provider.signingCertificates[place] ?? '')).join('; ')
  const found = (): string => {
    if (tried === undefined) return refused
    if (tried.length > 0) return `not by what was tried, or something was changed: ${words(tried)}`
    const brings = stranger === undefined ? '' : `it is by ${certificateWords(stranger)}, `
    return `${brings}none of the certificates of the metadata: ${words([...provider.signingCertificates.keys()])}`
  }
  noted.refuse('signature', notSigned(refused), {
    no: found,
    changes: () => {
      if (tried === undefined) {
        return ['Have the assertion or the response signed with RSA and SHA-256, and send it as it was given.']
      }
      const metadata = `If the identity provider has another key by now, give ${provider.arn} its present metadata.`
      return tried.length === 0 ? [metadata] : [metadata, 'Send the response exactly as the provider gave it.']
    },
  })
}

function verifiedWords(
  { isFrameSigned, isAssertionSigned, verifiedBy }: Verified,
  { signingCertificates }: TrustedProvider,
): string {
  const of = isFrameSigned ? (isAssertionSigned ? 'response and assertion' : 'response') : 'assertion'
  const by = [...new Set(verifiedBy)].map((place) => certificateWords(signingCertificates[place] ?? ''))
  return `of the ${of}, verified by ${by.join(' and ')}`
}

function certificateWords(certificate: string): string {
  const names = certificateNames(certificate)
  return names === undefined ? 'a certificate that is none' : `SHA-256 ${names.fingerprint} (${quoted(names.subject)})`
}
