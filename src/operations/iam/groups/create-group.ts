import { EntityAlreadyExists, uniqueId } from '../../../model/index.ts'
import { defineInventingChange } from '../define.ts'
import { groupName, path } from '../iam-types.ts'
import { checkQuota } from '../quotas.ts'
import { onNew } from '../targets.ts'
import { answeredGroup, groupKey, putGroup } from './groups.ts'

/** Makes a group, which nobody is in yet. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html */
export const createGroup = defineInventingChange({
  action: 'iam:CreateGroup',

  parse: (params) =>
    params.collect({
      path: params.optional('Path', path, '/'),
      groupName: params.required('GroupName', groupName),
    }),

  requires: ({ path, groupName: name }, caller, directory) =>
    onNew('iam:CreateGroup', 'group', { path, name }, caller, directory),

  invent: ({ account }, { random }) => uniqueId('AGPA', account, random.bytes(6)),

  async change({ input: { path, groupName }, account, partition, now }, edit, { directory }, uniqueId) {
    if ((await edit.stored('group', groupKey({ account, groupName }))) !== undefined) {
      throw new EntityAlreadyExists(`Group with name ${groupName} already exists.`)
    }
    checkQuota('GroupsPerAccount', await edit.count('group', account), directory.quotas.groupsPerAccount)
    const group = {
      account,
      groupName,
      path,
      uniqueId,
      createdAt: now,
      managedPolicyArns: [],
      policies: [],
    }
    putGroup(edit, group)
    return { Group: answeredGroup(group, partition) }
  },
})
