import type { Directory } from '../../../domain/directory/index.ts'
import { type AccountId, accountId, parseArn, rootArn, type UserCaller, Violation } from '../../../model/index.ts'
import { InvalidInput } from '../iam-faults.ts'

/**
 * The user whom `CallerArn` names, who need not exist. Of one of the account's own it is known which one a trust policy
 * means; nothing else is looked up.
 * @throws {@link InvalidInput} for the ARN of something else
 */
export async function userOfArn(arn: string, account: AccountId, directory: Directory): Promise<UserCaller> {
  const { partition, service, account: owner = '', resource = '' } = parseArn(arn) ?? {}
  const [, userName] = /^user\/(?:[^*?]+\/)?([\w+=,.@-]+)$/.exec(resource) ?? []
  const theirs = accountId(owner)
  if (partition !== directory.partition || service !== 'iam' || userName === undefined || theirs instanceof Violation) {
    throw new InvalidInput('Invalid caller - Caller must be an IAM user in this context.')
  }
  const existing = theirs === account ? await directory.user(account, userName) : undefined
  return supposedUser(theirs, arn, userName, existing?.arn === arn ? existing.uniqueId : '')
}

/** Somebody of an account of whom nothing else is known. */
export function somebodyOf(account: AccountId): UserCaller {
  return supposedUser(account, '', '', '')
}

/** The account that `ResourceOwner` names, by the ARN of its root. @throws {@link InvalidInput} */
export function ownerOfArn(arn: string, { partition }: Directory): AccountId {
  const account = accountId(parseArn(arn)?.account ?? '')
  if (account instanceof Violation || arn !== rootArn(partition, account)) {
    throw new InvalidInput(`'${arn}' is not a valid as a Resource Owner.`)
  }
  return account
}

function supposedUser(account: AccountId, arn: string, userName: string, uniqueId: string): UserCaller {
  const unknown = { userId: '', accessKeyId: '', tags: [], session: undefined }
  return { kind: 'user', account, arn, principalArn: arn, userName, uniqueId, ...unknown }
}
