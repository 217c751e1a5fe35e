import { reference, type UserBody } from '../../../domain/directory/index.ts'
import { defineRead } from '../define.ts'
import { existingGroup } from '../existing.ts'
import { groupName } from '../iam-types.ts'
import { type Listing, pageOf, readPage } from '../pages.ts'
import { onNamed } from '../targets.ts'
import { answeredUser, userKey } from '../users/users.ts'
import { answeredGroup } from './groups.ts'

/** Tells of a group, and who is in it. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html */
export const getGroup = defineRead({
  action: 'iam:GetGroup',
  parse: (params) => params.collect({ groupName: params.required('GroupName', groupName), ...readPage(params) }),
  requires: ({ groupName }, caller, directory) => onNamed('iam:GetGroup', 'group', groupName, caller, directory),

  read: ({ input, account, partition }, directory, { keyring }) =>
    directory.records.onOneState(async () => {
      const group = await existingGroup(directory.records, account, input.groupName)
      const members = reference.group(account, group.groupName)
      const listing: Listing<UserBody> = {
        list: ['GetGroup', group.uniqueId],
        account,
        load: (options) => directory.records.referring('user', members, options),
        keyOf: userKey,
      }
      const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
      const Users = items.map((user) => answeredUser(user, partition))
      return { Group: answeredGroup(group, partition), Users, IsTruncated, Marker }
    }),
})
