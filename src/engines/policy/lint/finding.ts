/** How grave a finding is, in the words of Access Analyzer. */
export type FindingType = 'ERROR' | 'SECURITY_WARNING' | 'WARNING' | 'SUGGESTION'

/** A place in a text: lines from 1, columns and offsets from 0, in UTF-16 units. */
export interface TextPosition {
  readonly line: number
  readonly column: number
  readonly offset: number
}

/**
 * One remark on a policy.
 * @see https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ValidatePolicyFinding.html
 */
export interface Finding {
  readonly type: FindingType
  /** AWS's issue code in capitals, or one of our own in lower case. */
  readonly code: string
  /** What is wrong, why it matters and what to do; text of the policy in it is cut short. */
  readonly details: string
  /** Names and indexes that lead from the document to the element. */
  readonly path: readonly (string | number)[]
  /** From the first character up to, and without, the end. */
  readonly span: { readonly start: TextPosition; readonly end: TextPosition }
}

/** Takes one finding; `at` is the element it is about, or its name. */
export type Report = (type: FindingType, code: string, details: string, at: { readonly offset: number }) => void

const LONGEST_QUOTE = 80

/** A text of the policy inside a sentence, cut short. */
export function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text)
}
