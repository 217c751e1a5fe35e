import { createCipheriv, createDecipheriv } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Key, KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'
import type { SessionClaims } from './session-claims.ts'

const IV_BYTES = 12
const TAG_BYTES = 16
const MAX_TOKEN_LENGTH = 4096
/** In characters. To deflate costs as much as to seal, and shorter claims fit without it. */
const WORTH_DEFLATING = 1024
/** Of the claims in a token of full length: what inflates to more was not written here. */
const MAX_CLAIMS_BYTES = 65_536

/** What stands before every token that one key seals: made once, because making it costs half as much as sealing. */
export interface SealHeader {
  readonly key: Key
  readonly plain: HeaderText
  /** Of tokens whose claims are deflated. */
  readonly zipped: HeaderText
}

interface HeaderText {
  readonly text: string
  /** The same, as the seal covers it. */
  readonly bytes: Buffer
}

/** The headers of the tokens that `key` seals. */
export function sealHeader(key: Key): SealHeader {
  return { key, plain: headerText(headerOf(key, false)), zipped: headerText(headerOf(key, true)) }
}

function headerText(text: string): HeaderText {
  return { text, bytes: Buffer.from(text, 'latin1') }
}

/**
 * Seals claims into a compact JWE (`alg: dir`, `enc: A256GCM`), readable only with a key of the ring.
 * `node:crypto` instead of a JOSE library because it is several times cheaper here. Claims are deflated when they are
 * long, as policies and tags make them. `undefined` when the token would be too long to travel.
 * @see https://www.rfc-editor.org/rfc/rfc7516#section-7.1
 */
export function sealToken(claims: SessionClaims, header: SealHeader, random: Random): string | undefined {
  const json = JSON.stringify(claims)
  const zipped = json.length > WORTH_DEFLATING
  const { key } = header
  const { text, bytes } = zipped ? header.zipped : header.plain
  const iv = random.bytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key.material, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(bytes)
  // GCM is a stream: `update` gives every byte, `final` only completes the tag.
  const sealed = zipped ? cipher.update(deflateRawSync(json)) : cipher.update(json, 'utf8')
  cipher.final()
  const token = `${text}..${iv.toString('base64url')}.${sealed.toString('base64url')}.${cipher.getAuthTag().toString('base64url')}`
  return token.length <= MAX_TOKEN_LENGTH ? token : undefined
}

/**
 * Opens a sealed token: its claims and the id of the key that sealed it, or `undefined` whatever the reason it does not
 * open. Proves that the token is ours and intact; says nothing of expiry, liveness or revocation.
 */
export function openToken(token: string, keyring: KeyRing): { claims: SessionClaims; keyId: string } | undefined {
  if (token.length > MAX_TOKEN_LENGTH) return undefined
  const segments = token.split('.', 6)
  const [header, encryptedKey, ivText, sealedText, tagText] = segments
  if (segments.length !== 5 || encryptedKey !== '' || !header || !ivText || !sealedText || !tagText) return undefined
  const named = keyNamedBy(header, keyring)
  const iv = strictBase64url(ivText)
  const sealed = strictBase64url(sealedText)
  const tag = strictBase64url(tagText)
  if (named === undefined || sealed === undefined) return undefined
  if (iv?.length !== IV_BYTES || tag?.length !== TAG_BYTES) return undefined
  const { key, zipped } = named
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.material, iv, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(header, 'latin1')).setAuthTag(tag)
    const opened = decipher.update(sealed)
    decipher.final()
    // Only now: what is inflated is what we sealed.
    const json = zipped ? inflateRawSync(opened, { maxOutputLength: MAX_CLAIMS_BYTES }) : opened
    const claims: SessionClaims = JSON.parse(json.toString('utf8'))
    return { claims, keyId: key.id }
  } catch {
    return undefined
  }
}

function headerOf(key: Key, zipped: boolean): string {
  const zip = zipped ? ',"zip":"DEF"' : ''
  return Buffer.from(`{"alg":"dir","enc":"A256GCM","kid":"${key.id}","typ":"rolecall-session"${zip}}`).toString(
    'base64url',
  )
}

/** Only a header that we would write ourselves is taken: nothing in it is left to choose. */
function keyNamedBy(header: string, keyring: KeyRing): { key: Key; zipped: boolean } | undefined {
  const kid = /"kid":"([\w-]{1,64})"/.exec(Buffer.from(header, 'base64url').toString('latin1'))?.[1]
  const key = kid === undefined ? undefined : keyring.find('session-seal', kid)
  if (key === undefined) return undefined
  if (headerOf(key, false) === header) return { key, zipped: false }
  return headerOf(key, true) === header ? { key, zipped: true } : undefined
}

/** Base64url is malleable (spare bits, skipped characters): a text that does not re-encode to itself is refused. */
function strictBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}
