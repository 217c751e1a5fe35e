import type { Access } from './access.ts'
import type { Gathered } from './gather.ts'

/** What a denial came from: goes with its fault, as the cause, to whoever records it. */
export class Grounds {
  readonly access: Access
  /** `undefined` where a rule refused that no policy can change. */
  readonly gathered: Gathered | undefined

  constructor(access: Access, gathered: Gathered | undefined) {
    this.access = access
    this.gathered = gathered
  }
}
