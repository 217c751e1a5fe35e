import { Argument } from 'commander'
import { align } from './align.ts'
import { oneLine } from './ask.ts'
import type { CliCommand } from './cli-command.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { memberAt, textAt } from './json-members.ts'
import { addBrokerFlags, type BrokerFlags, callOperator, findBroker, strangeAnswer } from './running-broker.ts'

const HELP = `
A key is pending until every node knows it, then active (it seals), then retired (it opens what it sealed), then destroyed.
That happens by itself, on the schedule that keyRotation: in the configuration says. rotate begins it now, for one purpose
or for all: nothing fails, and nobody has to do anything. --compromised is for a key that somebody else may have seen: it
is destroyed at once, and what only it opens is lost.

Examples:
  rolecall keys list
  rolecall keys rotate session-seal
  rolecall keys rotate --compromised Zk1x8dYrQ0w`

const HEADINGS = ['PURPOSE', 'ID', 'STATE', 'MADE', 'ACTIVE FROM', 'RETIRES', 'DESTROYED'] as const
const COLUMNS = ['purpose', 'id', 'state', 'createdAt', 'activeFrom', 'retiresAt', 'destroyedAt'] as const

/** One key as the broker describes it: text in every column. */
type KeyRow = Readonly<Record<(typeof COLUMNS)[number], string>>

interface KeysFlags extends BrokerFlags {
  readonly compromised?: string
  readonly json?: true
}

/** `rolecall keys`: which keys a running broker has, and replacing them. */
export const keys: CliCommand = {
  configure(command) {
    command
      .addArgument(new Argument('<WHAT>').choices(['list', 'rotate']))
      .argument('[PURPOSE]', 'rotate only the keys of this purpose')
      .option('--compromised <ID>', 'destroy this key at once, and put another in its place')
      .option('--json', 'as JSON')
      .addHelpText('after', HELP)
    addBrokerFlags(command)
  },

  async run(command, { environment, stdout }) {
    const { compromised, json, ...flags } = command.opts<KeysFlags>()
    const [what, purpose] = command.args
    if (what === 'list' && (purpose ?? compromised) !== undefined) {
      throw new CliError('keys list takes no purpose and no --compromised', { status: WRONG_USAGE })
    }
    const broker = await findBroker(flags, environment)
    const answer = await callOperator(what === 'list' ? 'ListKeys' : 'RotateKeys', { purpose, compromised }, broker)
    const rows = keysAt(answer)
    if (rows === undefined) throw strangeAnswer(broker)
    if (json) stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`)
    else if (what === 'list') stdout.write(describeList(rows, textAt(answer, 'problem')))
    else if (compromised === undefined) stdout.write(describeRotation(rows))
    else stdout.write(describeReplacement(rows, compromised, memberAt(answer, 'resealed')))
    return 0
  },
}

/** The keys in the broker's answer; `undefined` when it holds none. */
export function keysAt(answer: unknown): readonly KeyRow[] | undefined {
  const list = memberAt(answer, 'keys')
  if (!Array.isArray(list)) return undefined
  const text = (key: unknown, column: string): string => oneLine(textAt(key, column) ?? '')
  return list.map((key: unknown) => ({
    purpose: text(key, 'purpose'),
    id: text(key, 'id'),
    state: text(key, 'state'),
    createdAt: text(key, 'createdAt'),
    activeFrom: text(key, 'activeFrom'),
    retiresAt: text(key, 'retiresAt'),
    destroyedAt: text(key, 'destroyedAt'),
  }))
}

function describeList(rows: readonly KeyRow[], problem: string | undefined): string {
  const table = align([HEADINGS, ...rows.map((row) => COLUMNS.map((column) => row[column]))])
  return problem === undefined ? table : `${table}\nproblem: ${oneLine(problem)}\n`
}

function describeRotation(rows: readonly KeyRow[]): string {
  const pending = rows.filter(({ state }) => state === 'pending')
  const lines = pending.map(({ purpose, id, activeFrom }) => {
    const old = rows.find((row) => row.purpose === purpose && row.state === 'active')
    const until = purpose === 'at-rest' ? 'is sealed anew by itself' : `works until ${old?.destroyedAt}`
    return [purpose, `${id} takes over at ${activeFrom}`, `what ${old?.id} sealed ${until}`]
  })
  return align(lines)
}

/** What became of a compromised key, for people. */
export function describeReplacement(rows: readonly KeyRow[], id: string, resealed: unknown): string {
  const gone = rows.find((row) => row.id === id)
  const active = rows.find(({ state }) => state === 'active')
  const lost: Readonly<Record<string, string>> = {
    'session-seal': 'Every session whose token it sealed is over: sign in or assume the role again.',
    'session-secret': 'Every session whose secret it derived is over: sign in or assume the role again.',
    'at-rest': `${resealed} stored secrets were sealed anew and work on. Whoever has the key and a copy of the data can read them in that copy: replace those access keys.`,
    explanation: 'Explanations that it sealed can no longer be opened.',
    'page-marker': 'Lists that were being paged through have to be begun again.',
    'imds-token': 'Session tokens of the metadata service are void: clients ask for another by themselves.',
    'imds-document':
      'Identity documents are signed with new keys: fetch /instance-identity.pem of the admin listener again, and take no old signature for proof.',
    'task-token': 'Tokens of tasks are void: rolecall env task/... prints new ones.',
    'cluster-rs256': 'Tokens of pods that name a role are void: rolecall env pod/... --irsa writes new ones.',
    'service-account-token': 'Service account tokens of pods are void: rolecall env pod/... makes new ones.',
    'outbound-rs256':
      'Tokens of GetWebIdentityToken signed with RS256 are void wherever the keys are fetched again: verifiers may remember them for some minutes.',
    'outbound-es384':
      'Tokens of GetWebIdentityToken signed with ES384 are void wherever the keys are fetched again: verifiers may remember them for some minutes.',
  }
  return (
    `The ${gone?.purpose} key ${id} is destroyed; ${active?.id} is active.\n${lost[gone?.purpose ?? ''] ?? ''}\n` +
    'Other nodes that share the key folder follow within seconds. Remove the key from your backups, too.\n'
  )
}
