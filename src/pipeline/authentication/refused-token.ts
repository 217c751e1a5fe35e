import type { Arn, TokenCheck } from '../../model/index.ts'

/** What the refusal of a token came from: goes with its fault, as the cause, to whoever records it. */
export class RefusedToken {
  readonly roleArn: Arn
  /** The checks, in their order. */
  readonly checks: () => readonly TokenCheck[]

  constructor(roleArn: Arn, checks: () => readonly TokenCheck[]) {
    this.roleArn = roleArn
    this.checks = checks
  }
}
