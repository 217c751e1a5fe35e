import { createPrivateKey } from 'node:crypto'
import samlify from 'samlify'
import {
  type Assertion,
  broughtCertificate,
  decryptAssertion,
  type ResponseFrame,
  ResponseRefused,
  readAssertion,
  readFrame,
  readResponse,
  readSigned,
  type SamlResponse,
  without,
  type XmlElement,
} from '../../../engines/saml/index.ts'

/** What is to be verified, and by what. Plain data: it crosses to another thread. */
export interface VerificationTask {
  readonly xml: string
  /** What may have signed it: certificates as base64 of their DER. */
  readonly certificates: readonly string[]
  /** What may open it: private keys in PEM. */
  readonly privateKeys: readonly string[]
}

/** The same for a thread, and where that says that it has begun. */
export interface BegunTask extends VerificationTask {
  readonly begun: Int32Array
}

/** What a response proves, or for the log alone why it proves nothing. */
export type Verification =
  | { readonly assertion: Assertion; readonly frame: ResponseFrame; readonly isFrameSigned: boolean }
  | { readonly refused: string }

/**
 * Verifies every signature that is in a response, and opens its assertion where that is encrypted. What it gives was read
 * from the octets that a signature was verified of.
 */
export function verifyResponse(task: VerificationTask): Verification {
  try {
    return verified(task)
  } catch (error) {
    // Messages of libraries may repeat what was sent.
    return { refused: error instanceof ResponseRefused ? error.message : 'the libraries do not take it' }
  }
}

function verified({ xml, certificates, privateKeys }: VerificationTask): Verification {
  const sent = readResponse(xml)
  const { root, ownSignature } = sent
  let signed: XmlElement | undefined
  let bare = xml
  if (ownSignature !== undefined) {
    const of = sent.isEncrypted ? without(root, (child) => child === ownSignature) : sent.assertion
    signed = prove(xml, ownSignature, of, certificates)
    // The one of the assertion has to hold by itself: looked for together, one would do.
    bare = xml.slice(0, ownSignature.start) + xml.slice(ownSignature.end)
  }
  const { text, response } = opened(bare, privateKeys)
  const { assertion, assertionSignature } = response
  if (assertionSignature !== undefined) {
    const of = without(assertion, (child) => child === assertionSignature)
    signed = prove(text, assertionSignature, of, certificates)
  } else if (sent.isEncrypted && signed !== undefined) {
    // What was signed is the cipher text.
    signed = assertion
  }
  if (signed === undefined) throw new ResponseRefused('nothing is signed')
  return { assertion: readAssertion(signed), frame: readFrame(root), isFrameSigned: ownSignature !== undefined }
}

/** The document with its assertion in the open, and read anew: whatever was encrypted was not looked at before. */
function opened(
  xml: string,
  privateKeys: readonly string[],
): { readonly text: string; readonly response: SamlResponse } {
  const response = readResponse(xml)
  if (!response.isEncrypted) return { text: xml, response }
  const plain = decryptAssertion(response.assertion, privateKeys.map(createPrivateKey))
  if (plain === undefined) throw new ResponseRefused('nothing opens it')
  const { start, end } = response.assertion
  const text = xml.slice(0, start) + plain + xml.slice(end)
  const inTheOpen = readResponse(text)
  if (inTheOpen.isEncrypted) throw new ResponseRefused('encrypted twice')
  return { text, response: inTheOpen }
}

/**
 * Verifies one signature, by any of the certificates.
 * @param of - what it has to be of
 * @returns the same, as it was signed
 * @throws {@link ResponseRefused}
 */
function prove(xml: string, signature: XmlElement, of: XmlElement, certificates: readonly string[]): XmlElement {
  const brought = broughtCertificate(signature)
  for (const certificate of certificates) {
    // Only which to try: one that is not among those of the metadata is tried by nobody.
    if (brought !== undefined && brought !== certificate) continue
    const octets = verifiedBy(certificate, xml)
    if (octets !== undefined) return readSigned(octets, of)
  }
  throw new ResponseRefused('no certificate of the metadata verifies a signature')
}

function verifiedBy(certificate: string, xml: string): string | undefined {
  const { entityMeta: metadata } = samlify.IdentityProvider({
    entityID: 'provider',
    signingCert: certificate,
    // It is asked for, and not used.
    singleSignOnService: [{ Binding: samlify.Constants.namespace.binding.post, Location: 'https://provider.invalid' }],
  })
  try {
    const [isVerified, octets] = samlify.SamlLib.verifySignature(xml, { metadata })
    return isVerified ? (octets ?? undefined) : undefined
  } catch {
    return undefined
  }
}
