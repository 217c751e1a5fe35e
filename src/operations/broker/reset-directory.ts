import { type DesiredDirectory, planDirectory } from '../../domain/directory/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'

/**
 * Removes every account and everything in them, and makes what is desired as on an empty directory: all of it or
 * nothing, and at once, so that nobody meets an empty directory in between. For development, where a test wants a
 * fresh start.
 * @throws `DirectoryMistakes` with everything that is wrong
 */
export const resetDirectory = defineOperatorOperation<DesiredDirectory, { readonly changes: number }>({
  action: 'rolecall:ResetDirectory',
  grants: true,
  requires: () => [{ action: 'rolecall:ResetDirectory', resource: '*' }],

  async perform({ input, facts: { now } }, { directory, keyring, random }, recordFirst) {
    const parts = { directory, keyring, random, now, unlisted: 'forgotten' as const }
    const plan = () => planDirectory(input, parts)
    const { changes } = await directory.change(plan, (planned) => recordFirst({ changes: planned.changes.length }))
    return { changes: changes.length }
  },

  details: (_input, output) => ({ responseElements: output }),
})
