import { hash } from 'node:crypto'
import type { Secret } from '../../model/index.ts'

/** Where and when a signing key is good. */
export interface CredentialScope {
  /** `YYYYMMDD`, UTC. */
  readonly date: string
  readonly region: string
  /** The signing name of the service: `sts`, `iam`. */
  readonly service: string
}

/** What every credential scope ends with. */
export const TERMINATOR = 'aws4_request'

const BLOCK_BYTES = 64
const DIGEST_BYTES = 32

/**
 * What one secret signs with on one day, in one region, for one service. Printing one shows nothing of the key.
 * HMAC is spelled out over one-shot hashes: made with `createHmac`, a key costs five times as much to derive and a
 * signature half as much again.
 * @see https://www.rfc-editor.org/rfc/rfc2104
 */
export class SigningKey {
  readonly #inner = Buffer.alloc(BLOCK_BYTES, 0x36)
  /** The outer block, and room behind it for the inner digest. */
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c)

  constructor(key: Uint8Array) {
    const block = key.length > BLOCK_BYTES ? hash('sha256', key, 'buffer') : key
    for (const [index, byte] of block.entries()) {
      this.#inner[index] = byte ^ 0x36
      this.#outer[index] = byte ^ 0x5c
    }
  }

  /** HMAC-SHA256 of a text of one character per byte, in lower-case hexadecimal. */
  mac(text: string): string {
    const message = Buffer.allocUnsafe(BLOCK_BYTES + text.length)
    message.set(this.#inner)
    message.write(text, BLOCK_BYTES, 'latin1')
    this.#outer.write(hash('sha256', message), BLOCK_BYTES, 'hex')
    return hash('sha256', this.#outer)
  }
}

/**
 * Derives the signing key of a secret. Callers keep the result, by key id and scope, while they can.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#derive-signing-key
 */
export function deriveSigningKey(secret: Secret, { date, region, service }: CredentialScope): SigningKey {
  let key = new SigningKey(Buffer.from(`AWS4${secret.reveal()}`))
  for (const step of [date, region, service, TERMINATOR]) key = new SigningKey(Buffer.from(key.mac(step), 'hex'))
  return key
}
