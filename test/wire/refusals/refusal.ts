import type { RunningNode } from '../../../src/compose/index.ts'
import type { DirectoryInput } from '../../../src/index.ts'
import { type Actor, arnOf, type Role } from '../cast.ts'
import type { Credentials, Params, Signing, WireRequest } from '../wire-client.ts'

/** A request of the table: AssumeRole of the role `Open` by alice, where nothing else is said. */
export interface Ask {
  /** Who signs; `nobody` signs nothing. */
  readonly by?: Actor
  /** Over the parameters that a request has anyway. */
  readonly params?: Params
  readonly signing?: Signing
  /** Sends the parameters in the URL of a GET. */
  readonly get?: boolean
  /** Puts the signer's credentials wrong before they sign. */
  readonly forge?: (credentials: Credentials, others: Others) => Credentials
  /** Changes the request before it is signed. */
  readonly before?: (request: WireRequest) => WireRequest
  /** Changes the request after it was signed. */
  readonly after?: (request: WireRequest, others: Others) => WireRequest
}

/** Credentials besides those of the signer. */
export interface Others {
  /** Of another session. */
  readonly session: Credentials
  /** Of a session of the same name and role of another broker with the same directory. */
  readonly stranger: Credentials
  /** Of a session that began at a provider. */
  readonly federated: Credentials
}

/** What an operator has at hand. */
export interface Hands {
  readonly node: RunningNode
  /** The directory at the start. */
  readonly directory: DirectoryInput
  /** Makes the directory what is listed, and deletes the rest. */
  apply(directory: DirectoryInput): Promise<unknown>
  credentialsOf(actor: Actor): Promise<Credentials>
}

/** One rule that refuses. */
export interface Refusal {
  /** The rule, as a specification would say it. */
  readonly rule: string
  readonly ask: Ask
  /** What an operator does between: before it the request is permitted, after it no more. */
  readonly since?: (hands: Hands) => Promise<unknown>
  readonly status: number
  /** `undefined` where AWS answers without an error document. */
  readonly code: string | undefined
  /** Word for word; `undefined` where AWS sends no message; a pattern where the message tells the time. */
  readonly message: string | RegExp | undefined
  /** The nearest request that is permitted: it shows that the rule refuses, and nothing else. */
  readonly permitted?: Ask
}

/** The `Version` of IAM's API: what names it is answered by IAM. */
export const IAM_VERSION = '2010-05-08'

/** The role that is asked for where no other is named: it trusts everyone. */
export const OPEN = 'Open'

/** AWS's words for every refusal that policies make; `tail` tells the reason, within an account. */
export function denied(
  by: Actor,
  resource: string,
  tail = '',
  action = 'sts:AssumeRole',
): Pick<Refusal, 'status' | 'code' | 'message'> {
  const on = resource === '*' ? '' : ` on resource: ${resource}`
  const message = `User: ${arnOf(by)} is not authorized to perform: ${action}${on}${tail}`
  return { status: 403, code: 'AccessDenied', message }
}

/** A refusal with that status, code and message. */
export function answered(
  status: number,
  code: string,
  message?: string | RegExp,
): Pick<Refusal, 'status' | 'code' | 'message'> {
  return { status, code, message }
}

/** A role of the target account that trusts by the given statements. */
export function trustingRole(RoleName: string, AssumeRolePolicyDocument: object, settings: Partial<Role> = {}): Role {
  return { RoleName, AssumeRolePolicyDocument: { ...AssumeRolePolicyDocument }, ...settings }
}
