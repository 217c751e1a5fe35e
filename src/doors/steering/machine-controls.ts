import type { RecordedRequest, Steering } from '../../domain/instances/index.ts'
import type { EpochMillis } from '../../model/index.ts'

/** A task, or the pods of a service account. */
interface ContainerName {
  /** `task/ID` or `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`. */
  readonly id: string
  readonly account: string
}

/**
 * The hands of a test on what machines are answered: instances by their metadata, and tasks and pods by what gives them
 * credentials. Names are `i-...`, `task/ID` and `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`; whatever takes one throws
 * `NoSuchEntity` where there is none of that name.
 */
export interface MachineControls {
  /** By the clock that can be moved. */
  now(): EpochMillis
  /** Every instance, with the origins where its metadata is read. */
  list(): readonly { readonly id: string; readonly account: string; readonly addresses: readonly string[] }[]
  /** Every task and service account. */
  containers(): readonly ContainerName[]
  steering(name: string): Steering
  /** Members of `changes` replace those before; `undefined` is as usual again. */
  steer(name: string, changes: Steering): Steering
  /** Everything as usual again, and nothing recorded. */
  reset(name: string): void
  /** The next fetch gets other credentials; those before stay good. */
  rotate(name: string): void
  /** Credentials that were handed out count as expired from now on. */
  expire(name: string): void
  /** Session tokens that an instance has issued are void from now on. */
  voidTokens(id: string): void
  /** What was asked by one machine or by all, oldest first. */
  requests(name?: string): readonly RecordedRequest[]
  forgetRequests(name?: string): void
  /** Tells of every request from now on, once it is answered. Gives back what ends that. */
  onRequest(listener: (request: RecordedRequest) => void): () => void
}
