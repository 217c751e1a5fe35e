import type { RecordedRequest, Steering } from '../../domain/instances/index.ts'
import type { EpochMillis } from '../../model/index.ts'

/**
 * The hands of a test on what the metadata service answers. Whatever names an instance throws `NoSuchEntity` where there
 * is none of that id.
 */
export interface InstanceControls {
  /** By the clock that can be moved. */
  now(): EpochMillis
  /** Every instance, with the origins where its metadata is read. */
  list(): readonly { readonly id: string; readonly account: string; readonly addresses: readonly string[] }[]
  steering(id: string): Steering
  /** Members of `changes` replace those before; `undefined` is as usual again. */
  steer(id: string, changes: Steering): Steering
  /** Everything as usual again. */
  reset(id: string): void
  /** The next fetch gets other credentials; those before stay good. */
  rotate(id: string): void
  /** Credentials that were handed out count as expired from now on. */
  expire(id: string): void
  /** What was asked of one instance or of all, oldest first. */
  requests(id?: string): readonly RecordedRequest[]
  forgetRequests(id: string): void
  /** Tells of every request to any instance from now on, once it is answered. Gives back what ends that. */
  onRequest(listener: (request: RecordedRequest) => void): () => void
}
