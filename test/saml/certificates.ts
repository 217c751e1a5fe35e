import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** A key of an identity provider, and its certificate. */
export interface Signer {
  readonly privateKey: KeyObject
  /** As base64 of its DER. */
  readonly certificate: string
}

/** Makes a key and a certificate that it signed itself: not valid for long, which nobody asks. */
export function signer(name = 'idp', modulusLength = 2048): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  const sha256WithRsa = seq(oid('2a864886f70d01010b'), der(0x05, Buffer.alloc(0)))
  const subject = seq(der(0x31, seq(oid('550403'), der(0x0c, Buffer.from(name)))))
  const validity = seq(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('200201000000Z')))
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const tbs = seq(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    sha256WithRsa,
    subject,
    validity,
    subject,
    spki,
  )
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', tbs, privateKey)])
  return { privateKey, certificate: seq(tbs, sha256WithRsa, der(0x03, signature)).toString('base64') }
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents)
  const { length } = body
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}

function seq(...contents: readonly Buffer[]): Buffer {
  return der(0x30, ...contents)
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}
