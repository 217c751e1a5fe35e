import type { AccountId, ServiceCaller } from '../../model/index.ts'
import type { Proven } from './proven.ts'

/**
 * A service of AWS that acts for an account. Call only in the door that is that service here: nobody proves it on the
 * wire.
 * @param region - where it acts
 */
export function asService(service: string, account: AccountId, region: string): Proven<ServiceCaller> {
  return { caller: { kind: 'service', service, account }, region, presigned: false }
}
