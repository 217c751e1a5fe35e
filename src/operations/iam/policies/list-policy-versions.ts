import type { PolicyVersion } from '../../../domain/directory/index.ts'
import { defineRead } from '../define.ts'
import { arnText } from '../iam-types.ts'
import { atHand, pageOf, readPage } from '../pages.ts'
import { onPolicy } from '../targets.ts'
import { answeredVersion, readablePolicy } from './policies.ts'

/** Lists the versions of a managed policy, the newest first. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html */
export const listPolicyVersions = defineRead({
  action: 'iam:ListPolicyVersions',
  parse: (params) => params.collect({ policyArn: params.required('PolicyArn', arnText), ...readPage(params) }),
  requires: ({ policyArn }, _caller, directory) => onPolicy('iam:ListPolicyVersions', policyArn, directory),

  async read({ input, account }, directory, { keyring }) {
    const { versions, defaultVersionId } = await readablePolicy(input.policyArn, account, directory)
    const list = ['ListPolicyVersions', input.policyArn]
    const listing = { list, account, ...atHand(versions, newestFirst) }
    const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
    return { Versions: items.map((version) => answeredVersion(version, defaultVersionId)), IsTruncated, Marker }
  },
})

/** Sorts numbers backwards as texts. */
function newestFirst({ id }: PolicyVersion): string {
  return String(Number.MAX_SAFE_INTEGER - Number(id.slice(1)))
}
