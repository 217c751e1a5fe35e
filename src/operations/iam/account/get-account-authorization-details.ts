import { oneOf } from '../../../engines/wire/index.ts'
import { defineRead } from '../define.ts'
import { pageOf, readPage } from '../pages.ts'
import { answeredGroupDetail, answeredPolicyDetail, answeredRoleDetail, answeredUserDetail } from './details.ts'
import { DETAIL_KINDS, type Detailed, loadDetails, placeOf } from './load-details.ts'

const STANDARD = 100
/** Each with all of its documents; AWS, too, answers fewer than are asked for. */
const MOST = 200

/**
 * Tells everything about the account's users, groups, roles and policies, in this order, and of AWS's policies about
 * those that are in use.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
 */
export const getAccountAuthorizationDetails = defineRead({
  action: 'iam:GetAccountAuthorizationDetails',

  parse: (params) =>
    params.collect({
      filter: params.texts('Filter', oneOf(['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'])),
      ...readPage(params),
    }),

  requires: () => [{ action: 'iam:GetAccountAuthorizationDetails', resource: '*' }],

  read: ({ input, account, partition }, directory, { keyring, usage }) =>
    directory.records.onOneState(async () => {
      const kinds = DETAIL_KINDS.filter((kind) => input.filter.length === 0 || input.filter.includes(kind))
      const listing = {
        list: ['GetAccountAuthorizationDetails', ...kinds],
        account,
        keyOf: placeOf,
        load: loadDetails(kinds, account, directory),
        keeps: (each: Detailed) => each.kind !== 'AWSManagedPolicy' || each.use.attached + each.use.asBoundary > 0,
      }
      const page = { marker: input.marker, maxItems: Math.min(input.maxItems ?? STANDARD, MOST) }
      const { items, IsTruncated, Marker } = await pageOf(page, listing, keyring)
      const ofKind = <Kind extends Detailed['kind']>(kind: Kind) =>
        items.filter((each): each is Detailed & { readonly kind: Kind } => each.kind === kind)
      const roles = ofKind('Role').map(({ body }) => body)
      const rolesUsed = await usage.lastUsedOf(
        'role',
        roles.map(({ uniqueId }) => uniqueId),
      )
      const policies = [...ofKind('LocalManagedPolicy'), ...ofKind('AWSManagedPolicy')]
      return {
        UserDetailList: ofKind('User').map(({ body }) => answeredUserDetail(body, partition)),
        GroupDetailList: ofKind('Group').map(({ body }) => answeredGroupDetail(body, partition)),
        RoleDetailList: await Promise.all(
          roles.map((role) => answeredRoleDetail(role, rolesUsed.get(role.uniqueId), directory)),
        ),
        Policies: policies.map(({ body, use }) => answeredPolicyDetail(body, use)),
        IsTruncated,
        Marker,
      }
    }),
})
