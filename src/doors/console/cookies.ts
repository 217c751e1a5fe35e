/** The cookie of a browser that is signed in. */
export const SESSION_COOKIE = 'rolecall'
/** The cookie of one whose user has to choose another password first. */
export const CHANGE_COOKIE = 'rolecall-password'
/** The cookie of one that was sent to a SAML provider to sign in. */
export const SAML_COOKIE = 'rolecall-saml'
/** The cookie of one that signs in at an OpenID Connect provider, until it has a role. */
export const LOGIN_COOKIE = 'rolecall-login'
/** The cookie of one in which somebody has switched roles. */
export const ROLES_COOKIE = 'rolecall-roles'

/** A handle or a ticket: what else stands in one of our cookies, we have not put there. */
const VALUE = /^[A-Za-z0-9_.-]{1,1024}$/
const SPACE = 0x20
const TAB = 0x09

/**
 * The cookies of this site. Over TLS their names begin with `__Host-`, so that no other host of the domain and no page
 * without TLS can have put them there.
 * @see https://www.rfc-editor.org/rfc/rfc6265
 */
export class Cookies {
  readonly #prefix: string
  readonly #attributes: string

  /** @param secure - whether browsers reach this site over TLS */
  constructor(secure: boolean) {
    this.#prefix = secure ? '__Host-' : ''
    this.#attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  }

  /**
   * The value of a cookie in a `Cookie` header. `undefined` when it is not there, is none that we made, or is there twice:
   * the second was put there by somebody else, and nothing tells which one it is.
   */
  read(header: string | undefined, name: string): string | undefined {
    if (header === undefined) return undefined
    const wanted = `${this.#prefix}${name}=`
    let found: string | undefined
    for (const pair of header.split(';')) {
      const text = trimmed(pair)
      if (!text.startsWith(wanted)) continue
      if (found !== undefined) return undefined
      found = text.slice(wanted.length)
    }
    return found !== undefined && VALUE.test(found) ? found : undefined
  }

  /** The `Set-Cookie` that keeps a handle until the browser is closed. */
  set(name: string, value: string): string {
    if (!VALUE.test(value)) throw new Error(`the cookie ${name} would hold what is no handle`)
    return `${this.#prefix}${name}=${value}${this.#attributes}`
  }

  /** The `Set-Cookie` that removes it. */
  clear(name: string): string {
    return `${this.#prefix}${name}=${this.#attributes}; Max-Age=0`
  }
}

/**
 * A pair without the white space that browsers strip from what sites set. `trim` strips more: a browser takes U+00A0 for
 * part of a name, so any host of the domain may set a cookie that would be read as one of those with the prefix.
 * @see https://www.rfc-editor.org/rfc/rfc6265 section 5.2
 */
function trimmed(pair: string): string {
  let start = 0
  let end = pair.length
  while (start < end && isBlank(pair.charCodeAt(start))) start++
  while (end > start && isBlank(pair.charCodeAt(end - 1))) end--
  return pair.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}
