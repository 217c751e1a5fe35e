import type { GroupBody } from '../../../domain/directory/index.ts'
import { defineRead } from '../define.ts'
import { pathPrefix } from '../iam-types.ts'
import { type Listing, pageOf, readPage } from '../pages.ts'
import { onAll } from '../targets.ts'
import { answeredGroup, groupKey } from './groups.ts'

/** Lists the groups of the account. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html */
export const listGroups = defineRead({
  action: 'iam:ListGroups',

  parse: (params) =>
    params.collect({ pathPrefix: params.optional('PathPrefix', pathPrefix, '/'), ...readPage(params) }),

  requires: ({ pathPrefix }, caller, directory) => onAll('iam:ListGroups', 'group', pathPrefix, caller, directory),

  async read({ input, account, partition }, directory, { keyring }) {
    const listing: Listing<GroupBody> = {
      list: ['ListGroups', input.pathPrefix],
      account,
      load: (options) => directory.records.page('group', account, options),
      keyOf: groupKey,
      keeps: ({ path }) => path.startsWith(input.pathPrefix),
    }
    const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
    return { Groups: items.map((group) => answeredGroup(group, partition)), IsTruncated, Marker }
  },
})
