import type { CustomFetch } from 'openid-client'
import type { OutboundHttp } from '../../platform/outbound-http.ts'

/** As much as a set of keys may have; nothing else that providers answer comes near. */
const MAX_BYTES = 524_288
/** For each request, name resolution included. */
export const TIMEOUT_S = 10
const NAMES = ['content-type', 'www-authenticate', 'retry-after'] as const

/** The library's way out: through the one client that has limits and knows which addresses may be asked. */
export function providerFetch(outbound: Pick<OutboundHttp, 'send'>, issuer: URL): CustomFetch {
  return async (url, { method, headers, body, signal }) => {
    const answer = await outbound.send({
      url,
      issuer: issuer.origin,
      method: method === 'POST' ? 'POST' : 'GET',
      headers,
      body: body instanceof URLSearchParams ? body.toString() : undefined,
      maxBytes: MAX_BYTES,
      signal: signal ?? AbortSignal.timeout(TIMEOUT_S * 1000),
    })
    const kept = new Headers()
    for (const name of NAMES) {
      const value = answer.headers[name]
      if (typeof value === 'string') kept.set(name, value)
    }
    // No status that has no body may be given one.
    const content = answer.status === 204 || answer.status === 205 ? null : new Uint8Array(answer.body)
    return new Response(content, { status: answer.status, headers: kept })
  }
}
