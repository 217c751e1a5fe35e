import { planClosing } from '../../domain/directory/index.ts'
import { type AccountId, ValidationError } from '../../model/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'
import { findAccount } from './find-principal.ts'
import { membersOf } from './members.ts'

/** Which account ends, and how. */
interface CloseAccountInput {
  /** Its number or its alias. */
  readonly account: string
  /** Deletes it and everything in it, instead of keeping it closed. */
  readonly delete: boolean
}

/** What became of it. */
interface ClosedAccount {
  readonly account: AccountId
  readonly status: 'CLOSED' | 'DELETED'
  /** How many records were changed or removed; none when it was closed already. */
  readonly changes: number
}

const SHAPE = 'Send {"account": "ACCOUNT or ALIAS", "delete": false}: which account ends.'

/**
 * Closes an account for good: from then on no key and no session of it counts, none of its roles can be assumed, and so
 * no trust in it means anything. Its number and alias stay taken, so that nobody comes to be trusted in its place, until
 * it is deleted with everything in it.
 * @throws `NoSuchEntity`
 * @throws `DeleteConflict` for the management account of an organization with other open accounts
 */
export const closeAccount = defineOperatorOperation<CloseAccountInput, ClosedAccount>({
  action: 'rolecall:CloseAccount',
  grants: true,
  requires: () => [{ action: 'rolecall:CloseAccount', resource: '*' }],

  async perform({ input, facts: { now } }, { directory }, recordFirst) {
    const account = await findAccount(input.account, directory)
    const plan = () => planClosing(account, { delete: input.delete, now }, directory)
    const outcome = ({ changes }: Awaited<ReturnType<typeof plan>>): ClosedAccount => {
      return { account, status: input.delete ? 'DELETED' : 'CLOSED', changes: changes.length }
    }
    return outcome(await directory.change(plan, (planned) => recordFirst(outcome(planned))))
  },

  details: (input, output) => ({
    requestParameters: { account: input.account, delete: input.delete },
    responseElements: output && { ...output },
  }),
})

/** Reads the input as it comes through the operator's door. @throws {@link ValidationError} */
export function readCloseAccount(value: unknown): CloseAccountInput {
  const { account, delete: deletes = false } = membersOf(value, ['account', 'delete'], SHAPE)
  if (typeof account === 'string' && typeof deletes === 'boolean') return { account, delete: deletes }
  throw new ValidationError(SHAPE)
}
