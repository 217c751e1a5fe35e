import pc from 'picocolors'
import { align } from './align.ts'
import { oneLine } from './ask.ts'
import type { CliCommand } from './cli-command.ts'
import { CliError } from './cli-error.ts'
import { memberAt, textAt } from './json-members.ts'
import { addOperatorFlags, asOperator, type OperatorFlags } from './operator-call.ts'

const EXAMPLE = `
The files are checked as a whole; every mistake is named with its place, and then nothing is changed. What they list is
created or replaced, all of it or nothing, and applying them again changes nothing. A principal that stays keeps its
unique id, and so its sessions; one that is deleted and made again does not.

Deletes nothing without --prune, but access keys that a list of keys does not name. With it, users, groups, roles,
policies and aliases of the accounts that the files list, where they do not list them too. Never an account (that is
for "rolecall accounts close"), anything in an account that is not listed, or an organization. A user or root without
"AccessKeys" keeps its keys; "AccessKeys: []" leaves none.

Examples:
  rolecall apply accounts.yaml --dry-run
  rolecall apply accounts.yaml --prune --ready-file ready.json
  rolecall apply accounts.yaml --data data --keys keys`

const SIGNS = { created: '+', changed: '~', deleted: '-' } as const

interface ApplyFlags extends OperatorFlags {
  readonly dryRun?: true
  readonly prune?: true
  readonly json?: true
}

/** `rolecall apply`: makes a directory hold what files say, or tells what that would change. */
export const apply: CliCommand = {
  configure(command) {
    command
      .argument('<FILE...>', 'directory files; together they are one directory')
      .option('--dry-run', 'tell what would change, and change nothing')
      .option('--prune', 'delete what is in the listed accounts and not in the files')
      .option('--json', 'as JSON')
      .addHelpText('after', EXAMPLE)
    addOperatorFlags(command)
  },

  async run(command, { environment, stdout, stderr }) {
    const { dryRun = false, prune = false, json, ...flags } = command.opts<ApplyFlags>()
    const { loadDirectory, readDirectories } = await import('../operations/loading/index.ts')
    const sources = await readDirectories(command.args)
    const answer = await asOperator(flags, environment, (call) =>
      loadDirectory(sources, (_, directory) => call('ApplyDirectory', { directory, prune, dryRun })),
    )
    const changes = listAt(answer, 'changes')
    for (const warning of listAt(answer, 'warnings')) stderr.write(`rolecall: ${oneLine(String(warning))}\n`)
    stdout.write(json ? `${JSON.stringify(answer, undefined, 2)}\n` : describe(changes, dryRun, stdout.isTTY === true))
    return 0
  },
}

function listAt(answer: unknown, name: string): readonly unknown[] {
  const list = memberAt(answer, name)
  if (Array.isArray(list)) return list
  throw new CliError('what answered is no broker of this version')
}

function describe(changes: readonly unknown[], dryRun: boolean, colours: boolean): string {
  if (changes.length === 0) return 'Nothing to change: everything is as the files say.\n'
  const { green, yellow, red } = pc.createColors(colours)
  const table = align(changes.map(rowOf))
    .replaceAll(/^\+.*$/gm, (line) => green(line))
    .replaceAll(/^~.*$/gm, (line) => yellow(line))
    .replaceAll(/^-.*$/gm, (line) => red(line))
  const counts = Object.keys(SIGNS).map((change) => {
    return `${changes.filter((each) => textAt(each, 'change') === change).length} ${change}`
  })
  return `${table}${counts.join(', ')}.${dryRun ? ' A dry run: nothing was changed.' : ''}\n`
}

function rowOf(difference: unknown): readonly string[] {
  const text = (name: string): string => oneLine(textAt(difference, name) ?? '')
  const change = text('change')
  const sign = change === 'created' || change === 'changed' || change === 'deleted' ? SIGNS[change] : '?'
  const properties = memberAt(difference, 'properties')
  const details = Array.isArray(properties) ? [oneLine(properties.join(', '))] : []
  if (text('kind') === 'access-key') details.unshift(text('accessKeyId') || 'a new one')
  return [sign, text('kind'), text('arn'), details.join(': ')]
}
