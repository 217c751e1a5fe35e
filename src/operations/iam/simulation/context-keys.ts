import { contextKeysOf, type PolicyDocument } from '../../../engines/policy/index.ts'
import { foldCase } from '../../../model/index.ts'
import { Pauses } from '../pauses.ts'
import { givenDocument, READ_AT_ONCE, savedDocument } from './policy-sources.ts'

/** The condition keys that saved policies and those of a request ask for, each once. @throws InvalidInput */
export async function contextKeysIn(
  saved: readonly { readonly name: string; readonly document: string }[],
  given: readonly string[],
): Promise<readonly string[]> {
  const pauses = new Pauses(READ_AT_ONCE)
  const keys = new Map<string, string>()
  const add = async (document: PolicyDocument) => {
    await pauses.spend(document.text.length)
    for (const key of contextKeysOf(document)) if (!keys.has(foldCase(key))) keys.set(foldCase(key), key)
    await pauses.spend(document.text.length)
  }
  for (const { name, document } of saved) await add(savedDocument(name, document, 'identity'))
  for (const [index, text] of given.entries()) {
    await add(givenDocument(`PolicyInputList.${index + 1}`, text, 'identity'))
  }
  return [...keys.values()]
}
