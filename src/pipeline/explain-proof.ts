import { writeExplanation } from '../domain/explanation/index.ts'
import type { Caller, Fault, SuspectedIdentity } from '../model/index.ts'
import { RefusedProof } from './authentication/index.ts'
import type { DeniedAccess } from './authorization/index.ts'

type Vouching = Pick<SuspectedIdentity, 'as' | 'account' | 'provider'>

/**
 * The refusal of a proof that is to be explained, to the account whose provider it names: nobody else is told what a token
 * or an assertion says. `undefined` when the fault is about something else.
 * @param proven - the caller, where what was refused is what they ask for by it
 */
export function refusedProof(fault: Fault, action: string, proven?: Caller): DeniedAccess | undefined {
  const { cause, suspect, message: refusal } = fault
  const vouching = suspect?.kind === 'suspected-identity' ? suspect : proven && vouchingFor(proven)
  if (!(cause instanceof RefusedProof) || vouching === undefined) return undefined
  const { as, account, provider } = vouching
  const proof = as === 'saml' ? 'assertion' : 'token'
  const who = `whoever sent ${proof === 'token' ? 'a token' : 'an assertion'} of ${provider}`
  const explain = (): string =>
    writeExplanation({
      caller: { arn: provider, id: provider, name: '', who, account },
      action,
      resource: cause.resource,
      resourceAccount: account,
      refusal,
      roleIsMissing: false,
      carried: [],
      proof,
      checks: cause.checks(),
      whole: undefined,
      ofCaller: undefined,
      untold: [],
    })
  return { account, resourceAccount: account, explain }
}

function vouchingFor(caller: Caller): Vouching | undefined {
  const { kind } = caller
  return kind === 'saml' || kind === 'web-identity' ? { ...caller, as: kind } : undefined
}
