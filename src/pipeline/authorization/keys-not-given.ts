import { type BearingStatement, spellConditionKey } from '../../engines/policy/index.ts'
import { foldCase } from '../../model/index.ts'

/**
 * The condition keys that could have mattered and that nobody gave: those of conditions as policies spell them, and
 * those that stand in variables as AWS does.
 * @param asked - the keys that were asked for in vain, by their names in lower case
 */
export function keysNotGiven(bearing: readonly BearingStatement[], asked: ReadonlySet<string>): readonly string[] {
  const keys = new Map<string, string>()
  for (const statement of bearing) {
    for (const key of statement.keys) {
      const name = foldCase(key)
      if (asked.has(name) && !keys.has(name)) keys.set(name, key)
    }
  }
  for (const name of asked) if (!keys.has(name)) keys.set(name, spellConditionKey(name))
  return [...keys.values()]
}
