/** One answer as it came. */
export interface RawAnswer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

const END_OF_HEAD = '\r\n\r\n'
const NO_CHUNKS = '0\r\n\r\n'

/**
 * Reads the complete answers that a connection has brought so far; interim ones (1xx) are passed over.
 * @param methods - of the requests, in order: the answer to HEAD has no body
 * @param closed - whether no more will come, which ends a body of no stated length
 * @throws {Error} for what is no HTTP, or has a body in chunks, which the broker never sends; Node does, empty ones
 */
export function readAnswers(received: Buffer, methods: readonly string[], closed: boolean): readonly RawAnswer[] {
  const answers: RawAnswer[] = []
  for (let at = 0; at < received.length; ) {
    const end = received.indexOf(END_OF_HEAD, at)
    if (end < 0) return answers
    const [statusLine = '', ...lines] = received.toString('latin1', at, end).split('\r\n')
    const status = Number(/^HTTP\/1\.1 ([0-9]{3}) /.exec(statusLine)?.[1])
    const headers = new Map(lines.map(headerOf))
    if (!(status >= 100)) throw new Error(`not an answer: ${statusLine}`)
    const chunked = headers.has('transfer-encoding')
    const start = end + END_OF_HEAD.length + (chunked ? NO_CHUNKS.length : 0)
    if (start > received.length) return answers
    if (chunked && !received.subarray(0, start).toString('latin1').endsWith(NO_CHUNKS))
      throw new Error('an answer in chunks')
    const interim = status < 200
    const bodiless = interim || chunked || methods[answers.length] === 'HEAD'
    const declared = bodiless ? 0 : headers.get('content-length')
    if (declared === undefined && !closed) return answers
    const length = declared === undefined ? received.length - start : Number(declared)
    if (start + length > received.length) return answers
    if (!interim) answers.push({ status, headers, body: received.subarray(start, start + length) })
    at = start + length
  }
  return answers
}

function headerOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}
