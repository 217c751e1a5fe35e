import type { Directory, RoleBody, RoleUsage } from '../../../domain/directory/index.ts'
import { eksClusterArn, NoSuchEntity, taskArn } from '../../../model/index.ts'
import { defineInventingChange } from '../define.ts'
import { existingRole } from '../existing.ts'
import { roleName } from '../iam-types.ts'
import { isServiceLinked, SERVICE_ROLE_PATH } from '../protected-roles.ts'
import { roleKey } from '../roles/roles.ts'
import { onNamed } from '../targets.ts'
import { keepDeletion } from './role-deletions.ts'

/** How many resources a failure names. */
const MOST_NAMED = 100

/**
 * Deletes the role of a service, unless the service needs it still. At AWS that takes a while, so what became of it is
 * asked for later; here it is known at once.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceLinkedRole.html
 */
export const deleteServiceLinkedRole = defineInventingChange({
  action: 'iam:DeleteServiceLinkedRole',

  parse: (params) => params.collect({ roleName: params.required('RoleName', roleName) }),

  requires: ({ roleName }, caller, directory) =>
    onNamed('iam:DeleteServiceLinkedRole', 'role', roleName, caller, directory),

  invent: (_call, { random }) => random.uuid(),

  async change({ input, account, now }, edit, { directory }, uuid) {
    const role = await existingRole(edit, account, input.roleName)
    // How AWS words it is not documented; of the codes that it may answer this is the one that fits.
    if (!isServiceLinked(role))
      throw new NoSuchEntity(`The role with name ${role.roleName} is not a service-linked role.`)
    const taskId = `task${role.path}${role.roleName}/${uuid}`
    const usage = await usageOf(role, directory)
    if (usage.length === 0) edit.remove({ kind: 'role', key: roleKey(role), account })
    await keepDeletion({ account, taskId, at: now, usage }, edit, directory)
    return { DeletionTaskId: taskId }
  },
})

/** What a service has in an account that it needs its role for, as far as it is known here: some of it. */
async function usageOf({ account, path }: RoleBody, directory: Directory): Promise<readonly RoleUsage[]> {
  const { partition, records } = directory
  switch (path.slice(SERVICE_ROLE_PATH.length)) {
    case 'ecs.amazonaws.com/': {
      const tasks = await records.page('task', account, { limit: MOST_NAMED })
      return tasks.map((task) => ({ region: task.region, resource: taskArn(partition, task) }))
    }
    case 'eks.amazonaws.com/': {
      const pods = await records.page('pod-identity-association', account, { limit: MOST_NAMED })
      return pods.map((pod) => ({ region: pod.region, resource: eksClusterArn(partition, pod) }))
    }
    default:
      return []
  }
}
