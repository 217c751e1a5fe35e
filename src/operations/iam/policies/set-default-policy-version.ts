import { defineChange } from '../define.ts'
import { findPolicy } from '../existing.ts'
import { arnText, versionId } from '../iam-types.ts'
import { onPolicy } from '../targets.ts'
import { putPolicy, versionOf } from './policies.ts'

/**
 * Makes one of its versions what a managed policy means, for everybody who has it.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html
 */
export const setDefaultPolicyVersion = defineChange({
  action: 'iam:SetDefaultPolicyVersion',

  parse: (params) =>
    params.collect({
      policyArn: params.required('PolicyArn', arnText),
      versionId: params.required('VersionId', versionId),
    }),

  requires: ({ policyArn }, _caller, directory) => onPolicy('iam:SetDefaultPolicyVersion', policyArn, directory),

  async change({ input: { policyArn, versionId: asked }, account, now }, edit) {
    const policy = await findPolicy(edit, account, policyArn)
    const { id } = versionOf(policy, policyArn, asked)
    if (policy !== undefined && policy.defaultVersionId !== id) {
      putPolicy(edit, { ...policy, defaultVersionId: id, updatedAt: now })
    }
    return undefined
  },
})
