import { type Edit, type GroupBody, nameKey } from '../../../domain/directory/index.ts'
import { iamArn } from '../../../model/index.ts'

/** The key that a group is kept under. */
export function groupKey({ account, groupName }: Pick<GroupBody, 'account' | 'groupName'>): string {
  return nameKey(account, groupName)
}

/** Puts a group as it is to be. */
export function putGroup(edit: Edit, group: GroupBody): void {
  edit.put('group', groupKey(group), group.account, group)
}

/** A group as actions answer it. */
export function answeredGroup(group: GroupBody, partition: string) {
  return {
    Path: group.path,
    GroupName: group.groupName,
    GroupId: group.uniqueId,
    Arn: iamArn(partition, group.account, 'group', group.path, group.groupName),
    CreateDate: new Date(group.createdAt),
  }
}
