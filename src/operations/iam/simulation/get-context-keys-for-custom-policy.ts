import { defineRead } from '../define.ts'
import { policyDocument } from '../iam-types.ts'
import { contextKeysIn } from './context-keys.ts'

/**
 * Tells which condition keys policies in the request ask for.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForCustomPolicy.html
 */
export const getContextKeysForCustomPolicy = defineRead({
  action: 'iam:GetContextKeysForCustomPolicy',
  parse: (params) =>
    params.collect({ policyInputList: params.texts('PolicyInputList', policyDocument, { required: true }) }),
  requires: () => [{ action: 'iam:GetContextKeysForCustomPolicy', resource: '*' }],
  read: async ({ input }) => ({ ContextKeyNames: await contextKeysIn([], input.policyInputList) }),
})
