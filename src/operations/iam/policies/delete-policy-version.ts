import { DeleteConflict } from '../../../model/index.ts'
import { defineChange } from '../define.ts'
import { findPolicy } from '../existing.ts'
import { arnText, versionId } from '../iam-types.ts'
import { onPolicy } from '../targets.ts'
import { putPolicy, versionOf } from './policies.ts'

/**
 * Deletes a version of a managed policy that is not the default. Its id is never used again.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicyVersion.html
 */
export const deletePolicyVersion = defineChange({
  action: 'iam:DeletePolicyVersion',

  parse: (params) =>
    params.collect({
      policyArn: params.required('PolicyArn', arnText),
      versionId: params.required('VersionId', versionId),
    }),

  requires: ({ policyArn }, _caller, directory) => onPolicy('iam:DeletePolicyVersion', policyArn, directory),

  async change({ input: { policyArn, versionId: id }, account }, edit) {
    const policy = await findPolicy(edit, account, policyArn)
    const gone = versionOf(policy, policyArn, id)
    if (policy === undefined) return undefined
    if (gone.id === policy.defaultVersionId) {
      throw new DeleteConflict('Cannot delete the default version of a policy.')
    }
    putPolicy(edit, { ...policy, versions: policy.versions.filter((version) => version !== gone) })
    return undefined
  },
})
