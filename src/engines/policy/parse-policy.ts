import { MalformedPolicyDocument } from '../../model/index.ts'
import { JsonFault, readJson } from './json-reader.ts'
import type { PolicyDocument, PolicyKind } from './policy-document.ts'

/** The longest policy text that any AWS operation takes, in characters. */
const MAX_LENGTH = 131_072

/** What AWS calls a text that is no JSON, where a kind of policy has words of its own. */
const NOT_JSON: Partial<Readonly<Record<PolicyKind, string>>> = {
  trust: 'This policy contains invalid Json',
  session: 'The policy is not in the valid JSON format.',
}

/**
 * Parses policy JSON, keeping the position of every element. Refuses whatever is not one JSON object in which no
 * member appears twice. Whether it makes a policy is for `validatePolicy`.
 * @param kind - only chooses AWS's wording of the refusal
 * @throws {@link MalformedPolicyDocument} and nothing else, whatever the text
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function parsePolicy(text: string, kind: PolicyKind = 'identity'): PolicyDocument {
  const refusal = NOT_JSON[kind] ?? 'Syntax errors in policy.'
  if (text.length > MAX_LENGTH) throw new MalformedPolicyDocument(refusal, { offset: MAX_LENGTH, detail: 'too long' })
  try {
    const root = readJson(text)
    if (root.type === 'object') return { text, root }
    throw new JsonFault('not an object', root.offset)
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    throw new MalformedPolicyDocument(refusal, { offset: error.offset, detail: error.message })
  }
}
