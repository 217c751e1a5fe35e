import { constants, createDecipheriv, type KeyObject, privateDecrypt } from 'node:crypto'
import { attributeOf, childrenOf, everyElement, isNamed, NAMESPACES } from './elements.ts'
import { ResponseRefused } from './response-refused.ts'
import type { XmlElement } from './xml.ts'

type Gcm = 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm'
type Cipher = { readonly keyBytes: number } & (
  | { readonly isGcm: true; readonly name: Gcm }
  | { readonly isGcm: false; readonly name: string }
)

const CIPHERS: ReadonlyMap<string, Cipher> = new Map<string, Cipher>([
  [`${NAMESPACES.encryption}aes128-cbc`, { name: 'aes-128-cbc', keyBytes: 16, isGcm: false }],
  [`${NAMESPACES.encryption}aes192-cbc`, { name: 'aes-192-cbc', keyBytes: 24, isGcm: false }],
  [`${NAMESPACES.encryption}aes256-cbc`, { name: 'aes-256-cbc', keyBytes: 32, isGcm: false }],
  [`${NAMESPACES.encryption11}aes128-gcm`, { name: 'aes-128-gcm', keyBytes: 16, isGcm: true }],
  [`${NAMESPACES.encryption11}aes192-gcm`, { name: 'aes-192-gcm', keyBytes: 24, isGcm: true }],
  [`${NAMESPACES.encryption11}aes256-gcm`, { name: 'aes-256-gcm', keyBytes: 32, isGcm: true }],
])
const OAEP = `${NAMESPACES.encryption}rsa-oaep-mgf1p`
const OAEP_11 = `${NAMESPACES.encryption11}rsa-oaep`
const SHA1 = `${NAMESPACES.signature}sha1`
/** Digests of RSA-OAEP. The mask is made by the same one: node:crypto has no other. */
const OAEP_DIGESTS: ReadonlyMap<string, { readonly hash: string; readonly mask: string }> = new Map([
  [SHA1, { hash: 'sha1', mask: `${NAMESPACES.encryption11}mgf1sha1` }],
  [`${NAMESPACES.encryption}sha256`, { hash: 'sha256', mask: `${NAMESPACES.encryption11}mgf1sha256` }],
  [`${NAMESPACES.encryption}sha512`, { hash: 'sha512', mask: `${NAMESPACES.encryption11}mgf1sha512` }],
])
const ELEMENT = `${NAMESPACES.encryption}Element`
const BLOCK_BYTES = 16
const GCM_IV_BYTES = 12
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

interface Encrypted {
  readonly cipher: Cipher
  readonly hash: string
  readonly key: Buffer
  readonly content: Buffer
}

/**
 * Checks that an `EncryptedAssertion` is one element, encrypted for one reader by algorithms that hold.
 * @throws {@link ResponseRefused}
 * @see https://www.w3.org/TR/xmlenc-core1/
 */
export function checkEncryption(assertion: XmlElement): void {
  readEncrypted(assertion)
}

/**
 * Decrypts an assertion with whichever of the keys opens it. `undefined` when none does, whatever the reason is: which it
 * was would tell a forger about the plain text. Where the cipher is CBC it proves nothing of who made it, nor does any
 * encryption: only a signature does.
 * @param assertion - as {@link checkEncryption} took it
 * @returns the text of the element
 */
export function decryptAssertion(assertion: XmlElement, privateKeys: readonly KeyObject[]): string | undefined {
  const encrypted = readEncrypted(assertion)
  for (const privateKey of privateKeys) {
    const plain = decrypted(encrypted, privateKey)
    if (plain !== undefined) return plain
  }
  return undefined
}

function decrypted({ cipher, hash, key, content }: Encrypted, privateKey: KeyObject): string | undefined {
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    const contentKey = privateDecrypt({ key: privateKey, padding, oaepHash: hash }, key)
    if (contentKey.length !== cipher.keyBytes) return undefined
    const bytes = cipher.isGcm ? openGcm(cipher.name, contentKey, content) : openCbc(cipher.name, contentKey, content)
    return bytes && new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function openGcm(name: Gcm, key: Buffer, content: Buffer): Buffer {
  const decipher = createDecipheriv(name, key, content.subarray(0, GCM_IV_BYTES), {
    authTagLength: BLOCK_BYTES,
  })
  decipher.setAuthTag(content.subarray(-BLOCK_BYTES))
  return Buffer.concat([decipher.update(content.subarray(GCM_IV_BYTES, -BLOCK_BYTES)), decipher.final()])
}

function openCbc(name: string, key: Buffer, content: Buffer): Buffer | undefined {
  const decipher = createDecipheriv(name, key, content.subarray(0, BLOCK_BYTES)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(content.subarray(BLOCK_BYTES)), decipher.final()])
  // Of this padding only the last byte means something.
  const padding = padded.at(-1) ?? 0
  return padding >= 1 && padding <= BLOCK_BYTES ? padded.subarray(0, padded.length - padding) : undefined
}

function readEncrypted(assertion: XmlElement): Encrypted {
  const data = onlyChild(assertion, 'EncryptedData')
  const keys = [...everyElement(assertion)].filter(({ name }) => name === 'EncryptedKey')
  const [key, second] = keys
  if (key === undefined || second !== undefined || key.namespace !== NAMESPACES.encryption) {
    throw new ResponseRefused('not one EncryptedKey')
  }
  const infos = childrenOf(data, NAMESPACES.signature, 'KeyInfo')
  if (![assertion, ...infos].some(({ children }) => children.includes(key))) {
    throw new ResponseRefused('an EncryptedKey where none belongs')
  }
  const type = attributeOf(data, 'Type')
  if (type !== undefined && type !== ELEMENT) throw new ResponseRefused('something encrypted that is no element')
  const algorithm = attributeOf(onlyChild(data, 'EncryptionMethod'), 'Algorithm') ?? ''
  const cipher = CIPHERS.get(algorithm)
  if (cipher === undefined) throw new ResponseRefused(`encrypted by ${algorithm.slice(0, 100)}`)
  return { cipher, hash: oaepHash(onlyChild(key, 'EncryptionMethod')), key: bytesOf(key), content: bytesOf(data) }
}

function oaepHash(method: XmlElement): string {
  const transport = attributeOf(method, 'Algorithm') ?? ''
  if (transport !== OAEP && transport !== OAEP_11) throw new ResponseRefused(`a key sent by ${transport.slice(0, 100)}`)
  let digest = SHA1
  let mask: string | undefined
  for (const part of method.children) {
    const algorithm = attributeOf(part, 'Algorithm') ?? ''
    if (isNamed(part, NAMESPACES.signature, 'DigestMethod')) digest = algorithm
    else if (isNamed(part, NAMESPACES.encryption11, 'MGF')) mask = algorithm
    else throw new ResponseRefused('a key sent with parameters')
  }
  const known = OAEP_DIGESTS.get(digest)
  const made = mask ?? `${NAMESPACES.encryption11}mgf1sha1`
  if (known === undefined || known.mask !== made) throw new ResponseRefused('a key sent by another form of RSA-OAEP')
  return known.hash
}

function bytesOf(element: XmlElement): Buffer {
  const { text, children } = onlyChild(onlyChild(element, 'CipherData'), 'CipherValue')
  const base64 = text.replace(/[ \t\r\n]/g, '')
  const bytes = Buffer.from(base64, 'base64')
  if (children.length > 0 || !BASE64.test(base64) || bytes.toString('base64') !== base64) {
    throw new ResponseRefused('a CipherValue that is not base64')
  }
  return bytes
}

function onlyChild(parent: XmlElement, name: string): XmlElement {
  const [found, second] = childrenOf(parent, NAMESPACES.encryption, name)
  if (found === undefined || second !== undefined) throw new ResponseRefused(`not one ${name}`)
  return found
}
