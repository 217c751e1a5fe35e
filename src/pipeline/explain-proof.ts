import { writeExplanation } from '../domain/explanation/index.ts'
import type { Fault } from '../model/index.ts'
import { RefusedToken } from './authentication/index.ts'
import type { DeniedAccess } from './authorization/index.ts'

/**
 * The refusal of a proof that is to be explained, to the account whose provider it names: nobody is proven, so nobody
 * else is told. `undefined` when the fault is about something else.
 */
export function refusedProof(fault: Fault, action: string): DeniedAccess | undefined {
  const { cause, suspect, message: refusal } = fault
  if (!(cause instanceof RefusedToken) || suspect?.kind !== 'suspected-identity') return undefined
  const { account, provider } = suspect
  const who = `whoever sent a token of ${provider}`
  const explain = (): string =>
    writeExplanation({
      caller: { arn: provider, id: provider, name: '', who, account },
      action,
      resource: cause.roleArn.text,
      resourceAccount: account,
      refusal,
      roleIsMissing: false,
      carried: [],
      checks: cause.checks(),
      whole: undefined,
      ofCaller: undefined,
      untold: [],
    })
  return { account, resourceAccount: account, explain }
}
