import { type Directory, type Edit, type RoleDeletionBody, roleDeletionKey } from '../../../domain/directory/index.ts'
import { type AccountId, type EpochMillis, epochMillis } from '../../../model/index.ts'
import { InvalidInput } from '../iam-faults.ts'

/** How long is told what became of a deletion. AWS does not say how long it does. */
const KEPT_MS = 86_400_000
/** How many deletions of one account are kept. */
const MOST_KEPT = 100

/** `task`, the role's path and name, and a UUID. */
const TASK_ID =
  /^task(\/aws-service-role\/(?:[\x21-\x7e]+\/)?)([\w+=,.@-]{1,64})\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Which role a deletion is of, as its id tells. @throws {@link InvalidInput} for what is no such id */
export function roleOfTask(taskId: string): { readonly path: string; readonly name: string } {
  const [, path, name] = TASK_ID.exec(taskId) ?? []
  // How AWS words it is not documented.
  if (path === undefined || name === undefined) throw new InvalidInput('The deletion task id is not valid.')
  return { path, name }
}

/** What became of a deletion, while that is kept. */
export async function findDeletion(
  account: AccountId,
  taskId: string,
  now: EpochMillis,
  { records }: Directory,
): Promise<RoleDeletionBody | undefined> {
  const deletion = await records.stored('role-deletion', roleDeletionKey(account, taskId))
  return deletion !== undefined && isKept(deletion, now) ? deletion : undefined
}

/** Keeps what became of a deletion, and makes room for it: what is too old goes, and then what is oldest. */
export async function keepDeletion(deletion: RoleDeletionBody, edit: Edit, { records }: Directory): Promise<void> {
  const { account, taskId, at } = deletion
  const present = await records.page('role-deletion', account, { limit: MOST_KEPT })
  const newestFirst = present.toSorted((one, other) => other.at - one.at)
  for (const [index, { taskId, ...each }] of newestFirst.entries()) {
    if (index < MOST_KEPT - 1 && isKept(each, at)) continue
    edit.remove({ kind: 'role-deletion', key: roleDeletionKey(account, taskId), account })
  }
  edit.put('role-deletion', roleDeletionKey(account, taskId), account, deletion)
}

function isKept({ at }: Pick<RoleDeletionBody, 'at'>, now: EpochMillis): boolean {
  return now < epochMillis(at + KEPT_MS)
}
