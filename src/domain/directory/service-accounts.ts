import { type Cluster, machineOfPod, NoSuchEntity, podInFull, type ServiceAccount } from '../../model/index.ts'
import type { Directory } from './directory.ts'

/** A service account that names a role, in its cluster. */
export interface NamingServiceAccount {
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

/** What a service account is called, and what it is called where several clusters have that name. */
export function namesOf({ cluster, serviceAccount: { namespace, name } }: NamingServiceAccount): {
  readonly short: string
  readonly full: string
} {
  const pod = { ...cluster, namespace, serviceAccount: name }
  return { short: machineOfPod(pod), full: podInFull(pod) }
}

/**
 * The one that a name means, of all.
 * @param name - `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`, or `pod/ACCOUNT/REGION/CLUSTER/NAMESPACE/SERVICEACCOUNT`
 * @throws NoSuchEntity when there is none, or the short name is that of several
 */
export function findServiceAccount(name: string, all: readonly NamingServiceAccount[]): NamingServiceAccount {
  const found = all.filter((each) => {
    const { short, full } = namesOf(each)
    return short === name || full === name
  })
  const [only, another] = found
  if (only === undefined) {
    throw new NoSuchEntity(
      `There is no service account ${name} that names a role: Clusters of a directory file list them, as pod/CLUSTER/NAMESPACE/SERVICEACCOUNT.`,
    )
  }
  if (another === undefined) return only
  throw new NoSuchEntity(
    `Several clusters are called ${only.cluster.clusterName} and have that service account: say which, ${found.map((each) => namesOf(each).full).join(' or ')}.`,
  )
}
