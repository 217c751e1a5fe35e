import { managedPolicyKey } from '../../../domain/directory/index.ts'
import { DeleteConflict } from '../../../model/index.ts'
import { defineChange } from '../define.ts'
import { existingPolicy } from '../existing.ts'
import { arnText } from '../iam-types.ts'
import { onPolicy } from '../targets.ts'
import { usesOf } from './policies.ts'

/**
 * Deletes a managed policy that nobody uses, and that has one version. One of the same name that is made later is another one.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
 */
export const deletePolicy = defineChange({
  action: 'iam:DeletePolicy',
  parse: (params) => params.collect({ policyArn: params.required('PolicyArn', arnText) }),
  requires: ({ policyArn }, _caller, directory) => onPolicy('iam:DeletePolicy', policyArn, directory),

  async change({ input: { policyArn }, account }, edit) {
    const policy = await existingPolicy(edit, account, policyArn)
    const use = (await usesOf([policyArn], account, edit)).get(policyArn)
    // Whoever has it as a boundary has it, too: a boundary that is gone allows nothing any more.
    if (use !== undefined && use.attached + use.asBoundary > 0) {
      throw new DeleteConflict('Cannot delete a policy attached to entities.')
    }
    if (policy.versions.length > 1) {
      throw new DeleteConflict(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
      )
    }
    edit.remove({ kind: 'managed-policy', key: managedPolicyKey(policyArn), account })
    return undefined
  },
})
