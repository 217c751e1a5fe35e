import { foldCase, InvalidIdentityToken, type Tag } from '../../model/index.ts'

/** What an identity provider asks the session to be marked by. */
export interface SessionMarks {
  readonly tags: readonly Tag[]
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity: string | undefined
}

/** How many session tags there may be. */
export const MOST_TAGS = 50

const TAG_KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u
const IDENTITY = /^(?!aws:)[\w+=,.@-]{2,64}$/i

/**
 * Gathers the session tags that an identity provider asks for.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp
 */
export class SessionTags {
  readonly tags: Tag[] = []
  readonly #alike = new Set<string>()
  readonly #keys = new Set<string>()
  readonly #refusal: () => InvalidIdentityToken

  /** @param refusal - what is thrown when something cannot be given to a session */
  constructor(refusal: () => InvalidIdentityToken) {
    this.#refusal = refusal
  }

  add(key: string, value: unknown): void {
    const each = alike(key)
    if (typeof value !== 'string' || !TAG_KEY.test(key) || !TAG_VALUE.test(value)) throw this.#refusal()
    if (each.startsWith('aws:') || this.#alike.has(each) || this.tags.length >= MOST_TAGS) throw this.#refusal()
    this.#alike.add(each)
    this.#keys.add(foldCase(key))
    this.tags.push({ key, value })
  }

  /** The keys that are handed down: each of one of the tags, in any case, and not of one that only looks like it. */
  transitive(keys: readonly string[]): readonly string[] {
    if (keys.length > MOST_TAGS || !keys.every((key) => this.#keys.has(foldCase(key)))) throw this.#refusal()
    return keys
  }
}

/** Checks a source identity that an identity provider asks for, if it does. @throws {@link InvalidIdentityToken} */
export function checkSourceIdentity(value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && IDENTITY.test(value))) return value
  // The words are those that AWS has for the attribute of SAML.
  throw new InvalidIdentityToken('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"')
}

/** As keys of session tags are compared elsewhere: those that readers may take for each other are one. */
function alike(key: string): string {
  return foldCase(key.normalize('NFKC').toLowerCase())
}
