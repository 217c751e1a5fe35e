import type { RoleUsage } from '../../../domain/directory/index.ts'
import { NoSuchEntity } from '../../../model/index.ts'
import { defineRead } from '../define.ts'
import { deletionTaskId } from '../iam-types.ts'
import { onNew } from '../targets.ts'
import { findDeletion, roleOfTask } from './role-deletions.ts'

/**
 * Tells what became of the deletion of a service-linked role, and which resources of the service were in its way.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLinkedRoleDeletionStatus.html
 */
export const getServiceLinkedRoleDeletionStatus = defineRead({
  action: 'iam:GetServiceLinkedRoleDeletionStatus',

  parse(params) {
    const input = params.collect({ deletionTaskId: params.required('DeletionTaskId', deletionTaskId) })
    roleOfTask(input.deletionTaskId)
    return input
  },

  // The id names the role, which may be gone.
  requires: ({ deletionTaskId: taskId }, caller, directory) =>
    onNew('iam:GetServiceLinkedRoleDeletionStatus', 'role', roleOfTask(taskId), caller, directory),

  async read({ input, account, now }, directory) {
    const deletion = await findDeletion(account, input.deletionTaskId, now, directory)
    if (deletion === undefined) {
      // How AWS words it is not documented.
      throw new NoSuchEntity(`The deletion task with id ${input.deletionTaskId} cannot be found.`)
    }
    if (deletion.usage.length === 0) return { Status: 'SUCCEEDED' }
    const Reason = 'The service still has resources that need the role.'
    return { Status: 'FAILED', Reason: { Reason, RoleUsageList: byRegion(deletion.usage) } }
  },
})

function byRegion(usage: readonly RoleUsage[]): readonly { Region: string; Resources: readonly string[] }[] {
  const regions = Map.groupBy(usage, ({ region }) => region)
  return [...regions].map(([Region, used]) => ({
    Region,
    Resources: [...new Set(used.map(({ resource }) => resource))],
  }))
}
