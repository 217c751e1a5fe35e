const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/
const MOST_FIELDS = 100

/**
 * What a form or a query string says: each name once. AWS takes the first of two, others the last; whoever stands between
 * a browser and this process must not see another value than we do, so that two are refused.
 */
export class Form {
  /** Of a form that was not sent. */
  static readonly EMPTY: Form = new Form(new Map())
  readonly #fields: ReadonlyMap<string, string>

  private constructor(fields: ReadonlyMap<string, string>) {
    this.#fields = fields
  }

  /**
   * Reads `application/x-www-form-urlencoded` text; `undefined` for what no browser sends: a name twice, a percent sign that
   * begins no escape, more than 100 fields.
   * @see https://url.spec.whatwg.org/#urlencoded-parsing
   */
  static read(text: string): Form | undefined {
    if (BAD_ESCAPE.test(text) || fieldsOf(text) > MOST_FIELDS) return undefined
    const fields = new Map<string, string>()
    for (const [name, value] of new URLSearchParams(text)) {
      if (fields.has(name)) return undefined
      fields.set(name, value)
    }
    return new Form(fields)
  }

  /** What stands in a field; nothing when it is not there. */
  text(name: string): string {
    return this.#fields.get(name) ?? ''
  }

  has(name: string): boolean {
    return this.#fields.has(name)
  }
}

function fieldsOf(text: string): number {
  let count = 1
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) count++
  return count
}
