import { defineOperatorOperation } from '../../pipeline/index.ts'

/** Removes every account and everything in them: all or nothing. For development, where a test wants a fresh start. */
export const clearDirectory = defineOperatorOperation<undefined, { readonly changes: number }>({
  action: 'rolecall:ClearDirectory',
  grants: true,
  requires: () => [{ action: 'rolecall:ClearDirectory', resource: '*' }],

  async perform(_call, { directory }) {
    return { changes: await directory.clear() }
  },

  details: (_input, output) => ({ responseElements: output }),
})
