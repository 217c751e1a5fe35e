import { Fault, type ProofCheck } from '../../model/index.ts'

/** What is said of a check that was made. */
interface Words<Result> {
  /** What was found where it holds. */
  ok(result: Result): string
  /** What was found where it does not; the fault's message unless said. */
  no?(fault: Fault): string
  /** What would have to change. */
  changes?(fault: Fault): readonly string[]
}

type Name = ProofCheck['check']

/** The checks of one token or assertion, noted as they are made. */
export class NotedChecks {
  readonly checks: ProofCheck[] = []
  /** By the first check that does not hold: what the caller is told. */
  refusal: Fault | undefined

  /** Makes a check, and notes what comes of it; `undefined` when it does not hold. */
  attempt<Result>(check: Name, make: () => Result, words: Words<Result>): Result | undefined {
    try {
      const result = make()
      this.checks.push({ check, outcome: 'ok', found: words.ok(result), changes: [] })
      return result
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.refuse(check, error, words)
      return undefined
    }
  }

  /** Notes a check that does not hold. */
  refuse(check: Name, fault: Fault, words: Omit<Words<never>, 'ok'> = {}): void {
    const found = words.no?.(fault) ?? fault.message
    this.checks.push({ check, outcome: 'no', found, changes: words.changes?.(fault) ?? [] })
    this.refusal ??= fault
  }

  /** Notes checks that cannot be made. */
  leave(found: string, ...names: readonly Name[]): void {
    for (const check of names) this.checks.push({ check, outcome: 'unknown', found, changes: [] })
  }
}
