import { MalformedPolicyDocument } from '../../../model/index.ts'

/** Refuses a document in AWS's words, pointing at the element. @throws {@link MalformedPolicyDocument} always */
export function refuse(message: string, { offset }: { readonly offset: number }): never {
  throw new MalformedPolicyDocument(message, { offset })
}
