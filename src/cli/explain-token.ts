import { open } from 'node:fs/promises'
import pc from 'picocolors'
import { align } from './align.ts'
import { oneLine } from './ask.ts'
import type { CliContext } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { memberAt, textAt } from './json-members.ts'
import { linesAt } from './lines-at.ts'
import { type BrokerFlags, callOperator, findBroker, strangeAnswer } from './running-broker.ts'

/** Which token for which role, and how it is told. */
interface TokenFlags extends BrokerFlags {
  /** `-`: standard input. */
  readonly tokenFile: string
  readonly role: string
  readonly sessionName: string | undefined
  readonly json?: true
}

const REFUSED = 1
const UNDECIDED = 3
/** Far more than a token has: what is longer is another file. */
const MOST_BYTES = 65_536

/** Tells whether a token would be exchanged for credentials of a role, and why not. The token is shown to nobody else. */
export async function explainToken(
  { tokenFile, role, sessionName, json, ...broker }: TokenFlags,
  { environment, stdin, stdout }: Pick<CliContext, 'environment' | 'stdin' | 'stdout'>,
): Promise<number> {
  const token =
    tokenFile === '-' ? withoutLineBreak(await readBounded(stdin, 'what was read')) : await readFile(tokenFile)
  const asked = await findBroker(broker, environment)
  const answer = await callOperator('ExplainToken', { token, role, ...(sessionName && { sessionName }) }, asked).catch(
    (error: unknown) => {
      if (!(error instanceof CliError) || error.status === WRONG_USAGE) throw error
      // Whatever keeps it from being told must not look like a refusal.
      throw new CliError(error.message, { status: UNDECIDED, cause: error })
    },
  )
  const allowed = memberAt(answer, 'allowed')
  if (typeof allowed !== 'boolean') throw strangeAnswer(asked)
  stdout.write(json ? `${JSON.stringify(answer, undefined, 2)}\n` : describe(answer, allowed, stdout.isTTY === true))
  return allowed ? 0 : REFUSED
}

async function readFile(file: string): Promise<string> {
  try {
    await using handle = await open(file)
    return await readBounded(handle.createReadStream({ autoClose: false }), file)
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    throw new CliError(`${file} cannot be read (${textAt(cause, 'code')})`, { status: WRONG_USAGE, cause })
  }
}

async function readBounded(source: AsyncIterable<Uint8Array>, name: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    if (size > MOST_BYTES) throw new CliError(`${name} holds no token: it is too long`, { status: WRONG_USAGE })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** A pipe ends in one; in a file it is part of what SDKs send, and has to be seen. */
function withoutLineBreak(text: string): string {
  return text.replace(/\r?\n$/, '')
}

function describe(answer: unknown, allowed: boolean, colours: boolean): string {
  const { green, red, bold } = pc.createColors(colours)
  const text = (...path: readonly string[]): string => oneLine(textAt(answer, ...path) ?? '')
  const rows = [
    [allowed ? 'allowed' : 'denied', `${text('action')}  ${text('resource')}`],
    ['because', text('because')],
  ]
  if (!allowed) rows.push(['answer', `${text('refusal', 'code')}: ${text('refusal', 'message')}`])
  const notGiven = linesAt(answer, 'notGiven')
  if (notGiven.length > 0) rows.push(['hint', `only a request tells ${notGiven.join(', ')}`])
  const changes = linesAt(answer, 'changes').map((line) => `  - ${line}`)
  const ending = changes.length === 0 ? [] : [[bold('What would have to change:'), ...changes].join('\n')]
  return `${[align(rows).trimEnd(), linesAt(answer, 'tree').join('\n'), ...ending].join('\n\n')}\n`
    .replace(/^allowed/, (mark) => green(mark))
    .replace(/^denied/, (mark) => red(mark))
}
