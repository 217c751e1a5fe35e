import type { RoleBody } from '../../../domain/directory/index.ts'
import { defineRead } from '../define.ts'
import { pathPrefix } from '../iam-types.ts'
import { type Listing, pageOf, readPage } from '../pages.ts'
import { onAll } from '../targets.ts'
import { answeredListedRole, roleKey } from './roles.ts'

/** Lists the roles of the account. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html */
export const listRoles = defineRead({
  action: 'iam:ListRoles',

  parse: (params) =>
    params.collect({ pathPrefix: params.optional('PathPrefix', pathPrefix, '/'), ...readPage(params) }),

  requires: ({ pathPrefix }, caller, directory) => onAll('iam:ListRoles', 'role', pathPrefix, caller, directory),

  async read({ input, account }, directory, { keyring }) {
    const listing: Listing<RoleBody> = {
      list: ['ListRoles', input.pathPrefix],
      account,
      load: (options) => directory.records.page('role', account, options),
      keyOf: roleKey,
      keeps: ({ path }) => path.startsWith(input.pathPrefix),
      lengthOf: ({ trustPolicy }) => trustPolicy.length,
    }
    const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
    const Roles = await Promise.all(items.map((role) => answeredListedRole(role, directory)))
    return { Roles, IsTruncated, Marker }
  },
})
