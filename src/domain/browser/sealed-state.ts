import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'

const IV_BYTES = 12
const TAG_BYTES = 16

/** Where a state is kept: sealed for that place, it opens in no other. */
interface Place {
  readonly kind: string
  readonly key: string
}

/** Seals the text of a state under the active `browser-state` key. */
export function sealState(text: string, place: Place, keyring: KeyRing, random: Random): string {
  const key = keyring.active('browser-state')
  const iv = random.bytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key.material, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(associated(place))
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `${key.id}.${sealed.toString('base64url')}`
}

/** Opens what {@link sealState} sealed for the same place; `undefined` whatever the reason it does not open. */
export function openState(sealed: string, place: Place, keyring: KeyRing): string | undefined {
  const [keyId = '', payload = ''] = sealed.split('.', 2)
  const key = keyring.find('browser-state', keyId)
  const bytes = Buffer.from(payload, 'base64url')
  if (key === undefined || bytes.length < IV_BYTES + TAG_BYTES) return undefined
  // Base64url has several texts for the same bytes: what counts once is told by its text.
  if (`${keyId}.${bytes.toString('base64url')}` !== sealed) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key.material, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(associated(place)).setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    return undefined
  }
}

function associated({ kind, key }: Place): Buffer {
  return Buffer.from(JSON.stringify(['rolecall/browser-state/v1', kind, key]))
}
