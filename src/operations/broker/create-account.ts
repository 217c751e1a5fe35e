import { DirectoryMistakes, planDirectory } from '../../domain/directory/index.ts'
import { type AccountId, accountId, EntityAlreadyExists, ValidationError, Violation } from '../../model/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'
import { type Administrator, accountWith, inventAdministrator } from './administrator.ts'
import { membersOf } from './members.ts'

/** Which account is wanted: both are chosen when they are left out, the alias as none. */
interface CreateAccountInput {
  readonly account: AccountId | undefined
  readonly alias: string | undefined
}

const SHAPE = 'Send {"account": "12 DIGITS", "alias": "NAME"}: both may be left out.'

/**
 * Makes an account with an administrator and their access key, which is given out here; the operator can ask for it again.
 * @throws {@link EntityAlreadyExists} when there is such an account, closed ones included
 * @throws {@link ValidationError} when the alias is none, or another account's
 */
export const createAccount = defineOperatorOperation<CreateAccountInput, Administrator>({
  action: 'rolecall:CreateAccount',
  grants: true,
  requires: () => [{ action: 'rolecall:CreateAccount', resource: '*' }],

  async perform({ input: { account, alias }, facts: { now } }, { directory, keyring, random }, recordFirst) {
    const { partition } = directory
    const admin = inventAdministrator(partition, random, { account })
    const desired = { Accounts: [accountWith(admin, partition, alias)] }
    try {
      const plan = async () => {
        if ((await directory.account(admin.account)) !== undefined) {
          throw new EntityAlreadyExists(`There is an account ${admin.account} already.`)
        }
        return await planDirectory(desired, { directory, keyring, random, now })
      }
      await directory.change(plan, () => recordFirst(admin))
    } catch (error) {
      // Only the alias comes from outside, and there is no file for a mistake to stand in.
      if (!(error instanceof DirectoryMistakes)) throw error
      throw new ValidationError(error.mistakes.map(({ message }) => message).join('; '))
    }
    return admin
  },

  details: ({ alias }, output) => ({
    requestParameters: { alias },
    responseElements: output && { account: output.account, user: output.arn, accessKeyId: output.accessKeyId },
  }),
})

/** Reads the input as it comes through the operator's door. @throws {@link ValidationError} */
export function readCreateAccount(value: unknown): CreateAccountInput {
  const { account, alias } = membersOf(value, ['account', 'alias'], SHAPE)
  if (alias !== undefined && typeof alias !== 'string') throw new ValidationError(SHAPE)
  if (account === undefined) return { account, alias }
  const id = typeof account === 'string' ? accountId(account) : undefined
  if (id === undefined || id instanceof Violation) throw new ValidationError('An account has 12 digits, in quotes.')
  return { account: id, alias }
}
