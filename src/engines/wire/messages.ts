/** A request as it came: nothing is decoded, so a signature can be checked over the same bytes. */
export interface Received {
  readonly method: string
  /** The request target of the request line, unparsed: path, and query string if there is one. */
  readonly target: string
  /** Names and values in turn, in their order on the wire. */
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
}

/** A whole answer. `Content-Length` and `Date` are for the door that sends it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The values of one header, joined by commas as RFC 9110 section 5.3 joins them; `name` in lower case. */
export function headerOf({ rawHeaders }: Received, name: string): string | undefined {
  let found: string | undefined
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index]
    if (candidate?.length !== name.length || candidate.toLowerCase() !== name) continue
    const value = rawHeaders[index + 1] ?? ''
    found = found === undefined ? value : `${found}, ${value}`
  }
  return found
}
