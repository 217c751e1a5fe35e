import { defineOperation } from '../../pipeline/index.ts'

/**
 * Tells callers who they are. Needs no permission: not even an explicit deny stops it, only a proof that fails.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export const getCallerIdentity = defineOperation({
  action: 'sts:GetCallerIdentity',
  proof: 'signature',
  grants: false,
  parse: () => ({}),
  requires: () => [],
  perform: async ({ caller }) => ({ Arn: caller.arn, UserId: caller.userId, Account: caller.account }),
  details: () => ({}),
})
