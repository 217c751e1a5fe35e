import type { Pod } from '../../model/index.ts'
import type { Random } from '../../platform/random.ts'

/** A pod that did not run before, named as those of a replica set are. */
export function newPod(serviceAccount: string, random: Random): Pick<Pod, 'podName' | 'podUid'> {
  const suffix = random.bytes(3).toString('hex').slice(0, 5)
  return { podName: `${serviceAccount.slice(0, 57)}-${suffix}`, podUid: random.uuid() }
}
