import type { UserBody } from '../../../domain/directory/index.ts'
import { defineRead } from '../define.ts'
import { pathPrefix } from '../iam-types.ts'
import { type Listing, pageOf, readPage } from '../pages.ts'
import { onAll } from '../targets.ts'
import { answeredUser, userKey } from './users.ts'

/** Lists the users of the account. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html */
export const listUsers = defineRead({
  action: 'iam:ListUsers',

  parse: (params) =>
    params.collect({ pathPrefix: params.optional('PathPrefix', pathPrefix, '/'), ...readPage(params) }),

  requires: ({ pathPrefix }, caller, directory) => onAll('iam:ListUsers', 'user', pathPrefix, caller, directory),

  async read({ input, account, partition }, directory, { keyring }) {
    const listing: Listing<UserBody> = {
      list: ['ListUsers', input.pathPrefix],
      account,
      load: (options) => directory.records.page('user', account, options),
      keyOf: userKey,
      keeps: ({ path }) => path.startsWith(input.pathPrefix),
    }
    const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
    return { Users: items.map((user) => answeredUser(user, partition)), IsTruncated, Marker }
  },
})
