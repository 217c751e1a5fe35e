import type { InstanceProfile } from '../../../model/index.ts'
import { defineRead } from '../define.ts'
import { pathPrefix } from '../iam-types.ts'
import { type Listing, pageOf, readPage } from '../pages.ts'
import { onAll } from '../targets.ts'
import { answeredInstanceProfile, instanceProfileKey } from './instance-profiles.ts'

/**
 * Lists the instance profiles of the account.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfiles.html
 */
export const listInstanceProfiles = defineRead({
  action: 'iam:ListInstanceProfiles',

  parse: (params) =>
    params.collect({ pathPrefix: params.optional('PathPrefix', pathPrefix, '/'), ...readPage(params) }),

  requires: ({ pathPrefix }, caller, directory) =>
    onAll('iam:ListInstanceProfiles', 'instance-profile', pathPrefix, caller, directory),

  async read({ input, account }, directory, { keyring }) {
    const listing: Listing<InstanceProfile> = {
      list: ['ListInstanceProfiles', input.pathPrefix],
      account,
      load: (options) => directory.records.page('instance-profile', account, options),
      keyOf: instanceProfileKey,
      keeps: ({ path }) => path.startsWith(input.pathPrefix),
    }
    const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
    const InstanceProfiles = await Promise.all(items.map((profile) => answeredInstanceProfile(profile, directory)))
    return { InstanceProfiles, IsTruncated, Marker }
  },
})
