import { type PolicyDocument, type PolicyKind, parsePolicy, validatePolicy } from '../../engines/policy/index.ts'

/** Checks a policy document as it is saved. @throws {@link MalformedPolicyDocument} */
export function checkDocument(text: string, kind: PolicyKind): PolicyDocument {
  const document = parsePolicy(text, kind)
  validatePolicy(document, kind)
  return document
}

/**
 * A policy document as actions answer it: percent-encoded, as RFC 3986 has it.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html
 */
export function encodedDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
