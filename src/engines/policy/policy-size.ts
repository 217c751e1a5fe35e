import type { PolicyKind } from './policy-document.ts'

/** The kinds whose whitespace counts. Of session policies AWS does not say, so the strict reading is taken. */
const AS_WRITTEN: ReadonlySet<PolicyKind> = new Set(['scp', 'rcp', 'session'])

const MOST_SPREAD = 4
const ALWAYS_WRITTEN = 16 * 1024

/**
 * The size of a policy as AWS counts it against the quota of its kind: as it is saved where Organizations keeps it, and
 * elsewhere without the JSON whitespace between tokens.
 * Linear; counts UTF-16 units of text as written, escapes included. Any text has a size, valid or not.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
 */
export function policySize(text: string, kind: PolicyKind): number {
  return AS_WRITTEN.has(kind) ? text.length : compactLength(text)
}

/**
 * Whether policies of one kind are together longer than their allowance, as AWS counts them. Whitespace that AWS does not
 * count is kept, read and answered all the same: with it they may be four times as long, or 16 KiB where that is more.
 * How much of it AWS takes is documented for a single document only; this is the strict reading.
 * @param most - their allowance, in characters
 */
export function isOverSize(texts: readonly string[], kind: PolicyKind, most: number): boolean {
  let size = 0
  let written = 0
  for (const text of texts) {
    size += policySize(text, kind)
    written += text.length
  }
  return size > most || written > Math.max(most * MOST_SPREAD, ALWAYS_WRITTEN)
}

function compactLength(text: string): number {
  let length = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (quoted && character === '\\') {
      length += 2
      at++
      continue
    }
    if (character === '"') quoted = !quoted
    if (quoted || !(character === ' ' || character === '\t' || character === '\r' || character === '\n')) length++
  }
  return length
}
