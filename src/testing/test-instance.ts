import type { RecordedRequest } from '../domain/instances/index.ts'
import { type InstanceControls, readSteering, type SteeringInput } from '../doors/steering/index.ts'
import { type RequestWanted, type WaitOptions, waitForRequest } from './wait-for-request.ts'

/** An instance in the hands of a test: what its metadata answers from now on. */
export interface TestInstance {
  readonly id: string
  /** Where its metadata is read: `AWS_EC2_METADATA_SERVICE_ENDPOINT`. */
  readonly endpoint: string
  /** What has been asked of its metadata, oldest first. */
  readonly requests: readonly RecordedRequest[]
  /**
   * The next request that is wanted, once it is answered; those that came before do not count.
   * @param wanted - a path below the version with all that is below it, such as `meta-data/iam`, or what says so
   * @throws Error when none comes in time, with those that did come
   */
  waitForRequest(wanted: RequestWanted, options?: WaitOptions): Promise<RecordedRequest>
  /** Environment variables with which a program gets its credentials from this instance: as `broker.env(id)`. */
  env(): Promise<Readonly<Record<string, string>>>
  /**
   * Has its metadata answer otherwise, until told so again: members replace those before, `null` is as usual again.
   * @throws ValidationError with everything that is wrong with it
   */
  steer(changes: SteeringInput): void
  /** The next fetch gets other credentials; those before stay good until their end. */
  rotateNow(): void
  /** Credentials that it was given count as expired at the API. The next fetch gets others, unless rotation is stopped. */
  expireNow(): void
  /** Everything as usual again; what was recorded stays. */
  reset(): void
}

/** Takes an instance in hand. @throws NoSuchEntity when there is none of that id */
export function testInstance(
  id: string,
  controls: InstanceControls,
  env: (name: string) => Promise<Readonly<Record<string, string>>>,
): TestInstance {
  controls.steering(id)
  return {
    id,
    get endpoint() {
      return controls.list().find((each) => each.id === id)?.addresses[0] ?? ''
    },
    get requests() {
      return controls.requests(id)
    },
    waitForRequest: (wanted, options) => waitForRequest(wanted, controls, { ...options, instance: id }),
    env: () => env(id),
    steer: (changes) => {
      controls.steer(id, readSteering(changes, controls.now()))
    },
    rotateNow: () => controls.rotate(id),
    expireNow: () => controls.expire(id),
    reset: () => controls.reset(id),
  }
}
