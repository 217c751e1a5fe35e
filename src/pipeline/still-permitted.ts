import type { AccountCaller } from '../model/index.ts'
import { callerNow } from './authentication/index.ts'
import { authorize, type PermittedCall } from './authorization/index.ts'
import type { BrokerParts, Operation } from './operation.ts'

/**
 * A call as it is permitted by now: decided anew, for the caller as they are by now, when the directory changed since.
 * For what changes the directory: between the decision and its turn somebody may have taken away the permission, or made
 * something else of what it is for. Costs nothing when nothing changed.
 * @throws Fault as for one who asks for the first time: when the proof no longer counts, or access is denied
 */
export async function stillPermitted<Input>(
  call: PermittedCall<AccountCaller, Input>,
  { requires }: Pick<Operation<AccountCaller, Input, unknown>, 'requires'>,
  broker: BrokerParts,
): Promise<PermittedCall<AccountCaller, Input>> {
  const { directory } = broker
  const { version } = directory
  if (call.version === version) return call
  const { input, facts, region } = call
  const caller = await callerNow(call.caller, facts.now, broker)
  const accesses = () => requires(input, caller, directory)
  return await authorize({ caller, input, accesses, facts, region, version }, directory)
}
