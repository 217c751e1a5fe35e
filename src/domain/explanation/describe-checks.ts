import type { ProofCheck } from '../../model/index.ts'
import { replaceUnseen } from '../../model/index.ts'

const MARKS = { ok: 'ok', no: 'no', unknown: '??' } as const

/** What was shown in place of a signature. */
type Proof = 'token' | 'assertion'

/** What came of each check, as the lines of a tree. No line holds a control character, whatever was shown. */
export function describeChecks(checks: readonly ProofCheck[], proof: Proof = 'token'): readonly string[] {
  const last = checks.length - 1
  const width = Math.max(...checks.map(({ check }) => check.length))
  return [
    `${proof}: ${verdictOn(checks)}`,
    ...checks.map(
      ({ check, outcome, found }, index) =>
        `${index === last ? '`-- ' : '|-- '}${MARKS[outcome]}  ${check.padEnd(width)}  ${replaceUnseen(found, () => ' ')}`,
    ),
  ]
}

function verdictOn(checks: readonly ProofCheck[]): string {
  const failed = checks.filter(({ outcome }) => outcome === 'no')
  if (failed.length === 0) return 'proven'
  // Who somebody is, is one thing; which role it is for, another.
  return failed.every(({ check }) => check === 'roles')
    ? 'proven, but not for a role that is asked for'
    : 'proves nobody'
}

/** The first check that does not hold, in one line; `undefined` when all do. */
export function summarizeChecks(checks: readonly ProofCheck[], proof: Proof = 'token'): string | undefined {
  const first = checks.find(({ outcome }) => outcome === 'no')
  return first && `the ${proof}'s ${first.check}: ${replaceUnseen(first.found, () => ' ')}`
}

/** What would have to change for every check to hold. */
export function changesForChecks(checks: readonly ProofCheck[]): readonly string[] {
  return checks.flatMap(({ changes }) => changes.map((change) => replaceUnseen(change, () => ' ')))
}
