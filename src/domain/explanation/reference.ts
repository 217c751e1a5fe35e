import { createCipheriv, createDecipheriv } from 'node:crypto'
import { type EpochMillis, epochMillis } from '../../model/index.ts'
import type { Key, KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'

/** Where the explanation of a refusal is: which request of whom it was, on what of whose. */
export interface Reference {
  readonly requestId: string
  readonly time: EpochMillis
  /** The caller's. */
  readonly account: string
  /** The one that owns what was asked for; `undefined` when the resource names none. */
  readonly resourceAccount: string | undefined
}

const VERSION = 1
const IV_BYTES = 12
const TAG_BYTES = 16
const TIME_BYTES = 6
const UUID_BYTES = 16
const ACCOUNT_BYTES = 6
const PLAIN_BYTES = TIME_BYTES + UUID_BYTES + 2 * ACCOUNT_BYTES
/** Stands for a resource without an account: no account has that number. */
const NOBODY = 2 ** (8 * ACCOUNT_BYTES) - 1
const MAX_LENGTH = 1024

/**
 * Seals a reference: about 100 letters of base64url, the same number for every refusal under one key, so that its
 * length tells nothing of why. It holds no policy: those are kept with the audit record.
 */
export function sealReference({ requestId, time, account, resourceAccount }: Reference, parts: SealParts): string {
  const plain = Buffer.alloc(PLAIN_BYTES)
  let at = plain.writeUIntBE(time, 0, TIME_BYTES)
  at += plain.write(requestId.replaceAll('-', ''), at, UUID_BYTES, 'hex')
  at = plain.writeUIntBE(numberOf(account), at, ACCOUNT_BYTES)
  plain.writeUIntBE(numberOf(resourceAccount), at, ACCOUNT_BYTES)

  const key = parts.keyring.active('explanation')
  const header = headerOf(key)
  const iv = parts.random.bytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key.material, iv, { authTagLength: TAG_BYTES }).setAAD(header)
  const sealed = cipher.update(plain)
  cipher.final()
  return Buffer.concat([header, iv, sealed, cipher.getAuthTag()]).toString('base64url')
}

/** What sealing takes. */
interface SealParts {
  readonly keyring: KeyRing
  readonly random: Random
}

/**
 * Opens a sealed reference; `undefined` whatever the reason it does not open: not ours, changed, of another version, or
 * sealed under a key that is destroyed. Age is for whoever asked.
 */
export function openReference(text: string, keyring: KeyRing): Reference | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const bytes = Buffer.from(text, 'base64url')
  // Base64url is malleable: what does not encode to itself is refused.
  if (bytes.toString('base64url') !== text || bytes[0] !== VERSION) return undefined
  const idEnd = 2 + (bytes[1] ?? 0)
  const ivEnd = idEnd + IV_BYTES
  if (bytes.length !== ivEnd + PLAIN_BYTES + TAG_BYTES) return undefined
  const key = keyring.find('explanation', bytes.toString('latin1', 2, idEnd))
  if (key === undefined) return undefined
  try {
    const iv = bytes.subarray(idEnd, ivEnd)
    const decipher = createDecipheriv('aes-256-gcm', key.material, iv, { authTagLength: TAG_BYTES })
    decipher.setAAD(bytes.subarray(0, idEnd)).setAuthTag(bytes.subarray(-TAG_BYTES))
    const plain = decipher.update(bytes.subarray(ivEnd, -TAG_BYTES))
    decipher.final()
    return read(plain)
  } catch {
    return undefined
  }
}

function read(plain: Buffer): Reference | undefined {
  const uuidEnd = TIME_BYTES + UUID_BYTES
  const account = textOf(plain.readUIntBE(uuidEnd, ACCOUNT_BYTES))
  if (account === undefined) return undefined
  const hex = plain.toString('hex', TIME_BYTES, uuidEnd)
  return {
    requestId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    time: epochMillis(plain.readUIntBE(0, TIME_BYTES)),
    account,
    resourceAccount: textOf(plain.readUIntBE(uuidEnd + ACCOUNT_BYTES, ACCOUNT_BYTES)),
  }
}

/** The seal covers it, so a reference cannot be moved to another key or version. */
function headerOf({ id }: Key): Buffer {
  return Buffer.from(`${String.fromCharCode(VERSION, id.length)}${id}`, 'latin1')
}

function numberOf(account: string | undefined): number {
  return account !== undefined && /^[0-9]{12}$/.test(account) ? Number(account) : NOBODY
}

function textOf(account: number): string | undefined {
  return account === NOBODY ? undefined : String(account).padStart(12, '0')
}
