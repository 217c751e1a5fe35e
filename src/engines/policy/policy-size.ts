import type { PolicyKind } from './policy-document.ts'

/** The kinds whose whitespace counts. Of session policies AWS does not say, so the strict reading is taken. */
const AS_WRITTEN: ReadonlySet<PolicyKind> = new Set(['scp', 'rcp', 'session'])

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
