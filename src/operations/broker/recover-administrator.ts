import { planDirectory } from '../../domain/directory/index.ts'
import { ValidationError } from '../../model/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'
import { type Administrator, accountWith, inventAdministrator } from './administrator.ts'
import { findAccount } from './find-principal.ts'
import { membersOf } from './members.ts'

/** Where an administrator is wanted. */
interface RecoverAdministratorInput {
  /** The account's number or alias; may be left out where there is only one that is open. */
  readonly account: string | undefined
}

const SHAPE = 'Send {"account": "ACCOUNT or ALIAS"}: where an administrator is wanted; {} where there is one account.'

/**
 * Makes a new administrator with a key in an account that is there, for when all its keys are lost. Nothing else in it
 * changes: users keep their keys, and what an organization's policies deny stays denied.
 * @throws `NoSuchEntity`, {@link ValidationError} when it is not clear which account is meant, or it is closed
 */
export const recoverAdministrator = defineOperatorOperation<RecoverAdministratorInput, Administrator>({
  action: 'rolecall:RecoverAdministrator',
  grants: true,
  requires: () => [{ action: 'rolecall:RecoverAdministrator', resource: '*' }],

  async perform({ input, facts: { now } }, { directory, keyring, random }, recordFirst) {
    const account = await findAccount(input.account ?? (await onlyAccount()), directory)
    if (!(await directory.isOpen(account))) throw new ValidationError(`Account ${account} is closed.`)
    const { partition } = directory
    // A name that nobody has: whoever has lost their keys may still be there.
    const userName = `recovered-admin-${random.bytes(4).toString('hex')}`
    const admin = inventAdministrator(partition, random, { account, userName })
    const desired = { Accounts: [accountWith(admin, partition)] }
    const plan = () => planDirectory(desired, { directory, keyring, random, now })
    await directory.change(plan, () => recordFirst(admin))
    return admin

    async function onlyAccount(): Promise<string> {
      const open: string[] = []
      for await (const { key } of directory.records.every('account')) {
        if (await directory.isOpen(key)) open.push(key)
        if (open.length > 1) break
      }
      const [only, ...more] = open
      if (only !== undefined && more.length === 0) return only
      throw new ValidationError(
        only === undefined ? 'There is no open account.' : 'There are several accounts: say which one is meant.',
      )
    }
  },

  details: ({ account }, output) => ({
    requestParameters: { account },
    responseElements: output && { account: output.account, user: output.arn, accessKeyId: output.accessKeyId },
  }),
})

/** Reads the input as it comes through the operator's door. @throws {@link ValidationError} */
export function readRecoverAdministrator(value: unknown): RecoverAdministratorInput {
  const { account } = membersOf(value, ['account'], SHAPE)
  if (account === undefined || typeof account === 'string') return { account }
  throw new ValidationError(SHAPE)
}
