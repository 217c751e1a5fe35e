import { CLUSTER_PATHS, ISSUER_PATHS } from '../domain/federation/index.ts'
import type { PublishedDocuments } from '../doors/http/index.ts'
import { ServiceUnavailable } from '../model/index.ts'
import type { BrokerParts } from '../pipeline/index.ts'
import type { BrokerConfig } from '../platform/config/index.ts'

const FIVE_MINUTES_S = 300

/** What accounts and clusters publish as issuers of tokens. */
export function publishedDocuments(
  { directory, outboundIdentities, clusterIssuers }: BrokerParts,
  { keyRotation }: Pick<BrokerConfig, 'keyRotation'>,
): PublishedDocuments {
  return {
    paths: [ISSUER_PATHS, CLUSTER_PATHS],
    // Well within the time that a new key is pending: whoever remembers the keys knows it before it signs.
    maxAgeS: Math.min(FIVE_MINUTES_S, keyRotation.pendingMinutes * 30),
    async read(path) {
      if (!directory.isCurrent()) throw new ServiceUnavailable('the change log cannot be followed')
      const issuers = path.startsWith(CLUSTER_PATHS) ? clusterIssuers : outboundIdentities
      return await issuers.document(path)
    },
  }
}
