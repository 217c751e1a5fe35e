import { createHmac, timingSafeEqual } from 'node:crypto'
import { type EpochMillis, epochMillis, type Instance } from '../../model/index.ts'
import type { Key, KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'

const EXPIRY_BYTES = 6
const NONCE_BYTES = 7
const MAC_BYTES = 16
const MAC_AT = EXPIRY_BYTES + NONCE_BYTES
const KEY_AT = MAC_AT + MAC_BYTES
const MAX_TOKEN_LENGTH = 256

/**
 * Session tokens of the metadata service. Nothing is kept of them: a token holds its end and a nonce under a MAC that
 * covers the instance and its start too, so it is void at another instance and after a restart. As long as those of EC2.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html
 */
export class InstanceTokens {
  readonly #keyring: KeyRing
  readonly #random: Random

  constructor({ keyring, random }: { keyring: KeyRing; random: Random }) {
    this.#keyring = keyring
    this.#random = random
  }

  /** Issues a token that is good until `expiresAt`. */
  issue(instance: Instance, expiresAt: EpochMillis): string {
    const key = this.#keyring.active('imds-token')
    const token = Buffer.alloc(KEY_AT + key.id.length)
    token.writeUIntBE(expiresAt, 0, EXPIRY_BYTES)
    this.#random.bytes(NONCE_BYTES).copy(token, EXPIRY_BYTES)
    macOf(token, instance, key).copy(token, MAC_AT)
    token.write(key.id, KEY_AT, 'latin1')
    return padded(token)
  }

  /**
   * When a token ends; `undefined` whatever the reason it is none of this instance. Says nothing of whether that is past.
   */
  expiryOf(text: string, instance: Instance): EpochMillis | undefined {
    if (text.length > MAX_TOKEN_LENGTH) return undefined
    const token = Buffer.from(text, 'base64url')
    // Decoding forgives much: a text that does not re-encode to itself is refused.
    if (token.length <= KEY_AT || padded(token) !== text) return undefined
    const key = this.#keyring.find('imds-token', token.toString('latin1', KEY_AT))
    if (key === undefined) return undefined
    if (!timingSafeEqual(macOf(token, instance, key), token.subarray(MAC_AT, KEY_AT))) return undefined
    return epochMillis(token.readUIntBE(0, EXPIRY_BYTES))
  }
}

function macOf(token: Buffer, { account, id, startedAt }: Instance, key: Key): Buffer {
  const mac = createHmac('sha256', key.material)
  mac.update(`rolecall/imds-token/v1\n${account}\n${id}\n${startedAt}\n${key.id}\n`).update(token.subarray(0, MAC_AT))
  return mac.digest().subarray(0, MAC_BYTES)
}

/** With its padding, as EC2 writes it. */
function padded(token: Buffer): string {
  const text = token.toString('base64url')
  return text + '='.repeat((4 - (text.length % 4)) % 4)
}
