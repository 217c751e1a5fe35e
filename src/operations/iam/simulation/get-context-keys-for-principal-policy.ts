import { defineRead } from '../define.ts'
import { policyDocument } from '../iam-types.ts'
import { contextKeysIn } from './context-keys.ts'
import { onPolicySource, policySource, readPolicySource } from './policy-source.ts'

/**
 * Tells which condition keys the policies of a user, group or role ask for, with others beside them.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForPrincipalPolicy.html
 */
export const getContextKeysForPrincipalPolicy = defineRead({
  action: 'iam:GetContextKeysForPrincipalPolicy',

  parse: (params) =>
    params.collect({
      policySourceArn: params.required('PolicySourceArn', policySource),
      policyInputList: params.texts('PolicyInputList', policyDocument),
    }),

  requires: async ({ policySourceArn }, caller, directory) => [
    await onPolicySource('iam:GetContextKeysForPrincipalPolicy', policySourceArn, caller, directory),
  ],

  async read({ input, account, now }, directory) {
    const { policies } = await readPolicySource(input.policySourceArn, account, now, directory)
    return { ContextKeyNames: await contextKeysIn(policies, input.policyInputList) }
  },
})
