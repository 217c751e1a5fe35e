import { nameKey } from '../../../domain/directory/index.ts'
import { EntityAlreadyExists, uniqueId } from '../../../model/index.ts'
import { requestTags } from '../../../pipeline/authorization/index.ts'
import { checkBoundary } from '../boundaries.ts'
import { defineInventingChange } from '../define.ts'
import { arnText, path, userName } from '../iam-types.ts'
import { checkQuota } from '../quotas.ts'
import { checkTags, readTags } from '../tags.ts'
import { onNew } from '../targets.ts'
import { answeredUserInFull } from './users.ts'

/** Makes a user, who may do nothing yet. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html */
export const createUser = defineInventingChange({
  action: 'iam:CreateUser',

  parse(params) {
    const input = params.collect({
      path: params.optional('Path', path, '/'),
      userName: params.required('UserName', userName),
      permissionsBoundary: params.optional('PermissionsBoundary', arnText, undefined),
      tags: readTags(params),
    })
    checkTags(input.tags)
    return input
  },

  requires({ path, userName: name, permissionsBoundary, tags }, caller, directory) {
    const context = requestTags(tags)
    if (permissionsBoundary !== undefined) context.set('iam:permissionsboundary', permissionsBoundary)
    return onNew('iam:CreateUser', 'user', { path, name }, caller, directory, context)
  },

  invent: ({ account }, { random }) => uniqueId('AIDA', account, random.bytes(6)),

  async change({ input, account, partition, now }, edit, { directory }, uniqueId) {
    const { path, userName, permissionsBoundary, tags } = input
    const key = nameKey(account, userName)
    if ((await edit.stored('user', key)) !== undefined) {
      throw new EntityAlreadyExists(`User with name ${userName} already exists.`)
    }
    checkQuota('UsersPerAccount', await edit.count('user', account), directory.quotas.usersPerAccount)
    await checkBoundary(permissionsBoundary, account, edit, directory)
    const user = {
      account,
      userName,
      path,
      uniqueId,
      createdAt: now,
      groups: [],
      accessKeyIds: [],
      managedPolicyArns: [],
      policies: [],
      permissionsBoundary,
      tags,
    }
    edit.put('user', key, account, user)
    return { User: answeredUserInFull(user, partition) }
  },
})
