import { createHmac, hash } from 'node:crypto'
import { Secret } from '../../model/index.ts'
import type { Key } from '../../platform/keyring/index.ts'

/**
 * The secret access key of a session: derived from its whole token, so that a changed or forged token has another
 * secret. The derive key is not the seal key: one of them alone, leaked, makes no usable credential.
 */
export function secretOf(token: string, deriveKey: Key): Secret {
  const mac = createHmac('sha256', deriveKey.material)
  mac.update('rolecall/secret/v1').update(hash('sha256', token, 'buffer'))
  return new Secret(mac.digest().toString('base64', 0, 30))
}
