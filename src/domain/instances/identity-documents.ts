import { createHash, createPublicKey, hash, type KeyObject, sign } from 'node:crypto'
import type { EpochMillis } from '../../model/index.ts'
import { deriveRsaKey, type Key, type KeyRing } from '../../platform/keyring/index.ts'
import { bits, integer, NULL, objectId, octets, sequence, setOf, tagged, time, utf8 } from './der.ts'
import { deriveDsaKey } from './derive-dsa-key.ts'
import { DSA_DOMAINS } from './dsa-domains.ts'
import { SIGNATURES, type SignatureName } from './metadata-tree.ts'

const OIDS = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  rsa: '1.2.840.113549.1.1.1',
  rsaWithSha256: '1.2.840.113549.1.1.11',
  dsaWithSha1: '1.2.840.10040.4.3',
  dsaWithSha256: '2.16.840.1.101.3.4.3.2',
} as const

interface Algorithm {
  readonly digest: 'sha1' | 'sha256'
  /** As certificates name it. */
  readonly signature: Buffer
  /** As signed data names it: for RSA without the digest, which it names beside it. */
  readonly inSignedData: Buffer
}

const RSA_PARAMETERS = sequence(objectId(OIDS.rsa), NULL)
const RSA: Algorithm = {
  digest: 'sha256',
  signature: sequence(objectId(OIDS.rsaWithSha256), NULL),
  inSignedData: RSA_PARAMETERS,
}
const DSA_SHORT: Algorithm = {
  digest: 'sha1',
  signature: sequence(objectId(OIDS.dsaWithSha1)),
  inSignedData: sequence(objectId(OIDS.dsaWithSha1)),
}
const DSA_LONG: Algorithm = {
  digest: 'sha256',
  signature: sequence(objectId(OIDS.dsaWithSha256)),
  inSignedData: sequence(objectId(OIDS.dsaWithSha256)),
}
/** As AWS signs. @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-iid.html */
const ALGORITHMS: Readonly<Record<SignatureName, Algorithm>> = {
  rsa2048: RSA,
  pkcs7: DSA_SHORT,
  signature: RSA,
  dsa2048: DSA_LONG,
}
/** Signatures outlive clocks that are moved. */
const NO_END = Date.UTC(9999, 11, 31, 23, 59, 59)

interface Signer extends Algorithm {
  readonly key: KeyObject
  readonly issuerAndSerial: Buffer
  /** PEM. */
  readonly certificate: string
}

/**
 * Signs the identity documents of instances, each as AWS does, with keys of this broker. All nodes that share a key ring
 * sign alike; whoever verifies takes the certificates from here, not AWS's.
 */
export class IdentityDocuments {
  readonly #keyring: KeyRing
  #signers: { readonly keyId: string; readonly byName: Map<SignatureName, Promise<Signer>> } | undefined

  constructor(keyring: KeyRing) {
    this.#keyring = keyring
  }

  /** The key that signs now: another one makes other signatures. */
  get keyId(): string {
    return this.#keyring.active('imds-document').id
  }

  /** What an instance shows under that name: base64, in lines. */
  async sign(document: Buffer, name: SignatureName, now: EpochMillis): Promise<Buffer> {
    const signer = await this.#signer(name)
    if (name === 'signature') return inLines(sign(signer.digest, document, signer.key), 76)
    return inLines(signedData(document, signer, now), 64)
  }

  /** The certificate to verify a signature with, in PEM. */
  async certificate(name: SignatureName): Promise<string> {
    return (await this.#signer(name)).certificate
  }

  /** Finding primes takes a moment: each key is made when it is first asked for. */
  #signer(name: SignatureName): Promise<Signer> {
    const key = this.#keyring.active('imds-document')
    if (this.#signers?.keyId !== key.id) this.#signers = { keyId: key.id, byName: new Map() }
    const { byName } = this.#signers
    const signer = byName.get(name) ?? makeSigner(name, key)
    byName.set(name, signer)
    return signer
  }
}

/** Every certificate, each under a comment that says what it verifies. */
export async function allCertificates(documents: IdentityDocuments): Promise<string> {
  const parts = await Promise.all(SIGNATURES.map(async (name) => `# ${name}\n${await documents.certificate(name)}`))
  return parts.join('')
}

async function makeSigner(name: SignatureName, { id, material, createdAt }: Key): Promise<Signer> {
  const key = await privateKey(name, material)
  const algorithm = ALGORITHMS[name]
  const serial = integer(BigInt(`0x${hash('sha256', `${id}/${name}`).slice(0, 32)}`) | 1n)
  const issuer = sequence(
    setOf(sequence(objectId(OIDS.organization), utf8('Rolecall'))),
    setOf(sequence(objectId(OIDS.commonName), utf8(`instance identity ${name}`))),
  )
  const toBeSigned = sequence(
    tagged(0xa0, integer(2)),
    serial,
    algorithm.signature,
    issuer,
    sequence(time(createdAt), time(NO_END)),
    issuer,
    createPublicKey(key).export({ format: 'der', type: 'spki' }),
  )
  const certificate = sequence(toBeSigned, algorithm.signature, bits(sign(algorithm.digest, toBeSigned, key)))
  return {
    ...algorithm,
    key,
    issuerAndSerial: sequence(issuer, serial),
    certificate: `-----BEGIN CERTIFICATE-----\n${inLines(certificate, 64)}\n-----END CERTIFICATE-----\n`,
  }
}

async function privateKey(name: SignatureName, secret: KeyObject): Promise<KeyObject> {
  const full = `rolecall/imds-document/v1/${name}`
  switch (name) {
    case 'rsa2048':
      return deriveRsaKey(secret, full, 2048)
    case 'signature':
      return deriveRsaKey(secret, full, 1024)
    case 'pkcs7':
      return deriveDsaKey(secret, full, DSA_DOMAINS.short)
    case 'dsa2048':
      return deriveDsaKey(secret, full, DSA_DOMAINS.long)
  }
}

/** The document inside its signature, without a certificate. @see https://www.rfc-editor.org/rfc/rfc2315#section-9 */
function signedData(document: Buffer, { digest, key, inSignedData, issuerAndSerial }: Signer, now: number): Buffer {
  const digestAlgorithm = sequence(objectId(OIDS[digest]), NULL)
  const attributes = [
    sequence(objectId(OIDS.contentType), setOf(objectId(OIDS.data))),
    sequence(objectId(OIDS.signingTime), setOf(time(now))),
    sequence(objectId(OIDS.messageDigest), setOf(octets(createHash(digest).update(document).digest()))),
  ].toSorted(Buffer.compare)
  // Signed as the set that they are, and then carried under another tag.
  const signature = sign(digest, setOf(...attributes), key)
  const signerInfo = sequence(
    integer(1),
    issuerAndSerial,
    digestAlgorithm,
    tagged(0xa0, ...attributes),
    inSignedData,
    octets(signature),
  )
  const content = sequence(objectId(OIDS.data), tagged(0xa0, octets(document)))
  return sequence(
    objectId(OIDS.signedData),
    tagged(0xa0, sequence(integer(1), setOf(digestAlgorithm), content, setOf(signerInfo))),
  )
}

function inLines(bytes: Buffer, width: 64 | 76): Buffer {
  const text = bytes.toString('base64')
  return Buffer.from((width === 64 ? text.match(/.{1,64}/g) : text.match(/.{1,76}/g))?.join('\n') ?? '')
}
