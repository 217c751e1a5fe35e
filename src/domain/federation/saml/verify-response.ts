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
  type SignedInfo,
  signedInfoOf,
  without,
  type XmlElement,
} from '../../../engines/saml/index.ts'
import { decodePresented } from './read-presented.ts'
import { verifySignedInfo } from './verify-signed-info.ts'

/** In characters: it is looked at to tell whose it is. */
const LONGEST_STRANGER = 16_384

/** What is to be verified, and by what. Plain data: it crosses to another thread. */
export interface VerificationTask {
  /** The response as it is sent: base64 of the whole document, which was read before. */
  readonly text: string
  /** What may have signed it: certificates as base64 of their DER. */
  readonly certificates: readonly string[]
  /** What may open it: private keys in PEM. */
  readonly privateKeys: readonly string[]
}

/** What a response proves, or for the log and for explanations alone why it proves nothing. */
export type Verification = Verified | NotVerified

/** What signatures that hold are of. */
export interface Verified {
  readonly assertion: Assertion
  readonly frame: ResponseFrame
  readonly isFrameSigned: boolean
  readonly isAssertionSigned: boolean
  /** Which of the certificates verified the signatures, by their places. */
  readonly verifiedBy: readonly number[]
}

/** Why nothing was verified. */
export interface NotVerified {
  readonly refused: string
  /** Which of the certificates were tried for a signature that none of them verifies. */
  readonly tried?: readonly number[]
  /** The certificate that this signature brings along, where it is none of them: base64 of its DER, if it is one. */
  readonly stranger?: string | undefined
}

/** A signature that no certificate verifies. */
class SignatureRefused extends ResponseRefused {
  readonly tried: readonly number[]
  readonly stranger: string | undefined

  constructor(tried: readonly number[], stranger: string | undefined) {
    super('no certificate of the metadata verifies a signature')
    this.tried = tried
    this.stranger = stranger
  }
}

/**
 * Verifies every signature that is in a response, and opens its assertion where that is encrypted. What it gives was read
 * from the octets that a signature was verified of.
 */
export function verifyResponse(task: VerificationTask): Verification {
  try {
    return verified(task)
  } catch (error) {
    if (error instanceof SignatureRefused) {
      return { refused: error.message, tried: error.tried, stranger: error.stranger?.slice(0, LONGEST_STRANGER) }
    }
    // Messages of libraries may repeat what was sent.
    return { refused: error instanceof ResponseRefused ? error.message : 'the libraries do not take it' }
  }
}

function verified({ text: base64, certificates, privateKeys }: VerificationTask): Verification {
  const xml = decodePresented(base64)
  if (xml === undefined) throw new ResponseRefused('no base64')
  const sent = readResponse(xml)
  const { root, ownSignature } = sent
  const verifiedBy: number[] = []
  let signed: XmlElement | undefined
  let bare = xml
  if (ownSignature !== undefined) {
    const of = sent.isEncrypted ? without(root, (child) => child === ownSignature) : sent.assertion
    const info = signedInfoOf(xml, ownSignature, [root])
    signed = prove({ xml, signature: ownSignature, info, of }, certificates, verifiedBy)
    // The one of the assertion has to hold by itself: looked for together, one would do.
    bare = xml.slice(0, ownSignature.start) + xml.slice(ownSignature.end)
  }
  const { text, response } = opened(bare, privateKeys)
  const { assertion, assertionSignature } = response
  if (assertionSignature !== undefined) {
    const of = without(assertion, (child) => child === assertionSignature)
    const info = signedInfoOf(text, assertionSignature, [response.root, assertion])
    signed = prove({ xml: text, signature: assertionSignature, info, of }, certificates, verifiedBy)
  } else if (sent.isEncrypted && signed !== undefined) {
    // What was signed is the cipher text.
    signed = assertion
  }
  if (signed === undefined) throw new ResponseRefused('nothing is signed')
  return {
    assertion: readAssertion(signed),
    frame: readFrame(root),
    isFrameSigned: ownSignature !== undefined,
    isAssertionSigned: assertionSignature !== undefined,
    verifiedBy,
  }
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

/** A signature, where it stands, and what it has to be of. */
interface Signed {
  readonly xml: string
  readonly signature: XmlElement
  readonly info: SignedInfo
  readonly of: XmlElement
}

/**
 * Verifies one signature, by any of the certificates. Only one whose key made it is held against the document, which takes
 * a thousand times as long: strangers can send what is long, and they have no such key.
 * @param verifiedBy - takes the place of the certificate that does
 * @returns the same, as it was signed
 * @throws {@link ResponseRefused}
 */
function prove(
  { xml, signature, info, of }: Signed,
  certificates: readonly string[],
  verifiedBy: number[],
): XmlElement {
  const brought = broughtCertificate(signature)
  const tried: number[] = []
  for (const [place, certificate] of certificates.entries()) {
    // Only which to try: one that is not among those of the metadata is tried by nobody.
    if (brought !== undefined && brought !== certificate) continue
    tried.push(place)
    const octets = verifySignedInfo(info, certificate) ? verifiedWith(certificate, xml) : undefined
    if (octets === undefined) continue
    verifiedBy.push(place)
    return readSigned(octets, of)
  }
  throw new SignatureRefused(tried, tried.length === 0 ? brought : undefined)
}

function verifiedWith(certificate: string, xml: string): string | undefined {
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
