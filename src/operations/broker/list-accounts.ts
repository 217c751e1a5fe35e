import { isoSeconds, ValidationError } from '../../model/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'
import { membersOf } from './members.ts'

/** From where on. */
interface ListAccountsInput {
  /** The last account of the page before. */
  readonly after: string | undefined
}

/** One account, as it is listed. */
interface ListedAccount {
  readonly id: string
  readonly alias?: string | undefined
  readonly status: 'ACTIVE' | 'CLOSED'
  readonly createdAt: string
  readonly closedAt?: string
  /** Where it stands in the organization: `o-.../r-.../ou-.../`. */
  readonly organizationPath?: string | undefined
}

/** A page of accounts by their numbers. */
interface ListedAccounts {
  readonly accounts: readonly ListedAccount[]
  /** Ask again with `after` this one: there are more. */
  readonly next?: string
}

const PAGE = 1000
const SHAPE = 'Send {"after": "ACCOUNT"}: the last account of the page before; {} for the first page.'

/** Lists the accounts, closed ones included, a thousand at a time. */
export const listAccounts = defineOperatorOperation<ListAccountsInput, ListedAccounts>({
  action: 'rolecall:ListAccounts',
  grants: false,
  requires: () => [{ action: 'rolecall:ListAccounts', resource: '*' }],

  async perform({ input: { after } }, { directory }) {
    const accounts: ListedAccount[] = []
    for (const { id, alias, createdAt, closedAt } of await directory.accounts(PAGE, after)) {
      accounts.push({
        id,
        alias,
        status: closedAt === undefined ? 'ACTIVE' : 'CLOSED',
        createdAt: isoSeconds(createdAt),
        ...(closedAt !== undefined && { closedAt: isoSeconds(closedAt) }),
        organizationPath: (await directory.placeOf(id))?.path,
      })
    }
    const last = accounts.at(-1)
    return { accounts, ...(accounts.length === PAGE && last !== undefined && { next: last.id }) }
  },

  details: ({ after }) => ({ requestParameters: { after } }),
})

/** Reads the input as it comes through the operator's door. @throws {@link ValidationError} */
export function readListAccounts(value: unknown): ListAccountsInput {
  const { after } = membersOf(value, ['after'], SHAPE)
  if (after === undefined || typeof after === 'string') return { after }
  throw new ValidationError(SHAPE)
}
