import { Argument, Option } from 'commander'
import { createPrivateFile } from '../platform/private-file.ts'
import { adminRows } from './admin-rows.ts'
import { align } from './align.ts'
import { oneLine } from './ask.ts'
import type { CliCommand } from './cli-command.ts'
import type { Output } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { memberAt, textAt } from './json-members.ts'
import { addOperatorFlags, asOperator, type OperatorCall, type OperatorFlags } from './operator-call.ts'
import { adminFile, readAdmin } from './read-admin.ts'

const EXAMPLE = `
create  Makes an account and its first administrator. The key goes to a terminal or to --key-file, and never to a log;
        "rolecall env ACCOUNT/admin" gives it again.
close   From then on no key and no session of the account counts and no role in it can be assumed. That is final. Its
        number and alias stay taken, so that nobody comes to be trusted in its place, until --delete deletes it with
        everything in it.

Examples:
  rolecall accounts create --alias shop
  rolecall accounts list
  rolecall accounts close shop`

interface AccountsFlags extends OperatorFlags {
  readonly alias?: string
  readonly id?: string
  readonly keyFile?: string
  readonly delete?: true
  readonly json?: true
}

interface Asked {
  readonly call: OperatorCall
  readonly account: string | undefined
  readonly flags: AccountsFlags
  readonly stdout: Output
}

const ACTIONS: Readonly<Record<string, (asked: Asked) => Promise<void>>> = { create, list, close }

/** `rolecall accounts`: makes, lists and closes accounts. */
export const accounts: CliCommand = {
  configure(command) {
    command
      .addArgument(new Argument('<ACTION>', 'what to do').choices(Object.keys(ACTIONS)))
      .argument('[ACCOUNT]', 'number or alias of the account to close')
      .option('--alias <NAME>', 'create: the alias, which no other account has')
      .option('--id <ID>', 'create: the number, 12 digits (default one by chance)')
      .option('--key-file <FILE>', "create: a new file for the administrator's key")
      .addOption(new Option('--delete', 'close: delete it for good, with everything in it'))
      .option('--json', 'as JSON, without secrets')
      .addHelpText('after', EXAMPLE)
    addOperatorFlags(command)
  },

  async run(command, { environment, stdout }) {
    const [action = '', account] = command.args
    const flags = command.opts<AccountsFlags>()
    if ((action === 'close') !== (account !== undefined)) {
      throw new CliError(account === undefined ? 'say which account to close' : `${action} takes no account`, {
        status: WRONG_USAGE,
      })
    }
    const { alias: _a, id: _i, keyFile: _k, delete: _d, json: _j, ...operator } = flags
    await asOperator(operator, environment, async (call) => ACTIONS[action]?.({ call, account, flags, stdout }))
    return 0
  },
}

async function create({ call, flags: { alias, id, keyFile, json }, stdout }: Asked): Promise<void> {
  const admin = readAdmin(await call('CreateAccount', { alias, account: id }))
  const { account, arn, userName, accessKeyId } = admin
  if (keyFile !== undefined) {
    await createPrivateFile(keyFile, adminFile(admin)).catch((cause) => {
      throw new CliError(
        `Account ${account} was made, but its key could not be written to ${keyFile} (${textAt(cause, 'code')}): "rolecall env ${account}/${userName}" gives it`,
        { cause },
      )
    })
  }
  if (json) {
    stdout.write(`${JSON.stringify({ account, alias, arn, accessKeyId, keyFile }, undefined, 2)}\n`)
    return
  }
  const rows = [...(alias === undefined ? [] : [['alias', alias]]), ...adminRows(admin, keyFile, stdout)]
  stdout.write(`Made account ${account}.\n${align(rows, '  ')}`)
  if (keyFile === undefined && !stdout.isTTY) stdout.write(`Its key: rolecall env ${account}/${userName}\n`)
}

async function list({ call, flags: { json }, stdout }: Asked): Promise<void> {
  const found: unknown[] = []
  for (let after: string | undefined; ; ) {
    const page = await call('ListAccounts', { after })
    const listed = memberAt(page, 'accounts')
    if (!Array.isArray(listed)) throw new CliError('what answered is no broker of this version')
    found.push(...listed)
    const next = textAt(page, 'next')
    if (next === undefined || next === after) break
    after = next
  }
  if (json) {
    stdout.write(`${JSON.stringify(found, undefined, 2)}\n`)
    return
  }
  const cells = ['id', 'alias', 'status', 'createdAt', 'organizationPath']
  const rows = found.map((account) => cells.map((name) => oneLine(textAt(account, name) ?? '-')))
  stdout.write(align([['ACCOUNT', 'ALIAS', 'STATUS', 'CREATED', 'ORGANIZATION'], ...rows]))
}

async function close({ call, account, flags, stdout }: Asked): Promise<void> {
  const answer = await call('CloseAccount', { account, delete: flags.delete === true })
  if (flags.json) {
    stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`)
    return
  }
  const id = oneLine(textAt(answer, 'account') ?? '')
  const changed = memberAt(answer, 'changes') !== 0
  if (flags.delete) stdout.write(`Account ${id} and everything in it are deleted.\n`)
  else stdout.write(changed ? `Account ${id} is closed.\n` : `Account ${id} was closed before.\n`)
}
