import { type DesiredDirectory, planDirectory } from '../../domain/directory/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'

/**
 * Makes the directory hold what is desired: creates and replaces what is listed, keeps the rest. All of it or nothing.
 * @throws `DirectoryMistakes` as the cause of a fault, with everything that is wrong
 */
export const applyDirectory = defineOperatorOperation<DesiredDirectory, { readonly changes: number }>({
  action: 'rolecall:ApplyDirectory',
  grants: true,
  requires: () => [{ action: 'rolecall:ApplyDirectory', resource: '*' }],

  async perform({ input, facts }, { directory, keyring, random }) {
    const changes = await planDirectory(input, { directory, keyring, random, now: facts.now })
    await directory.commit(changes)
    return { changes: changes.length }
  },

  details: (input, output) => ({
    requestParameters: { accounts: input.Accounts.map(({ Id }) => Id) },
    responseElements: output,
  }),
})
