import type { Cluster, ServiceAccount } from '../../model/index.ts'
import type { Directory } from './directory.ts'

/** A service account that names a role, in its cluster. */
interface NamingServiceAccount {
  readonly cluster: Cluster
  readonly serviceAccount: ServiceAccount
}

/** All service accounts that name a role, in clusters of accounts that are open; read from the store itself. */
export async function serviceAccountsIn(directory: Directory): Promise<readonly NamingServiceAccount[]> {
  const found: NamingServiceAccount[] = []
  for (const cluster of await directory.records.bodies('cluster')) {
    if (!(await directory.isOpen(cluster.account))) continue
    for (const serviceAccount of cluster.serviceAccounts) found.push({ cluster, serviceAccount })
  }
  return found
}
