import { defineRead } from '../define.ts'
import { arnText } from '../iam-types.ts'
import { answeredTags } from '../tags.ts'
import { onPolicy } from '../targets.ts'
import { answeredPolicy, readablePolicy, usesOf } from './policies.ts'

/** Tells of a managed policy, but not what it says. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html */
export const getPolicy = defineRead({
  action: 'iam:GetPolicy',
  parse: (params) => params.collect({ policyArn: params.required('PolicyArn', arnText) }),
  requires: ({ policyArn }, _caller, directory) => onPolicy('iam:GetPolicy', policyArn, directory),

  read: ({ input: { policyArn }, account }, directory) =>
    directory.records.onOneState(async () => {
      const policy = await readablePolicy(policyArn, account, directory)
      const use = (await usesOf([policyArn], account, directory.records)).get(policyArn)
      return {
        Policy: {
          ...answeredPolicy(policy, use ?? { attached: 0, asBoundary: 0 }),
          Description: policy.description,
          Tags: answeredTags(policy.tags) ?? [],
        },
      }
    }),
})
