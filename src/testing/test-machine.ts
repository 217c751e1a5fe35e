import type { RecordedRequest, Steering } from '../domain/instances/index.ts'
import {
  type ContainerSteeringInput,
  type MachineControls,
  readContainerSteering,
  readSteering,
  type SteeringInput,
} from '../doors/steering/index.ts'
import { type RequestWanted, type WaitOptions, waitForRequest } from './wait-for-request.ts'

/** A machine in the hands of a test: what it is answered from now on. */
export interface TestMachine<Input> {
  /** `i-...`, `task/ID` or `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`. */
  readonly id: string
  /** What it has asked, oldest first. */
  readonly requests: readonly RecordedRequest[]
  /** Forgets what it has asked until now. */
  forgetRequests(): void
  /**
   * The next request that is wanted, once it is answered; those that came before do not count.
   * @param wanted - a path with all that is below it, below the version, such as `meta-data/iam` or `credentials`, or what says so
   * @throws Error when none comes in time, with those that did come
   */
  waitForRequest(wanted: RequestWanted, options?: WaitOptions): Promise<RecordedRequest>
  /** Environment variables with which a program gets its credentials from this machine: as `broker.env(id)`. */
  env(): Promise<Readonly<Record<string, string>>>
  /**
   * Has it answered otherwise, until told so again: members replace those before, `null` is as usual again.
   * @throws ValidationError with everything that is wrong with it
   */
  steer(changes: Input): void
  /** The next fetch gets other credentials; those before stay good until their end. */
  rotate(): void
  /** Credentials that it was given count as expired at the API. The next fetch gets others, unless rotation is stopped. */
  expire(): void
  /** Everything as usual again, and what it asked is forgotten. */
  reset(): void
}

/** An instance in the hands of a test. */
export interface TestInstance extends TestMachine<SteeringInput> {
  /** Where its metadata is read: `AWS_EC2_METADATA_SERVICE_ENDPOINT`. */
  readonly endpoint: string
  /** Session tokens that it has issued are void from now on: reads with one are 401 until the program gets another. */
  voidTokens(): void
}

/** A task, or the pods of a service account, in the hands of a test. */
export type TestContainer = TestMachine<ContainerSteeringInput>

type EnvironmentOf = (name: string) => Promise<Readonly<Record<string, string>>>

/** Takes an instance in hand. @throws NoSuchEntity when there is none of that id */
export function testInstance(id: string, controls: MachineControls, env: EnvironmentOf): TestInstance {
  return new SteeredInstance(id, controls, env, (changes) => readSteering(changes, controls.now()))
}

/** Takes a task, or the pods of a service account, in hand. @throws NoSuchEntity when there is none of that name */
export function testContainer(name: string, controls: MachineControls, env: EnvironmentOf): TestContainer {
  return new SteeredMachine(name, controls, env, readContainerSteering)
}

class SteeredMachine<Input> implements TestMachine<Input> {
  readonly id: string
  protected readonly controls: MachineControls
  readonly #env: EnvironmentOf
  readonly #read: (changes: Input) => Steering

  constructor(id: string, controls: MachineControls, env: EnvironmentOf, read: (changes: Input) => Steering) {
    controls.steering(id)
    this.id = id
    this.controls = controls
    this.#env = env
    this.#read = read
  }

  get requests(): readonly RecordedRequest[] {
    return this.controls.requests(this.id)
  }

  forgetRequests(): void {
    this.controls.forgetRequests(this.id)
  }

  waitForRequest(wanted: RequestWanted, options?: WaitOptions): Promise<RecordedRequest> {
    return waitForRequest(wanted, this.controls, { ...options, machine: this.id })
  }

  env(): Promise<Readonly<Record<string, string>>> {
    return this.#env(this.id)
  }

  steer(changes: Input): void {
    this.controls.steer(this.id, this.#read(changes))
  }

  rotate(): void {
    this.controls.rotate(this.id)
  }

  expire(): void {
    this.controls.expire(this.id)
  }

  reset(): void {
    this.controls.reset(this.id)
  }
}

class SteeredInstance extends SteeredMachine<SteeringInput> implements TestInstance {
  get endpoint(): string {
    return this.controls.list().find(({ id }) => id === this.id)?.addresses[0] ?? ''
  }

  voidTokens(): void {
    this.controls.voidTokens(this.id)
  }
}
