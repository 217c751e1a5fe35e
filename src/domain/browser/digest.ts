import { hash, timingSafeEqual } from 'node:crypto'

/** The SHA-256 of a text, in base64url: what is kept of a secret that somebody will show. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'base64url')
}

/** Whether a text is the one of that digest, found out in a time that does not tell how much of it is right. */
export function isDigestOf(digest: string, text: string): boolean {
  const [kept, shown] = [Buffer.from(digest), Buffer.from(digestOf(text))]
  return kept.length === shown.length && timingSafeEqual(kept, shown)
}
