import { constants, createCipheriv, createPublicKey, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto'
import { el, type Node } from './canonical-xml.ts'

const XENC = 'http://www.w3.org/2001/04/xmlenc#'
const XENC11 = 'http://www.w3.org/2009/xmlenc11#'
const SHA1 = 'http://www.w3.org/2000/09/xmldsig#sha1'

/** How something is encrypted; as most providers do unless told. */
export interface Encryption {
  /** The end of the cipher's name: `aes256-cbc`. */
  readonly cipher?: string
  readonly transport?: string
  /** Of the transport `rsa-oaep`. */
  readonly hash?: 'sha1' | 'sha256'
  /** Whether the key stands beside the data and not in it. */
  readonly beside?: boolean
  /** Changes the cipher text. */
  readonly tamper?: (content: Buffer) => Buffer
}

const CIPHERS: Readonly<Record<string, readonly [name: string, keyBytes: number]>> = {
  'aes128-cbc': ['aes-128-cbc', 16],
  'aes256-cbc': ['aes-256-cbc', 32],
  'aes128-gcm': ['aes-128-gcm', 16],
  'aes256-gcm': ['aes-256-gcm', 32],
  'tripledes-cbc': ['des-ede3-cbc', 24],
}

/** An `EncryptedAssertion` of a text, for whoever has the private key. */
export function encrypted(text: string, privateKey: KeyObject, how: Encryption = {}): Node {
  const {
    cipher = 'aes256-cbc',
    transport = 'rsa-oaep-mgf1p',
    hash = 'sha1',
    beside = false,
    tamper = (all) => all,
  } = how
  const [name = '', keyBytes = 32] = CIPHERS[cipher] ?? []
  const key = randomBytes(keyBytes)
  const padding = transport === 'rsa-1_5' ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_OAEP_PADDING
  const sealedKey = publicEncrypt({ key: createPublicKey(privateKey), padding, oaepHash: hash }, key)
  const content = tamper(sealed(name, key, Buffer.from(text)))
  const digest = [
    el('ds:DigestMethod', { Algorithm: hash === 'sha1' ? SHA1 : `${XENC}sha256` }),
    transport === 'rsa-oaep' ? el('xenc11:MGF', { Algorithm: `${XENC11}mgf1${hash}` }) : undefined,
  ]
  const sent = el(
    'xenc:EncryptedKey',
    {},
    el('xenc:EncryptionMethod', { Algorithm: `${transport === 'rsa-oaep' ? XENC11 : XENC}${transport}` }, ...digest),
    value(sealedKey),
  )
  const data = el(
    'xenc:EncryptedData',
    { Type: `${XENC}Element` },
    el('xenc:EncryptionMethod', { Algorithm: `${cipher.endsWith('gcm') ? XENC11 : XENC}${cipher}` }),
    beside ? undefined : el('ds:KeyInfo', {}, sent),
    value(content),
  )
  return el('saml:EncryptedAssertion', {}, data, beside ? sent : undefined)
}

function value(bytes: Buffer): Node {
  return el('xenc:CipherData', {}, el('xenc:CipherValue', {}, bytes.toString('base64')))
}

function sealed(name: string, key: Buffer, text: Buffer): Buffer {
  if (name.endsWith('gcm')) {
    const iv = randomBytes(12)
    const cipher = createCipheriv(name as 'aes-256-gcm', key, iv)
    return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()])
  }
  const block = name.startsWith('des') ? 8 : 16
  const iv = randomBytes(block)
  const pad = block - (text.length % block)
  const padded = Buffer.concat([text, randomBytes(pad - 1), Buffer.from([pad])])
  const cipher = createCipheriv(name, key, iv).setAutoPadding(false)
  return Buffer.concat([iv, cipher.update(padded), cipher.final()])
}
