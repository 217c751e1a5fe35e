import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import type { Mistake } from '../domain/directory/index.ts'
import { type ClientSettings, Secret } from '../model/index.ts'
import { ask, refusal, urlOf } from './ask.ts'
import type { Environment } from './cli-context.ts'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { DEFAULTS } from './defaults.ts'
import { memberAt, parseJson, textAt } from './json-members.ts'

/** A directory of many accounts takes its time. */
const TIMEOUT_MS = 60_000

/** An explanation names every statement that was considered, of every level of an organization. */
const MAX_ANSWER_BYTES = 16 * 1_048_576

/** The flags that say which broker is meant. */
export interface BrokerFlags {
  readonly readyFile?: string
  readonly admin?: string
  readonly operatorTokenFile?: string
  readonly data?: string
}

/** A broker that runs on this machine, as far as flags, environment and its ready file tell. */
export interface RunningBroker {
  /** The file that told it. */
  readonly readyFile: string | undefined
  readonly admin: URL
  /** The origin of its API; `undefined` without a ready file. */
  readonly api: string | undefined
  /** Its data folder; `undefined` when its data is in memory. */
  readonly data: string | undefined
  /** The token that proves its operator, or the file where it stands. */
  readonly operatorToken: OperatorToken
}

type OperatorToken = Secret | { readonly file: string }

/** Gives a command the flags that say which broker is meant. */
export function addBrokerFlags(command: Command): void {
  command
    .option('--ready-file <FILE>', 'the file that serve --ready-file wrote [ROLECALL_READY_FILE]')
    .option('--admin <URL>', `the broker's admin listener (default ${DEFAULTS.admin})`)
    .option('--data <FOLDER>', `the broker's data folder (default ${DEFAULTS.data}) [ROLECALL_DATA]`)
    .option('--operator-token-file <FILE>', "the operator's token (default operator-token in the data folder)")
}

/** Finds the broker that is meant: flags win over the ready file. @throws {@link CliError} when a ready file is none */
export async function findBroker(flags: BrokerFlags, environment: Environment): Promise<RunningBroker> {
  const readyFile = flags.readyFile ?? (environment['ROLECALL_READY_FILE'] || undefined)
  const ready = readyFile === undefined ? undefined : await readReadyFile(readyFile)
  const data = flags.data ?? (ready === undefined ? environment['ROLECALL_DATA'] || DEFAULTS.data : ready.data)
  const kept = flags.data === undefined ? ready?.operatorToken : undefined
  return {
    readyFile,
    admin: urlOf(flags.admin ?? ready?.admin ?? DEFAULTS.admin, '--admin'),
    api: ready?.api,
    data,
    operatorToken:
      flags.operatorTokenFile === undefined
        ? (kept ?? { file: join(data ?? DEFAULTS.data, 'operator-token') })
        : { file: flags.operatorTokenFile },
  }
}

/**
 * Asks the broker's operator door for an operation.
 * @returns its answer, unchecked
 * @throws {@link CliError} with the broker's words when it refuses; of wrong usage when it could not read the input
 * @throws `DirectoryMistakes` when that is what was wrong
 */
export async function callOperator(operation: string, input: unknown, broker: RunningBroker): Promise<unknown> {
  return await callAdmin({ method: 'POST', path: `/operations/${operation}`, body: input }, broker)
}

/** A call of the admin listener. */
export interface AdminCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: unknown
}

/**
 * Asks the broker's admin listener for something, as its operator.
 * @returns its answer, unchecked
 * @throws {@link CliError} as `callOperator`
 */
export async function callAdmin(
  { method, path, body }: AdminCall,
  { admin, operatorToken }: RunningBroker,
): Promise<unknown> {
  const url = new URL(path, admin)
  const token = operatorToken instanceof Secret ? operatorToken : await readToken(operatorToken.file)
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token.reveal()}` }
  const sent = body === undefined ? undefined : { body: JSON.stringify(body) }
  const bounds = { maxAnswerBytes: MAX_ANSWER_BYTES, timeoutMs: TIMEOUT_MS }
  const answer = await ask(url, { method, headers, ...sent, ...bounds })
  if (answer.status === 200) return answer.json
  const mistakes = memberAt(answer.json, 'Error', 'Mistakes')
  if (Array.isArray(mistakes)) {
    const { DirectoryMistakes } = await import('../domain/directory/index.ts')
    throw new DirectoryMistakes(mistakes.filter(isMistake))
  }
  throw refusal(answer, url, answer.status === 400 ? WRONG_USAGE : undefined)
}

function isMistake(value: unknown): value is Mistake {
  const path = memberAt(value, 'path')
  const isPath = Array.isArray(path) && path.every((step) => typeof step === 'string' || typeof step === 'number')
  return isPath && textAt(value, 'message') !== undefined
}

/**
 * Asks the broker's operator door for the access key of a user or of an account's root.
 * @throws {@link CliError} as `callOperator`
 */
export async function getAccessKey(principal: string, broker: RunningBroker): Promise<ClientSettings> {
  const key = await callOperator('GetAccessKey', { principal }, broker)
  const [endpoint, region] = [textAt(key, 'endpoint'), textAt(key, 'region')]
  const [accessKeyId, secretAccessKey] = [textAt(key, 'accessKeyId'), textAt(key, 'secretAccessKey')]
  if (!endpoint || !region || !accessKeyId || !secretAccessKey) throw strangeAnswer(broker)
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
}

/** What answered is no broker, or one of another version. */
export function strangeAnswer({ admin }: RunningBroker): CliError {
  return new CliError(`${admin.origin} answered 200 and nothing that Rolecall would say`)
}

async function readReadyFile(
  file: string,
): Promise<Pick<RunningBroker, 'api' | 'data' | 'operatorToken'> & { admin: string }> {
  const content = parseJson(await readText(file, 'has the broker started?'))
  const [admin, api] = [textAt(content, 'addresses', 'admin'), textAt(content, 'addresses', 'api')]
  const [token, tokenFile] = [textAt(content, 'operatorToken'), textAt(content, 'operatorTokenFile')]
  if (admin !== undefined && api !== undefined) {
    if (tokenFile !== undefined) return { admin, api, data: dirname(tokenFile), operatorToken: { file: tokenFile } }
    if (token !== undefined) return { admin, api, data: undefined, operatorToken: secretToken(token, file) }
  }
  throw new CliError(`${file} is not what serve --ready-file writes`)
}

async function readToken(file: string): Promise<Secret> {
  return secretToken((await readText(file, 'name it with --ready-file, --data or --operator-token-file')).trim(), file)
}

function secretToken(token: string, file: string): Secret {
  // fetch would refuse another character in a header, and quote the whole of it.
  if (!/^[\x21-\x7e]+$/.test(token)) throw new CliError(`${file} holds no operator token`)
  return new Secret(token)
}

async function readText(file: string, hint: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new CliError(`${file} cannot be read (${textAt(cause, 'code')}): ${hint}`, { cause })
  }
}
