import type { AccountId, RefusedCodeResult } from '../../model/index.ts'

/** A device as the log names it. */
interface NamedDevice {
  readonly account: AccountId
  readonly serialNumber: string
}

/** What the refusal of a one-time code came from: goes with its fault, as the cause, to whoever records it. */
export class RefusedCode {
  readonly result: RefusedCodeResult
  /** The devices that take no code for now; none when it was refused for another reason. */
  readonly locked: readonly NamedDevice[]

  constructor(result: RefusedCodeResult, locked: readonly NamedDevice[] = []) {
    this.result = result
    this.locked = locked
  }
}
