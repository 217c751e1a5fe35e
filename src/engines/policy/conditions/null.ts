import { readBoolean } from './bool.ts'

/**
 * Null asks only whether the key is there. What the condition says of a key, from its values: `true` asks that the
 * key be absent, `false` that it be present.
 */
export function nullVerdicts(values: readonly string[]): { whenMissing: boolean; whenPresent: boolean } {
  const asked = values.map(readBoolean)
  return { whenMissing: asked.includes(true), whenPresent: asked.includes(false) }
}
