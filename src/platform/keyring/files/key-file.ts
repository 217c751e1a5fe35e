import { createSecretKey } from 'node:crypto'
import { type EpochMillis, epochMillis } from '../../../model/index.ts'
import { type DestroyedKey, type Key, type KeyFacts, KeyRingError } from '../index.ts'

/** Where clocks stop, with a year to spare: what comes after it still has to be a date. */
const LATEST = Date.UTC(10_000, 0, 1)

/** The text of the file that keeps `key`, its material included where it has one. */
export function renderKeyFile(key: Key | DestroyedKey): string {
  const { id, purpose, createdAt, activeFrom } = key
  const rest =
    'material' in key ? { material: key.material.export().toString('base64url') } : { destroyedAt: key.destroyedAt }
  return `${JSON.stringify({ id, purpose, createdAt, activeFrom, ...rest }, undefined, 2)}\n`
}

/**
 * Reads the text of a key file.
 * @param path - the file, for the sentence that refuses it
 * @param named - what its name says
 * @throws {@link KeyRingError} when it is not what {@link renderKeyFile} writes; never quotes the text
 */
export function parseKeyFile(
  path: string,
  named: Pick<KeyFacts, 'purpose' | 'generation'>,
  text: string,
): Key | DestroyedKey {
  const fields = fieldsOf(text)
  if (fields === undefined) throw malformed(path, 'it is not a JSON object')
  const { id, purpose, material } = fields
  if (typeof id !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(id)) throw malformed(path, 'its id is not one')
  if (purpose !== named.purpose) throw malformed(path, 'its purpose is not the one in its name')
  const createdAt = timeOf(path, 'createdAt', fields.createdAt)
  // Files from before there was rotation do not say it: those keys were active at once.
  const activeFrom = timeOf(path, 'activeFrom', fields.activeFrom ?? createdAt)
  const facts = { id, ...named, createdAt, activeFrom }
  if (fields.destroyedAt !== undefined) {
    if (material !== undefined) throw malformed(path, 'a destroyed key must not hold material')
    return { ...facts, destroyedAt: timeOf(path, 'destroyedAt', fields.destroyedAt) }
  }
  const bytes = Buffer.from(typeof material === 'string' ? material : '', 'base64url')
  // Decoding forgives much; what does not re-encode to itself was changed since it was written.
  if (bytes.length !== 32 || bytes.toString('base64url') !== material) {
    throw malformed(path, 'its material is not 32 bytes in base64url')
  }
  return { ...facts, material: createSecretKey(bytes) }
}

type Fields = Readonly<Partial<Record<keyof Key | keyof DestroyedKey, unknown>>>

function fieldsOf(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function timeOf(path: string, name: string, value: unknown): EpochMillis {
  if (Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= LATEST) return epochMillis(Number(value))
  throw malformed(path, `its ${name} is not a count of milliseconds`)
}

function malformed(path: string, what: string): KeyRingError {
  return new KeyRingError(
    `${path} is no key file: ${what}. A key that cannot be read cannot open what it sealed: restore the file from a backup.`,
  )
}
