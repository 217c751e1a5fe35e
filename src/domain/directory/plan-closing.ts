import { type AccountId, DeleteConflict, type EpochMillis } from '../../model/index.ts'
import type { DirectoryChange } from '../../platform/storage/index.ts'
import type { Directory } from './directory.ts'
import { ORGANIZATION_KEY } from './record-keys.ts'
import { type OrganizationBody, type OrganizationNode, put, RECORD_KINDS } from './records.ts'

/** How an account ends. */
interface Closing {
  /** With everything in it, instead of being kept closed. */
  readonly delete: boolean
  readonly now: EpochMillis
}

/**
 * Plans the end of an account. A closed one stays where it is in its organization, as at AWS; one that is deleted leaves
 * it, and the organization ends with its management account.
 * @throws {@link DeleteConflict} for the management account while another one of its organization is open
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_close.html
 */
export async function planClosing(
  account: AccountId,
  closing: Closing,
  directory: Directory,
): Promise<{ readonly changes: readonly DirectoryChange[] }> {
  const body = await directory.records.stored('account', account)
  if (body === undefined) return { changes: [] }
  const organization = await directory.records.stored('organization', ORGANIZATION_KEY)
  if (organization?.managementAccount === account) await refuseWithMembers(organization, closing, directory)
  if (!closing.delete) {
    return {
      changes:
        body.closedAt === undefined ? [put('account', account, account, { ...body, closedAt: closing.now })] : [],
    }
  }
  const changes: DirectoryChange[] = []
  if (organization !== undefined && organization.managementAccount !== account) {
    const root = without(organization.root, account)
    changes.push(put('organization', ORGANIZATION_KEY, organization.managementAccount, { ...organization, root }))
  }
  for (const kind of RECORD_KINDS) {
    for await (const { key } of directory.records.every(kind, account)) changes.push({ remove: { kind, key, account } })
  }
  return { changes }
}

async function refuseWithMembers(
  { root, managementAccount }: OrganizationBody,
  closing: Closing,
  directory: Directory,
): Promise<void> {
  for (const member of membersOf(root)) {
    if (member === managementAccount) continue
    const other = await directory.records.stored('account', member)
    if (other !== undefined && (closing.delete || other.closedAt === undefined)) {
      throw new DeleteConflict(
        `Account ${managementAccount} manages an organization that account ${member} is in: ${closing.delete ? 'delete' : 'close'} that one first.`,
      )
    }
  }
}

function* membersOf(node: OrganizationNode): Generator<AccountId> {
  for (const { account } of node.members) yield account
  for (const unit of node.units) yield* membersOf(unit)
}

function without(node: OrganizationNode, gone: AccountId): OrganizationNode {
  const members = node.members.filter(({ account }) => account !== gone)
  return { ...node, members, units: node.units.map((unit) => without(unit, gone)) }
}
