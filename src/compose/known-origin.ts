import { isIP } from 'node:net'
import type { BrokerConfig } from '../platform/config/index.ts'

/** Where the API will answer, as far as that is known before it listens: a port that the system chooses is not. */
export function knownOrigin({ publicUrl, listen: { api }, tls }: BrokerConfig): string | undefined {
  const family = isIP(api.host)
  const isNamed = family === 0 && api.host.toLowerCase() !== 'localhost'
  if (publicUrl !== undefined || api.port === 0 || isNamed) return publicUrl
  const host = family === 6 ? `[${api.host}]` : api.host.toLowerCase()
  return `${tls === undefined ? 'http' : 'https'}://${host}:${api.port}`
}
