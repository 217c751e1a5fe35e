import { open } from 'node:fs/promises'
import pc from 'picocolors'
import { align } from './align.ts'
import { oneLine } from './ask.ts'
import type { CliContext } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { memberAt, textAt } from './json-members.ts'
import { linesAt } from './lines-at.ts'
import { type BrokerFlags, callOperator, findBroker, strangeAnswer } from './running-broker.ts'

/** What is asked about, and how it is told. */
interface ProofFlags {
  readonly json?: true | undefined
  readonly broker: BrokerFlags
}

/** Which token for which role. */
interface TokenFlags extends ProofFlags {
  /** `-`: standard input. */
  readonly tokenFile: string
  readonly role: string
  readonly sessionName: string | undefined
  readonly durationSeconds: string | undefined
}

/** Which response for which role, by which provider. */
interface ResponseFlags extends ProofFlags {
  /** `-`: standard input. */
  readonly samlResponse: string
  readonly role: string
  readonly provider: string
  readonly asked: boolean
  readonly personal: boolean
}

type Surroundings = Pick<CliContext, 'environment' | 'stdin' | 'stdout'>

/** Where something is read from, how much of it, and what it is called. */
interface Source {
  readonly file: string
  readonly mostBytes: number
  readonly what: string
}

const REFUSED = 1
const UNDECIDED = 3
/** Far more than these have: what is longer is another file. */
const MOST_BYTES = { token: 65_536, response: 400_000 } as const

/** Tells whether a token would be exchanged for credentials of a role, and why not. The token is shown to nobody else. */
export async function explainToken(
  { tokenFile, role, sessionName, durationSeconds, ...flags }: TokenFlags,
  around: Surroundings,
): Promise<number> {
  const source = { file: tokenFile, mostBytes: MOST_BYTES.token, what: 'token' }
  const read = await readSource(source, around)
  // A pipe ends in a line break; in a file it is part of what SDKs send, and has to be seen.
  const token = tokenFile === '-' ? read.replace(/\r?\n$/, '') : read
  // What was not said does not stand in JSON.
  return await tell('ExplainToken', { token, role, sessionName, durationSeconds }, flags, around)
}

/** The same of a SAML response and its assertion, which stay as good as they were. */
export async function explainResponse(
  { samlResponse, role, provider, asked, personal, ...flags }: ResponseFlags,
  around: Surroundings,
): Promise<number> {
  const source = { file: samlResponse, mostBytes: MOST_BYTES.response, what: 'SAML response' }
  const response = await readSource(source, around)
  return await tell('ExplainAssertion', { response, role, provider, asked, personal }, flags, around)
}

async function tell(
  operation: string,
  input: object,
  { json, broker }: ProofFlags,
  { environment, stdout }: Surroundings,
): Promise<number> {
  const asked = await findBroker(broker, environment)
  const answer = await callOperator(operation, input, asked).catch((error: unknown) => {
    if (!(error instanceof CliError) || error.status === WRONG_USAGE) throw error
    // Whatever keeps it from being told must not look like a refusal.
    throw new CliError(error.message, { status: UNDECIDED, cause: error })
  })
  const allowed = memberAt(answer, 'allowed')
  if (typeof allowed !== 'boolean') throw strangeAnswer(asked)
  stdout.write(json ? `${JSON.stringify(answer, undefined, 2)}\n` : describe(answer, allowed, stdout.isTTY === true))
  return allowed ? 0 : REFUSED
}

async function readSource(source: Source, { stdin }: Surroundings): Promise<string> {
  return source.file === '-' ? await readBounded(stdin, source, 'what was read') : await readFile(source)
}

async function readFile(source: Source): Promise<string> {
  const { file } = source
  try {
    await using handle = await open(file)
    return await readBounded(handle.createReadStream({ autoClose: false }), source, file)
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    throw new CliError(`${file} cannot be read (${textAt(cause, 'code')})`, { status: WRONG_USAGE, cause })
  }
}

async function readBounded(
  bytes: AsyncIterable<Uint8Array>,
  { mostBytes, what }: Source,
  name: string,
): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > mostBytes) throw new CliError(`${name} holds no ${what}: it is too long`, { status: WRONG_USAGE })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
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
