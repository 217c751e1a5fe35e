import assert from 'node:assert/strict'
import { inflateRawSync } from 'node:zlib'

/** Names and values: a form, or headers. */
export type Fields = Readonly<Record<string, string>>

/** Somebody's browser: it keeps cookies, and sends them as one does that comes from a page of the same site. */
export class Browser {
  readonly #origin: string
  readonly #cookies = new Map<string, string>()

  /** @param origin - of the broker */
  constructor(origin: string) {
    this.#origin = origin
  }

  async get(path: string): Promise<Response> {
    return this.#keep(await fetch(this.#origin + path, { redirect: 'manual', headers: this.#headers() }))
  }

  /** Sends a form of a page of the broker's. */
  post(path: string, form: Fields, headers: Fields = {}): Promise<Response> {
    return this.#post(path, form, { Origin: this.#origin, ...this.#headers(), ...headers })
  }

  /** Sends a form of another site's page: cookies that are `Lax` stay here. */
  postFromElsewhere(path: string, form: Fields): Promise<Response> {
    return this.#post(path, form, { Origin: 'https://idp.example.com' })
  }

  holds(name: string): string | undefined {
    return this.#cookies.get(name)
  }

  #headers(): Fields {
    return { Cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
  }

  async #post(path: string, form: Fields, headers: Fields): Promise<Response> {
    const body = new URLSearchParams(form)
    return this.#keep(
      await fetch(this.#origin + path, { method: 'POST', redirect: 'manual', headers: { ...headers }, body }),
    )
  }

  #keep(answer: Response): Response {
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (line.includes('Max-Age=0')) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return answer
  }
}

/** Begins a sign-in in a browser: the id of the request. */
export async function begin(browser: Browser, path = '/saml/login/111111111111/corp'): Promise<string> {
  const answer = await browser.get(path)
  assert.equal(answer.status, 303)
  const { searchParams } = new URL(answer.headers.get('location') ?? '')
  const request = inflateRawSync(Buffer.from(searchParams.get('SAMLRequest') ?? '', 'base64')).toString()
  return / ID="([^"]+)"/.exec(request)?.[1] ?? ''
}
