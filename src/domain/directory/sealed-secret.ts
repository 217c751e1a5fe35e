import { createCipheriv, createDecipheriv, hash, timingSafeEqual } from 'node:crypto'
import { Secret } from '../../model/index.ts'
import type { KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'

const IV_BYTES = 12
const TAG_BYTES = 16

/** A secret as it is stored, and the key that opens it. */
export interface SealedSecret {
  readonly sealed: string
  readonly keyId: string
}

/**
 * Seals a secret under the active `at-rest` key. What it is of, such as an access key by its id, is associated data: a
 * sealed secret moved to another's record does not open.
 */
export function sealSecret(of: string, secret: Secret, keyring: KeyRing, random: Random): SealedSecret {
  const key = keyring.active('at-rest')
  const iv = random.bytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key.material, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(of, 'utf8'))
  const sealed = Buffer.concat([iv, cipher.update(secret.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()])
  return { sealed: `${key.id}.${sealed.toString('base64url')}`, keyId: key.id }
}

/** The id of the key that a secret was sealed under by {@link sealSecret}. */
export function sealingKeyOf(sealed: string): string {
  return sealed.split('.', 1)[0] ?? ''
}

/**
 * Opens what {@link sealSecret} sealed.
 * @throws Error when the key is missing or the record was tampered with: an operator must look
 */
export function openSecret(of: string, text: string, keyring: KeyRing): Secret {
  const keyId = sealingKeyOf(text)
  const payload = text.slice(keyId.length + 1)
  const key = keyring.find('at-rest', keyId)
  if (key === undefined) throw new Error(`the secret of ${of} is sealed under the key ${keyId}, which is missing`)
  const bytes = Buffer.from(payload, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key.material, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(of, 'utf8')).setAuthTag(bytes.subarray(-TAG_BYTES))
  const sealed = bytes.subarray(IV_BYTES, -TAG_BYTES)
  return new Secret(decipher.update(sealed, undefined, 'utf8') + decipher.final('utf8'))
}

/** Whether two secrets are the same; how long that takes tells nothing of either. */
export function isSameSecret(one: Secret, other: Secret): boolean {
  return timingSafeEqual(hash('sha256', one.reveal(), 'buffer'), hash('sha256', other.reveal(), 'buffer'))
}
