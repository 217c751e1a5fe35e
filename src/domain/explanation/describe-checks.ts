import type { TokenCheck } from '../../model/index.ts'
import { replaceUnseen } from '../../model/index.ts'

const MARKS = { ok: 'ok', no: 'no', unknown: '??' } as const
const LONGEST = 'algorithm'.length

/** What came of each check of a token, as the lines of a tree. No line holds a control character, whatever a token says. */
export function describeChecks(checks: readonly TokenCheck[]): readonly string[] {
  const last = checks.length - 1
  return [
    `token: ${checks.some(({ outcome }) => outcome === 'no') ? 'proves nobody' : 'proven'}`,
    ...checks.map(
      ({ check, outcome, found }, index) =>
        `${index === last ? '`-- ' : '|-- '}${MARKS[outcome]}  ${check.padEnd(LONGEST)}  ${replaceUnseen(found, () => ' ')}`,
    ),
  ]
}

/** The first check that does not hold, in one line; `undefined` when all do. */
export function summarizeChecks(checks: readonly TokenCheck[]): string | undefined {
  const first = checks.find(({ outcome }) => outcome === 'no')
  return first && `the token's ${first.check}: ${replaceUnseen(first.found, () => ' ')}`
}

/** What would have to change for every check to hold. */
export function changesForChecks(checks: readonly TokenCheck[]): readonly string[] {
  return checks.flatMap(({ changes }) => changes.map((change) => replaceUnseen(change, () => ' ')))
}
