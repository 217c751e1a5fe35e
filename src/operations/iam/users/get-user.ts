import { rootArn } from '../../../model/index.ts'
import { defineRead } from '../define.ts'
import { existingUser } from '../existing.ts'
import { existingUserName } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { answeredUserInFull, userNameOr } from './users.ts'

/**
 * Tells of a user: of the one who asks when none is named. Of the root user it tells what there is.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
 */
export const getUser = defineRead({
  action: 'iam:GetUser',

  parse: (params) => params.collect({ userName: params.optional('UserName', existingUserName, undefined) }),

  requires({ userName }, caller, directory) {
    if (userName === undefined && caller.kind === 'root') {
      return [{ action: 'iam:GetUser', resource: rootArn(directory.partition, caller.account) }]
    }
    return onNamed('iam:GetUser', 'user', userNameOr(userName, caller), caller, directory)
  },

  async read({ input: { userName }, caller, account, partition }, directory, { usage }) {
    if (userName === undefined && caller.kind === 'root') {
      const createdAt = (await directory.account(account))?.createdAt
      const password = await usage.lastUsed('password', account)
      return {
        User: {
          UserId: account,
          Arn: rootArn(partition, account),
          CreateDate: createdAt === undefined ? undefined : new Date(createdAt),
          PasswordLastUsed: password && new Date(password.usedAt),
        },
      }
    }
    const user = await existingUser(directory.records, account, userNameOr(userName, caller))
    const password = await usage.lastUsed('password', user.uniqueId)
    const { PermissionsBoundary, Tags, ...answered } = answeredUserInFull(user, partition)
    const PasswordLastUsed = password && new Date(password.usedAt)
    return { User: { ...answered, PasswordLastUsed, PermissionsBoundary, Tags } }
  },
})
