import { InvalidArgumentError, Option } from 'commander'
import pc from 'picocolors'
import { findConditionKey } from '../engines/policy/index.ts'
import { foldCase } from '../model/index.ts'
import { align } from './align.ts'
import { oneLine } from './ask.ts'
import type { CliCommand } from './cli-command.ts'
import type { Environment } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { memberAt, textAt } from './json-members.ts'
import { linesAt } from './lines-at.ts'
import { addBrokerFlags, type BrokerFlags, callOperator, findBroker, strangeAnswer } from './running-broker.ts'

const EXAMPLE = `
What only a request can tell is absent unless --with says it: aws:SourceIp, aws:SecureTransport, aws:UserAgent,
aws:RequestedRegion, and everything of the action itself, such as sts:ExternalId. A key that is given twice has both
values; KEY= is an empty text, not a missing key. Directory files are in the partition aws, or in ROLECALL_PARTITION.

Ends with 0 when it is allowed, 1 when it is denied, 2 when used wrongly, 3 when it cannot be decided.

Examples:
  rolecall can source/alice sts:AssumeRole arn:aws:iam::222222222222:role/Deployer --with sts:ExternalId=quickstart
  rolecall can target/Deployer s3:PutObject arn:aws:s3:::releases/1 --directory accounts.yaml --explain`

const DENIED = 1
const UNDECIDED = 3

/** Values by the name of their key in lower case, and the name as it was written first. */
type Supposed = ReadonlyMap<string, { readonly key: string; readonly values: readonly string[] }>

interface CanFlags extends BrokerFlags {
  readonly with?: Supposed
  readonly directory?: readonly string[]
  readonly explain?: true
  readonly json?: true
}

/** `rolecall can`: whether a principal may do something, and why or why not. Changes nothing. */
export const can: CliCommand = {
  configure(command) {
    command
      .argument('<PRINCIPAL>', 'an ARN, a role session included, or ALIAS/NAME or ACCOUNT/NAME of a user or role')
      .argument('<ACTION>', 'service:Name')
      .argument('<RESOURCE>', 'an ARN, or * for an action without a resource')
      .addOption(new Option('--with <KEY=VALUE>', 'a condition key of the request; may be repeated').argParser(suppose))
      .addOption(
        new Option('--directory <FILE>', 'ask directory files instead of a running broker; may be repeated')
          .argParser((file: string, before: readonly string[] = []) => [...before, file])
          .conflicts(['readyFile', 'admin', 'data', 'operatorTokenFile']),
      )
      .option('--explain', 'everything that was considered')
      .addOption(new Option('--json', 'as JSON, with everything that was considered').conflicts('explain'))
      .addHelpText('after', EXAMPLE)
    addBrokerFlags(command)
  },

  async run(command, { environment, stdout }) {
    const flags = command.opts<CanFlags>()
    const [principal, action, resource] = command.args
    const given = [...(flags.with?.values() ?? [])].map(({ key, values }) => [
      key,
      values.length > 1 ? values : values[0],
    ])
    const question = { principal, action, resource, context: Object.fromEntries(given) }
    const answer = await decided(question, flags, environment)
    stdout.write(
      flags.json
        ? `${JSON.stringify(answer, undefined, 2)}\n`
        : describe(answer, { explain: flags.explain === true, colours: stdout.isTTY === true }),
    )
    return memberAt(answer, 'allowed') === true ? 0 : DENIED
  },
}

function suppose(pair: string, before: Supposed = new Map()): Supposed {
  const at = pair.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Say KEY=VALUE.')
  const [key, value] = [pair.slice(0, at), pair.slice(at + 1)]
  const name = foldCase(key)
  const known = before.get(name)
  return new Map(before).set(name, { key: known?.key ?? key, values: [...(known?.values ?? []), value] })
}

/** Whatever keeps the question from being decided must not look like a denial. */
async function decided(question: unknown, flags: CanFlags, environment: Environment): Promise<unknown> {
  try {
    return await (flags.directory === undefined
      ? askBroker(question, flags, environment)
      : askDirectory(question, flags.directory, environment))
  } catch (error) {
    if (error instanceof CliError && error.status === WRONG_USAGE) throw error
    throw new CliError(error instanceof Error ? error.message : String(error), { status: UNDECIDED, cause: error })
  }
}

async function askBroker(question: unknown, flags: BrokerFlags, environment: Environment): Promise<unknown> {
  const broker = await findBroker(flags, environment)
  const answer = await callOperator('CheckAccess', question, broker)
  if (typeof memberAt(answer, 'allowed') !== 'boolean') throw strangeAnswer(broker)
  return answer
}

/** Loads the files into a node that lives in memory, listens nowhere and is gone with the answer. */
async function askDirectory(
  question: unknown,
  directory: readonly string[],
  environment: Environment,
): Promise<unknown> {
  const [{ prepareNode }, { checkAccess, readCheckAccess }, { loadConfig }, { Fault }] = await Promise.all([
    import('../compose/index.ts'),
    import('../operations/broker/index.ts'),
    import('../platform/config/index.ts'),
    import('../model/index.ts'),
  ])
  // Of the environment only what the files cannot say themselves: the rest configures a broker that serves.
  const { ROLECALL_PARTITION } = environment
  const flags = { data: ':memory:', directory, 'log-level': 'silent' }
  const node = await prepareNode(loadConfig({ environment: { ROLECALL_PARTITION }, flags }))
  try {
    return await node.operate(checkAccess, readCheckAccess(question))
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const status = error.httpStatus === 400 ? WRONG_USAGE : UNDECIDED
    throw new CliError(oneLine(`${error.code}: ${error.message}`), { status, cause: error })
  } finally {
    await node.stop()
  }
}

function describe(answer: unknown, { explain, colours }: { explain: boolean; colours: boolean }): string {
  const { green, red } = pc.createColors(colours)
  const text = (name: string): string => oneLine(textAt(answer, name) ?? '')
  const allowed = memberAt(answer, 'allowed') === true
  const because = text('because')
  const rows = [
    [allowed ? 'allowed' : 'denied', `${text('principal')}  ${text('action')}  ${text('resource')}`],
    ['because', because],
  ]
  const unnamed = linesAt(answer, 'notGiven').filter((key) => !because.includes(`${key} `))
  if (unnamed.length > 0) rows.push(['hint', `not given: ${unnamed.join(', ')} (--with KEY=VALUE)`])
  if (explain) rows.push(...linesAt(answer, 'notGiven').flatMap(whenCarried))
  if (explain && !allowed) rows.push(['answer', text('refusal')])
  const tree = explain ? linesAt(answer, 'tree') : []
  return `${align(rows)}${tree.length === 0 ? '' : `\n${tree.join('\n')}\n`}`
    .replace(/^allowed/, (mark) => green(mark))
    .replace(/^denied/, (mark) => red(mark))
}

/** When a request has a key, so that whoever asks knows whether to suppose it. */
function whenCarried(key: string): readonly string[][] {
  const { present } = findConditionKey(key) ?? {}
  if (present === undefined) return []
  return [['carried', `${key} ${present.startsWith('always') ? present : `when ${present}`}`]]
}
