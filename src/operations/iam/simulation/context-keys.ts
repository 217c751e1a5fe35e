import { contextKeysOf } from '../../../engines/policy/index.ts'
import { foldCase } from '../../../model/index.ts'
import { PolicySources } from './policy-sources.ts'

/** The condition keys that saved policies and those of a request ask for, each once. @throws InvalidInput */
export function contextKeysIn(
  saved: readonly { readonly name: string; readonly document: string }[],
  given: readonly string[],
): readonly string[] {
  const sources = new PolicySources()
  for (const { name, document } of saved) sources.load(name, document, 'identity')
  for (const [index, text] of given.entries()) sources.take(`PolicyInputList.${index + 1}`, text, 'identity')
  const keys = new Map<string, string>()
  for (const document of sources.documents()) {
    for (const key of contextKeysOf(document)) if (!keys.has(foldCase(key))) keys.set(foldCase(key), key)
  }
  return [...keys.values()]
}
