import { keeps, RULES } from '../../../domain/directory/index.ts'
import { text } from '../../../engines/wire/index.ts'
import { EntityAlreadyExists, NoSuchEntity } from '../../../model/index.ts'
import { defineChange, defineRead } from '../define.ts'
import { existingAccount } from '../existing.ts'
import { InvalidInput } from '../iam-faults.ts'
import { atHand, pageOf, readPage } from '../pages.ts'
import { putAccount } from './account.ts'

const accountAlias = text({ min: 3, max: 63, pattern: '^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$' })

/**
 * Gives the account another name, in place of the one that it has: no two accounts in the world have the same.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html
 */
export const createAccountAlias = defineChange({
  action: 'iam:CreateAccountAlias',
  parse: (params) => params.collect({ accountAlias: params.required('AccountAlias', accountAlias) }),
  requires: () => [{ action: 'iam:CreateAccountAlias', resource: '*' }],
  async change({ input: { accountAlias: alias }, account }, edit) {
    // Twelve digits are an account's number. What AWS answers is not documented.
    if (!keeps(alias, RULES.alias)) throw new InvalidInput(`The account alias ${alias} cannot be an account number.`)
    if ((await edit.stored('account-alias', alias)) !== undefined) {
      throw new EntityAlreadyExists(`The account alias ${alias} already exists.`)
    }
    const body = await existingAccount(edit, account)
    if (body.alias !== undefined) edit.remove({ kind: 'account-alias', key: body.alias, account })
    edit.put('account-alias', alias, account, { alias, account })
    putAccount(edit, { ...body, alias })
    return undefined
  },
})

/** Takes the account's alias away. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccountAlias.html */
export const deleteAccountAlias = defineChange({
  action: 'iam:DeleteAccountAlias',
  parse: (params) => params.collect({ accountAlias: params.required('AccountAlias', accountAlias) }),
  requires: () => [{ action: 'iam:DeleteAccountAlias', resource: '*' }],
  async change({ input: { accountAlias: alias }, account }, edit) {
    const body = await existingAccount(edit, account)
    if (body.alias !== alias) throw new NoSuchEntity(`The account alias ${alias} cannot be found.`)
    edit.remove({ kind: 'account-alias', key: alias, account })
    putAccount(edit, { ...body, alias: undefined })
    return undefined
  },
})

/** Lists the account's alias, if it has one. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html */
export const listAccountAliases = defineRead({
  action: 'iam:ListAccountAliases',
  parse: (params) => params.collect(readPage(params)),
  requires: () => [{ action: 'iam:ListAccountAliases', resource: '*' }],
  async read({ input, account }, { records }, { keyring }) {
    const { alias } = await existingAccount(records, account)
    const keyOf = (each: string) => each
    const listing = { list: ['ListAccountAliases'], account, ...atHand(alias ? [alias] : [], keyOf) }
    const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
    return { AccountAliases: items, IsTruncated, Marker }
  },
})
