import type { IncomingMessage } from 'node:http'

const EMPTY = new Uint8Array()

/**
 * Reads a request's body once: its bytes, `too-large` as soon as it is known to have more than `maxBytes`, `aborted`
 * when the client left or was too slow. Never rejects, and keeps no more than `maxBytes`.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | 'too-large' | 'aborted'> {
  const { 'content-length': declared, 'transfer-encoding': chunked } = request.headers
  if (chunked === undefined && (declared === undefined || declared === '0')) return Promise.resolve(EMPTY)
  if (Number(declared) > maxBytes) return Promise.resolve('too-large')
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= maxBytes) {
        chunks.push(chunk)
        return
      }
      chunks.length = 0
      resolve('too-large')
    })
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)))
    request.on('error', () => resolve('aborted'))
    request.on('close', () => resolve('aborted'))
  })
}
