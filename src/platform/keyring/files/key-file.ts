import { createSecretKey } from 'node:crypto'
import { epochMillis } from '../../../model/index.ts'
import { type Key, type KeyPurpose, KeyRingError } from '../index.ts'

/** The text of the file that keeps `key`, its material included. */
export function renderKeyFile({ id, purpose, state, createdAt, material }: Key): string {
  const fields = { id, purpose, state, createdAt, material: material.export().toString('base64url') }
  return `${JSON.stringify(fields, undefined, 2)}\n`
}

/**
 * Reads the text of a key file; `undefined` when it only remembers a key that was destroyed.
 * @param name - the file, for the sentence that refuses it
 * @throws {@link KeyRingError} when it is not what {@link renderKeyFile} writes; never quotes the text
 */
export function parseKeyFile(name: string, expected: KeyPurpose, text: string): Key | undefined {
  const fields = fieldsOf(text)
  if (fields === undefined) throw malformed(name, 'it is not a JSON object')
  const { id, purpose, state, createdAt, material } = fields
  if (typeof id !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(id)) throw malformed(name, 'its id is not one')
  if (purpose !== expected) throw malformed(name, 'its purpose is not the one in its name')
  if (!Number.isSafeInteger(createdAt)) throw malformed(name, 'its createdAt is not a count of milliseconds')
  if (state === 'destroyed') {
    if (material !== undefined) throw malformed(name, 'a destroyed key must not hold material')
    return undefined
  }
  if (state !== 'pending' && state !== 'active' && state !== 'retired')
    throw malformed(name, 'its state is not pending, active, retired or destroyed')
  const bytes = Buffer.from(typeof material === 'string' ? material : '', 'base64url')
  // Decoding forgives much; what does not re-encode to itself was changed since it was written.
  if (bytes.length !== 32 || bytes.toString('base64url') !== material) {
    throw malformed(name, 'its material is not 32 bytes in base64url')
  }
  return { id, purpose: expected, state, material: createSecretKey(bytes), createdAt: epochMillis(Number(createdAt)) }
}

function fieldsOf(text: string): Readonly<Partial<Record<keyof Key, unknown>>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function malformed(name: string, what: string): KeyRingError {
  return new KeyRingError(
    `${name} is no key file: ${what}. A key that cannot be read cannot open what it sealed: restore the file from a backup.`,
  )
}
