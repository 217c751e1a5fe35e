import type { GroupBody } from '../../../domain/directory/index.ts'
import { defineRead } from '../define.ts'
import { existingGroup, existingUser } from '../existing.ts'
import { existingUserName } from '../iam-types.ts'
import { atHand, type Listing, pageOf, readPage } from '../pages.ts'
import { onNamed } from '../targets.ts'
import { answeredGroup, groupKey } from './groups.ts'

/** Lists the groups that a user is in. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html */
export const listGroupsForUser = defineRead({
  action: 'iam:ListGroupsForUser',
  parse: (params) => params.collect({ userName: params.required('UserName', existingUserName), ...readPage(params) }),
  requires: ({ userName }, caller, directory) => onNamed('iam:ListGroupsForUser', 'user', userName, caller, directory),

  read: ({ input, account, partition }, directory, { keyring }) =>
    directory.records.onOneState(async () => {
      const { records } = directory
      const user = await existingUser(records, account, input.userName)
      const groups: GroupBody[] = []
      for (const name of user.groups) groups.push(await existingGroup(records, account, name))
      const listing: Listing<GroupBody> = {
        list: ['ListGroupsForUser', user.uniqueId],
        account,
        ...atHand(groups, groupKey),
      }
      const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
      return { Groups: items.map((group) => answeredGroup(group, partition)), IsTruncated, Marker }
    }),
})
