import { AccessDenied, type AccountCaller, type Fault, type IdentityCaller } from '../../model/index.ts'
import { explainDenial } from './explain-denial.ts'
import { Grounds } from './grounds.ts'

/** A denial that is to be explained. */
export interface DeniedAccess {
  /** The caller's. */
  readonly account: string
  /** Whose the resource is that was asked for. */
  readonly resourceAccount: string
  /** What is kept of it, as text. Costs many times what deciding does, and reads no store. */
  explain(): string
}

/**
 * The denial of access behind a fault; `undefined` when it is about something else.
 * @param action - what the operation is called, for denials that come before access is decided
 */
export function deniedAccess(
  fault: Fault,
  caller: AccountCaller | IdentityCaller,
  action: string,
): DeniedAccess | undefined {
  const { cause } = fault
  if (!(cause instanceof Grounds) && !(fault instanceof AccessDenied)) return undefined
  const grounds = cause instanceof Grounds ? cause : new Grounds({ action, resource: '*' }, undefined)
  const resourceAccount = grounds.gathered?.request.resourceAccount ?? caller.account
  return { account: caller.account, resourceAccount, explain: () => explainDenial(grounds, caller, fault.message) }
}
