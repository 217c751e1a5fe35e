import { setTimeout as delay } from 'node:timers/promises'
import { InvalidArgumentError } from 'commander'
import type { CliCommand } from './cli-command.ts'
import type { CliContext, Signals } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { EventTable } from './event-table.ts'
import { memberAt, textAt } from './json-members.ts'
import { addBrokerFlags, type BrokerFlags, callOperator, findBroker, strangeAnswer } from './running-broker.ts'

const EXAMPLE = `
Times are instants (2026-01-31T12:00:00Z), days (2026-01-31), or back from now (90s, 30m, 2h, 7d). A grant across accounts
has a record in each of them. Listing is recorded too, and shown with --event-name ListEvents only.

Examples:
  rolecall events --error --since 1h
  rolecall events --principal source/alice --event-name AssumeRole --follow`

const DEFAULT_LIMIT = 50
const MOST_AT_ONCE = 200
const POLL_MS = 1000

interface EventsFlags extends BrokerFlags {
  readonly account?: string
  readonly principal?: string
  readonly eventName?: string
  readonly accessKey?: string
  /** `true` for whatever was refused. */
  readonly error?: string | true
  readonly since?: string
  readonly until?: string
  readonly limit: number
  readonly follow?: true
  readonly json?: true
}

/** `rolecall events`: what was granted and refused, the newest last. */
export const events: CliCommand = {
  configure(command) {
    command
      .option('--account <ID>', 'of one account: its 12 digits or its alias')
      .option('--principal <PRINCIPAL>', 'of one principal: an ARN, or ALIAS/NAME or ACCOUNT/NAME')
      .option('--event-name <NAME>', 'of one action, such as AssumeRole')
      .option('--access-key <ID>', 'signed with one access key')
      .option('--error [CODE]', 'refused, with that code or any')
      .option('--since <TIME>', 'not before')
      .option('--until <TIME>', 'not after')
      .option('--limit <COUNT>', `so many of the newest (default ${DEFAULT_LIMIT})`, wholeNumber, DEFAULT_LIMIT)
      .option('--follow', 'go on with what happens, until interrupted')
      .option('--json', 'as the records are, a line of JSON each')
      .addHelpText('after', EXAMPLE)
    addBrokerFlags(command)
  },

  async run(command, context) {
    const flags = command.opts<EventsFlags>()
    if (flags.follow && flags.until !== undefined) {
      throw new CliError('--follow has no end: leave out --until', { status: WRONG_USAGE })
    }
    const table = new EventTable({ colours: context.stdout.isTTY === true, growing: flags.follow === true })
    const print = (records: readonly unknown[]): void => {
      if (flags.json) for (const record of records) context.stdout.write(`${JSON.stringify(record)}\n`)
      else context.stdout.write(table.rows(records))
    }
    const { records, last } = await newest(flags, context)
    print(records)
    if (flags.follow) await follow(flags, context, { last, shown: idsOf(records), print })
    return 0
  },
}

/** The newest records that were asked for, oldest first, and what to follow from. */
async function newest(
  flags: EventsFlags,
  { environment }: CliContext,
): Promise<{ readonly records: readonly unknown[]; readonly last: number }> {
  const broker = await findBroker(flags, environment)
  const records: unknown[] = []
  let last: number | undefined
  let after: unknown
  do {
    const limit = Math.min(flags.limit - records.length, MOST_AT_ONCE)
    const answer = await callOperator('ListEvents', { ...filterOf(flags), limit, after }, broker)
    const page = memberAt(answer, 'events')
    const reached = memberAt(answer, 'last')
    if (!Array.isArray(page) || typeof reached !== 'number') throw strangeAnswer(broker)
    records.push(...page)
    // Of the first page: what is recorded while the others are read is for whoever follows.
    last ??= reached
    after = memberAt(answer, 'next')
  } while (after !== undefined && records.length < flags.limit)
  return { records: records.reverse(), last }
}

/** Where a follower stands. */
interface Position {
  readonly last: number
  /** Records that were shown already, and may come once more. */
  readonly shown: ReadonlySet<string>
  print(records: readonly unknown[]): void
}

/** Shows what happens until it is told to stop. A broker that is started again is found again. */
async function follow(flags: EventsFlags, { environment, stderr, signals }: CliContext, from: Position): Promise<void> {
  const stopped = stopSignal(signals)
  let { last } = from
  let lost = false
  while (!stopped.aborted) {
    await delay(POLL_MS, undefined, { signal: stopped }).catch(() => undefined)
    if (stopped.aborted) return
    try {
      const broker = await findBroker(flags, environment)
      const question = { ...filterOf(flags), limit: MOST_AT_ONCE, follow: last }
      const answer = await callOperator('ListEvents', question, broker)
      const records = memberAt(answer, 'events')
      const reached = memberAt(answer, 'last')
      if (!Array.isArray(records) || typeof reached !== 'number') throw strangeAnswer(broker)
      from.print(records.filter((record) => !from.shown.has(textAt(record, 'eventID') ?? '')))
      last = reached
      lost = false
    } catch (error) {
      if (!(error instanceof CliError) || error.status === WRONG_USAGE) throw error
      if (!lost) stderr.write(`rolecall: ${error.message}; trying again\n`)
      lost = true
    }
  }
}

function stopSignal(signals: Signals): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) signals.on(signal, () => controller.abort())
  return controller.signal
}

function filterOf({ account, principal, eventName, accessKey, error, since, until }: EventsFlags): object {
  return { account, principal, eventName, accessKey, error: error === true ? '*' : error, since, until }
}

function idsOf(records: readonly unknown[]): ReadonlySet<string> {
  return new Set(records.map((record) => textAt(record, 'eventID') ?? ''))
}

function wholeNumber(text: string): number {
  if (/^[1-9][0-9]{0,4}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Say a whole number from 1 to 99999.')
}
