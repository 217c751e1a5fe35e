/**
 * The length of a policy as AWS counts it against most quotas: without the JSON whitespace between tokens.
 * Linear; counts UTF-16 units of text as written, escapes included. Any text has a length, valid or not.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export function compactLength(text: string): number {
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
